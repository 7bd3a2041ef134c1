import * as z from 'zod';
import type { QueueSettings } from '../core/queue-settings.ts';
import { extensionSchema, nameSchema } from './names.ts';
import { memberFields, queueFields } from './queue-fields.ts';

/** `PATCH /v1/queues/:name`: what is not named stays. An extension of null takes the number away. */
export const queuePatchSchema = z.strictObject({ extension: extensionSchema().nullable(), ...queueFields }).partial();

/** `POST /v1/queues`: what is not named is the configuration's `groups` section. */
export const newQueueSchema = z.strictObject({
  name: nameSchema('a queue name'),
  extension: extensionSchema().nullable().default(null),
  ...z.strictObject(queueFields).partial().shape,
});

/** `POST /v1/queues/:name/members`: in the order given; what is said of one is said of all. */
export const membersSchema = z.strictObject({
  users: z.array(nameSchema('a username')).min(1).max(10_000),
  ...z.strictObject(memberFields).partial().shape,
});
/** `POST /v1/queues/:name/members/remove`. */
export const formerMembersSchema = membersSchema.pick({ users: true });
export type NewMembers = z.output<typeof membersSchema>;

/** `PATCH /v1/queues/:name/members/:username`: what is not named stays. */
export const memberPatchSchema = z.strictObject(memberFields).partial();
export type MemberPatch = z.output<typeof memberPatchSchema>;

/** `POST /v1/members/import`: all of them in one transaction, or none. Who is a member already is changed. */
export const memberImportSchema = z.strictObject({
  members: z
    .array(
      z.strictObject({
        queue: nameSchema('the name of a queue or group'),
        username: nameSchema('a username'),
        ...z.strictObject(memberFields).partial().shape,
      }),
    )
    .min(1)
    .max(10_000),
});
export type MemberImport = z.output<typeof memberImportSchema>['members'];

/** A member of a queue as people see it. `wrapUpMs` null is the queue's. */
export type MemberView = {
  readonly username: string;
  readonly penalty: number;
  readonly weight: number;
  readonly wrapUpMs: number | null;
};

/** A queue as people see it, a group's own too. Times in ms; `overflow` and `needs` as they are written. */
export type QueueView = {
  readonly name: string;
  readonly overflow: string;
  readonly needs: string;
  /** Null: as the configuration says. */
  readonly ladder: QueueSettings['ladder'] | null;
  readonly members: readonly MemberView[];
} & Omit<QueueSettings, 'id' | 'overflow' | 'needs' | 'ladder' | 'members'>;

/** The answer to a change: `warnings` are what was done and yet may not be what was meant, one line each. */
export type QueueSaved = { readonly queue: QueueView; readonly warnings: readonly string[] };

/** `before`: how it was, so that what changes can be shown; with `dryRun` nothing was done. */
export type QueueChanged = {
  readonly queue: QueueView;
  readonly before: QueueView;
  readonly warnings: readonly string[];
  readonly dryRun: boolean;
};

export type QueueRemoved = { readonly removed: string; readonly membersFreed: number; readonly waiting: number };

/** `unchanged` were members already (or were none). */
export type MembersChanged = {
  readonly queue: QueueView;
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
};

export type MembersImported = { readonly added: number; readonly changed: number; readonly queues: readonly string[] };

/** A call that waits, in the one order over all queues: the next to be served is the first. Times in ms. */
export type WaitingView = {
  /** From 1, in its queue. */
  readonly place: number;
  readonly call: string;
  readonly queue: string;
  readonly callerNumber: string | null;
  readonly priority: number;
  /** Time of entry plus target less head starts, ms since 1970: the lower the sooner. */
  readonly due: number;
  readonly waitedMs: number;
  /** What is still asked of an agent, as it is written, after `relaxed` steps of the queue's `relax`. */
  readonly needs: string;
  readonly relaxed: number;
  readonly tier: number;
  /** Who is being rung for it now. */
  readonly offeredTo: readonly string[];
};
