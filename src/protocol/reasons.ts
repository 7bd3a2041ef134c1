import * as z from 'zod';
import { millisecondsSchema, nameSchema, plainTextSchema } from './names.ts';

const label = () => plainTextSchema(80);

/** `POST /v1/reasons`: why an agent can be not ready, and for how long at most. */
export const newReasonSchema = z.strictObject({
  name: nameSchema('a reason'),
  label: label().optional(),
  limitMs: millisecondsSchema(1_000, 86_400_000).nullable().default(null),
});
export type NewReason = z.output<typeof newReasonSchema>;

/** `PATCH /v1/reasons/:name`: what is not named stays. */
export const reasonPatchSchema = z
  .strictObject({ label: label(), limitMs: millisecondsSchema(1_000, 86_400_000).nullable() })
  .partial();
export type ReasonPatch = z.output<typeof reasonPatchSchema>;

/** A reason as people see it. `limitMs` null: without a limit. */
export type ReasonView = { readonly name: string; readonly label: string; readonly limitMs: number | null };
