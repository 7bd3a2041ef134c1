/** The plain messages between the bench and its farm process. All times are ms of the farm's own monotonic clock. */
export type ToFarm =
  | {
      readonly id: number;
      readonly ask: 'open';
      readonly asterisk: Address;
      readonly phoneHost: string;
      readonly callerHost: string;
    }
  | { readonly id: number; readonly ask: 'register'; readonly accounts: readonly Account[] }
  | { readonly id: number; readonly ask: 'run'; readonly workload: Workload }
  | { readonly id: number; readonly ask: 'close' };

export type FromFarm =
  | { readonly id: number; readonly answer: 'opened'; readonly phonePort: number; readonly callerPort: number }
  | { readonly id: number; readonly answer: 'registered'; readonly tookMs: number }
  | { readonly id: number; readonly answer: 'ran'; readonly journal: Journal }
  | { readonly id: number; readonly answer: 'closed' }
  | { readonly id: number; readonly answer: 'failed'; readonly why: string };

export type Address = { readonly host: string; readonly port: number };

/** What a phone registers with; `user` is its AOR and its digest user name. */
export type Account = { readonly user: string; readonly password: string };

/** One load: callers dial `extension` evenly spaced, the phones answer, talk and hang up. */
export type Workload = {
  readonly extension: string;
  readonly calls: number;
  readonly callsPerS: number;
  /** From the phone's 180 to its 200; 0 answers at once. */
  readonly answerAfterMs: number;
  /** The phone hangs up after a time drawn evenly from this range. */
  readonly talkMs: readonly [least: number, most: number];
  /** Talks begin to count only when every call was sent: the callers queue up first. */
  readonly holdUntilAllSent: boolean;
  /** Callers that are still there so long after the last one was sent are hung up. */
  readonly drainMs: number;
  /** Seed of the talk times, so that every contestant gets the same ones. */
  readonly seed: number;
};

/** What one phone or caller did or saw. `caller` is the number in From: it ties a phone's INVITE to the caller's. */
export type FarmEvent = {
  readonly atMs: number;
  readonly what:
    | 'caller-invited'
    | 'caller-answered'
    | 'caller-ended'
    | 'phone-invited'
    | 'phone-answered'
    | 'phone-hung-up'
    | 'phone-was-hung-up'
    | 'phone-was-cancelled';
  readonly caller: string;
  /** The phone's user; empty in a caller's event. */
  readonly phone: string;
  /** The final SIP status of a caller that ended without a talk; 0 otherwise. */
  readonly status: number;
};

export type Journal = {
  readonly events: readonly FarmEvent[];
  /** Datagrams that had to be sent again: more than a few mean that the machine was overloaded. */
  readonly resent: number;
};
