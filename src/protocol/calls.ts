import * as z from 'zod';
import type { CallEnding, NumberedFact } from '../core/facts.ts';
import type { Call, CallKind, Leg, Offer } from '../core/state.ts';
import { plainTextSchema } from './names.ts';

/** `POST /v1/calls/:id/move`: the destination as `parseDestination` reads it. */
export const moveSchema = z.strictObject({ to: plainTextSchema(200) });

/** A call of the list. `phase` is `ended` for those from the past; times are ms since 1970. */
export type CallView = {
  readonly id: string;
  readonly kind: CallKind;
  readonly phase: Call['phase'];
  readonly dialled: string;
  readonly from: string | null;
  readonly callerNumber: string | null;
  readonly callerName: string | null;
  readonly queue: string | null;
  /** 1 to 10, and what it needs of an agent as it is written; null for a call that was in no queue. */
  readonly priority: number | null;
  readonly needs: string | null;
  readonly arrivedAt: number;
  readonly connectedAt: number | null;
  /** Whom the caller talks to, or talked to last. */
  readonly partner: string | null;
  readonly endedAt: number | null;
  readonly ending: CallEnding | null;
  readonly now: number;
};

/** One call's whole life: its facts in order, and its rows while it lives. */
export type CallLife = {
  readonly call: CallView;
  readonly facts: readonly NumberedFact[];
  readonly legs: readonly Leg[];
  readonly offers: readonly Offer[];
};
