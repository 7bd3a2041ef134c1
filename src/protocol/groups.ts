import * as z from 'zod';
import { extensionSchema, nameSchema } from './names.ts';
import { queueFields } from './queue-fields.ts';
import type { QueueView } from './queues.ts';

/** `PATCH /v1/groups/:name`: what is not named stays. */
export const groupPatchSchema = z.strictObject({ extension: extensionSchema(), ...queueFields }).partial();

/** `POST /v1/groups`: what is not named is the configuration's `groups` section. */
export const newGroupSchema = z.strictObject({
  name: nameSchema('a group name'),
  extension: extensionSchema(),
  ...z.strictObject(queueFields).partial().shape,
});

/** A group as people see it: its own queue, which always has a number. */
export type GroupView = QueueView & { readonly extension: string };

/** `before`: how it was, so that what changes can be shown; with `dryRun` nothing was done. */
export type GroupChanged = {
  readonly group: QueueView;
  readonly before: QueueView;
  readonly warnings: readonly string[];
  readonly dryRun: boolean;
};
