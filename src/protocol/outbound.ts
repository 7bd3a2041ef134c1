import * as z from 'zod';
import type { CallingRights } from '../core/outside.ts';
import { e164, limit, prefix, whole } from './outside-fields.ts';

export const NUMBER_CLASSES = ['national', 'mobile', 'international', 'premium'] as const;

const hours = () =>
  z.strictObject({
    days: z.array(whole(0, 6)).min(1),
    from: whole(0, 1_439),
    to: whole(1, 1_440),
  });

/**
 * `PATCH /v1/outbound/:subject` (`user:NAME`, `group:NAME`, `queue:NAME` or `system`): what is not named stays; null takes it back,
 * so that the group's counts. A limit of 0 is none, whatever the group's is. `group…` limits all members of a group together.
 */
export const rightsSchema = z
  .strictObject({
    outbound: z.boolean({ error: 'true or false' }).nullable(),
    classes: z.array(z.enum(NUMBER_CLASSES, { error: `one of ${NUMBER_CLASSES.join(', ')}` })).nullable(),
    allow: z.array(prefix()).max(200).nullable(),
    bar: z.array(prefix()).max(200).nullable(),
    callerId: e164('a number to show').nullable(),
    callerIds: z.array(e164('a number to show')).max(50).nullable(),
    maxCalls: limit(1_000).nullable(),
    callsPerMinute: limit(1_000).nullable(),
    minutesPerDay: limit(1_440).nullable(),
    groupMaxCalls: limit(10_000).nullable(),
    groupCallsPerMinute: limit(10_000).nullable(),
    groupMinutesPerDay: limit(1_000_000).nullable(),
    hours: z.array(hours()).max(20).nullable(),
  })
  .partial();
export type RightsPatch = z.output<typeof rightsSchema>;

/** `POST /v1/users/:username/caller-id`: one of those that are allowed; null for the usual one. */
export const callerIdSchema = z.strictObject({ callerId: e164('a number to show').nullable() });

/** When calls out are allowed: days 0 (Sunday) to 6, minutes of the day, in the zone of the configuration. */
export type HoursView = { readonly days: readonly number[]; readonly from: number; readonly to: number };

/** What a user may dial outside, all things considered (a limit of null is none); what a group gives its members; what a queue or the system may. */
export type RightsView = Omit<CallingRights, 'hours'> & {
  readonly subject: string;
  readonly hours: readonly HoursView[];
  /** Of a group, for all its members together; null for everybody else. */
  readonly groupMaxCalls: number | null;
  readonly groupCallsPerMinute: number | null;
  readonly groupMinutesPerDay: number | null;
  /** Which of these were said of this very user, group, queue or system. */
  readonly own: readonly string[];
};
