import type { Outcome, RescindWhy } from './facts.ts';
import type { OutsideNumber, PayerId, TrunkId } from './outside.ts';
import type { OfferRules } from './queue-settings.ts';
import type { QueueId, UserId } from './settings.ts';
import type { CallId, LegId, OfferId } from './state.ts';

/**
 * One attempt to give one call to one agent; it has a leg for each of the agent's phones.
 *
 *     made ──18x──► ringing ──2xx──► won ──► ended (answered, or dropped)
 *       │              │              ▲
 *       │              └─2xx, a number─► confirming ──1 pressed──┘
 *       └──────────────┴────────────────────┴── refused, rung out, rescinded ──► cancelling ──last leg gone──► ended
 */
export type Offer = {
  readonly id: OfferId;
  readonly call: CallId;
  readonly agent: UserId;
  readonly queue: QueueId;
  phase: 'made' | 'ringing' | 'confirming' | 'cancelling' | 'won';
  readonly madeAt: number;
  rangAt: number | null;
  ringMs: number;
  /** What it is judged by, where its queue has changed since it was made; null: what the queue says. */
  rules: OfferRules | null;
  ringUntil: number | null;
  /** Until when 1 is to be pressed at a number outside. */
  confirmUntil: number | null;
  /** The way through the trunks to a number outside; null where phones ring. */
  toNumber:
    | (OutsideNumber & { readonly callerId: string | null; readonly payers: readonly PayerId[]; left: TrunkId[] })
    | null;
  legs: LegId[];
  /** Decided while its legs still end, or the weightiest end of a leg so far. */
  outcome: Outcome | null;
  why: RescindWhy;
  cause: number;
  sip: number;
  /** Its agent chose ready, or signed in or out, since we ended it: what comes of it is not held against them. */
  forgiven: boolean;
  /** Which turn of its agent in this queue it is, and which was the one before; null in rows of an older version. */
  readonly turn: { readonly is: number; readonly before: number } | null;
};
