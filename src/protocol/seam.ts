import type { Intent, OutsideEvent, SettingsEvent } from '../core/events.ts';
import type { NumberedFact } from '../core/facts.ts';
import type { QueueId, UserId } from '../core/settings.ts';
import type { WhyAnswer, WhyAsk } from './why.ts';

/** The plain messages between the front thread and the engine thread: the two could be processes one day. */
export type ToEngine =
  | { readonly kind: 'intent'; readonly intent: string; readonly ask: Intent }
  | { readonly kind: 'settings'; readonly event: SettingsEvent }
  | { readonly kind: 'outside'; readonly event: OutsideEvent }
  /** Answered by a `status` message with the same id. */
  | { readonly kind: 'ask-status'; readonly id: string }
  /** Answered by a `why` message with the same id. */
  | { readonly kind: 'ask-why'; readonly id: string; readonly ask: WhyAsk };

export type ToFront =
  /** First message: what the engine knows, so that the front can send what differs. */
  | {
      readonly kind: 'hello';
      readonly revision: number;
      readonly users: readonly UserId[];
      readonly queues: readonly QueueId[];
    }
  | { readonly kind: 'facts'; readonly facts: readonly NumberedFact[] }
  | {
      readonly kind: 'reply';
      readonly intent: string;
      readonly error: { readonly code: string; readonly message: string } | null;
    }
  | { readonly kind: 'status'; readonly id: string; readonly status: EngineStatus }
  | { readonly kind: 'why'; readonly id: string; readonly answer: WhyAnswer };

/** How the engine is, for `status` and `/readyz`. Times in ms. */
export type EngineStatus = {
  readonly epoch: string;
  readonly startedAt: number;
  readonly pbx: 'down' | 'connected' | 'ready';
  readonly ami: 'down' | 'ready';
  /** On its way out: see `cordboard drain`. */
  readonly draining: boolean;
  readonly waiting: number;
  readonly talking: number;
  readonly loopLagMs: { readonly p99: number; readonly max: number };
  readonly batches: number;
  readonly repairs: number;
  /** Callers handed to the fallback for overload or while draining, since the start. */
  readonly turnedAway: number;
  /** How long the database has refused a batch; null when it takes them. */
  readonly heldMs: number | null;
  readonly lastFact: number;
};
