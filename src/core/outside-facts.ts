import type { ForwardRefusal } from './forwards.ts';
import type { NumberClass, PayerId, TrunkId } from './outside.ts';
import type { Barred } from './permission.ts';
import type { Destination, PhoneId, UserId } from './settings.ts';
import type { CallId, LegId } from './state.ts';

/** What happened between us and the world outside. */
export type OutsideFact =
  /** A number outside was not dialled: `payer` has no right to it, or a limit was reached. `user` is who dialled, if anybody did. */
  | {
      readonly type: 'call-barred';
      readonly call: CallId;
      readonly user: UserId | null;
      readonly payer: PayerId;
      readonly class: NumberClass;
      readonly why: Barred;
    }
  /** A limit of a payer's calls out was reached: a call was barred, or a talk ended, for it. */
  | {
      readonly type: 'limit-reached';
      readonly call: CallId;
      readonly user: UserId | null;
      readonly payer: PayerId;
      readonly limit: 'calls-at-once' | 'calls-per-minute' | 'minutes-per-day';
    }
  /** The first time ever that a call to another country was paid by this user, group, queue or the system. */
  | {
      readonly type: 'first-international';
      readonly call: CallId;
      readonly user: UserId | null;
      readonly payer: PayerId;
    }
  /** A rule, or a phone that forwards, led the call to a number outside, on this account. */
  | {
      readonly type: 'call-sent-out';
      readonly call: CallId;
      readonly payer: PayerId;
      readonly number: string;
      readonly class: NumberClass;
    }
  /** A phone of the user that was called answered with a forward (302), and the call goes on there. `said` is what the phone said. */
  | {
      readonly type: 'forward-followed';
      readonly call: CallId;
      readonly user: UserId;
      readonly phone: PhoneId;
      readonly said: string;
      readonly to: Destination;
    }
  /**
   * A phone answered with a forward (302): nobody is called there. `said` is null where it did not say where to. `payer` is
   * whose right is missing, or whose limit is reached, where that is why.
   */
  | {
      readonly type: 'forward-refused';
      readonly call: CallId;
      readonly user: UserId;
      readonly phone: PhoneId;
      readonly said: string | null;
      readonly why: ForwardRefusal;
      readonly payer: PayerId | null;
    }
  | { readonly type: 'trunk-tried'; readonly call: CallId; readonly trunk: TrunkId; readonly leg: LegId }
  /** The number was not reached over this trunk; `next` says whether another one may do better. */
  | {
      readonly type: 'trunk-failed';
      readonly call: CallId;
      readonly trunk: TrunkId;
      readonly leg: LegId;
      readonly cause: number;
      readonly sip: number;
      readonly next: boolean;
    }
  /** No call could be made or taken: the trunk's own limit of calls at once. */
  | { readonly type: 'trunk-full'; readonly call: CallId; readonly trunk: TrunkId }
  | {
      readonly type: 'trunk-state';
      readonly trunk: TrunkId;
      readonly up: boolean;
      readonly why: 'reachable' | 'unreachable' | 'registered' | 'unregistered';
    }
  /** Somebody dialled an emergency number; the dialplan sends it out by itself. */
  | {
      readonly type: 'emergency-called';
      readonly user: UserId | null;
      readonly phone: PhoneId;
      readonly dialled: string;
      /** Asterisk's id of the call; null where it said none. */
      readonly channel: string | null;
      /** When we heard of it only later, since no daemon was there: when it was, in ms since 1970. Null: just now. */
      readonly dialledAt: number | null;
    }
  | { readonly type: 'caller-id-chosen'; readonly user: UserId; readonly callerId: string | null };
