import type { NumberFormat, TrunkId } from './outside.ts';
import type { Destination, HangUpCause, PhoneId, QueueId } from './settings.ts';
import type { CallId, LegId } from './state.ts';

/**
 * What we want done outside. A command goes out at most once, after the batch that made it is committed; what came of it
 * is an event. The adapter (`asterisk/perform`) turns each into one ARI request.
 */
export type Command =
  /** Makes the call's room (a mixing bridge whose id is the call's id). */
  | { readonly do: 'open-room'; readonly call: CallId }
  | { readonly do: 'close-room'; readonly call: CallId }
  /**
   * Makes a leg to a phone and dials it as `dial-leg` does, if Asterisk has it ready at once: its `leg-created` says so. `for`
   * is the caller's leg.
   */
  | {
      readonly do: 'create-leg';
      readonly leg: LegId;
      readonly call: CallId;
      readonly phone: PhoneId;
      readonly for: LegId;
      readonly timeoutMs: number;
      /** The queue whose name stands before the caller's; absent: nothing does. */
      readonly announces?: QueueId;
      /** The phone is asked to answer by itself. */
      readonly autoAnswer?: true;
    }
  /** Makes a leg to a number outside, which shows `callerId` (null: whatever the carrier puts there). */
  | {
      readonly do: 'create-trunk-leg';
      readonly leg: LegId;
      readonly call: CallId;
      readonly trunk: TrunkId;
      /** E.164, or a short code; the carrier is sent it in its own `format`. */
      readonly number: string;
      readonly format: NumberFormat;
      readonly callerId: string | null;
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly for: LegId;
    }
  /**
   * Rings it. Asterisk itself ends it after `timeoutMs`, even when we are dead. `for` is the caller's leg, whose identity it
   * shows; null where the leg has one of its own.
   */
  | { readonly do: 'dial-leg'; readonly leg: LegId; readonly for: LegId | null; readonly timeoutMs: number }
  | { readonly do: 'hang-up'; readonly leg: LegId; readonly cause: HangUpCause }
  | { readonly do: 'answer'; readonly leg: LegId }
  /**
   * Says something to a leg that is up: `confirm` asks again and again, for `forMs`, to press 1, and `announce` names the
   * queue. `sound` is a file of the administrator's, which is played before it; null: none.
   */
  | {
      readonly do: 'say';
      readonly leg: LegId;
      readonly what: 'confirm' | 'announce';
      readonly sound: string | null;
      readonly forMs: number;
    }
  /** Ends what is being said to it. */
  | { readonly do: 'hush'; readonly leg: LegId }
  /** A caller who is not answered hears what there is to hear, unpaid (183, RFC 3960 early media). */
  | { readonly do: 'progress'; readonly leg: LegId }
  /** Changes what a caller hears while not joined. `was` is what they hear now. */
  | { readonly do: 'hear'; readonly leg: LegId; readonly what: Hearing; readonly was: Hearing }
  | { readonly do: 'join'; readonly call: CallId; readonly legs: readonly LegId[] }
  /**
   * Renews the dead-man lease of a leg. With `peer`, the one that it is joined with: the dialplan joins the two when the caller's ends.
   * Should the peer be gone by then, the call is over for a caller who has `talked` (or is just being joined), and everybody else falls back.
   */
  | {
      readonly do: 'lease';
      readonly leg: LegId;
      readonly leaseMs: number;
      readonly peer: LegId | null;
      readonly talked: boolean;
    }
  /** Gives the leg back to the dialplan. */
  | { readonly do: 'release'; readonly leg: LegId; readonly to: Extract<Destination, { to: 'dialplan' }> }
  /** One look at a leg: answered by `leg-seen`. */
  | { readonly do: 'look'; readonly leg: LegId }
  /** One look at everything: answered by `surveyed`. */
  | { readonly do: 'survey'; readonly full: boolean; readonly askedAt: number }
  /** Answers an intent. `error` is null when it was done; else a code and one line saying why and what to do. */
  | {
      readonly do: 'reply';
      readonly intent: string;
      readonly error: { readonly code: string; readonly message: string } | null;
    };

/** What a caller hears while no agent is joined. */
export type Hearing = 'silence' | 'music' | 'ringing';
