import type { FeatureCodes } from './features.ts';
import type { ForwardTarget } from './forwards.ts';
import type { OutsideNumber, Payer, RouteId, RouteSettings, TrunkId, TrunkSettings } from './outside.ts';
import type { QueueSettings } from './queue-settings.ts';
import type {
  Destination,
  EngineLimits,
  PhoneId,
  PhoneTransport,
  QueueId,
  ReasonSettings,
  UserId,
  UserSettings,
} from './settings.ts';
import type { CallId, LegId, Wishes } from './state.ts';
import type { Station } from './station.ts';

/**
 * Everything the core can be told. An event is the only way in; `step` applies one and then expires deadlines.
 * Each is a value of this union, so that a new one without a handler does not compile.
 */
export type Event =
  /** The process started: a new random epoch for our ids, so that no id is ever used again. */
  | {
      readonly type: 'started';
      readonly epoch: string;
      readonly limits: EngineLimits;
      /** Absent: the usual codes. */
      readonly features?: FeatureCodes;
    }
  /** The one timer fired. It says only that deadlines may be due. */
  | { readonly type: 'tick' }
  /** A new day in the directory's time zone (`YYYY-MM-DD`): the counts of today begin again. */
  | { readonly type: 'calendar'; readonly day: string; readonly zoneMs?: number }
  /** This call made the core trip, more than once: it is let go without any of the usual care. */
  | { readonly type: 'set-aside'; readonly call: CallId }
  | SettingsEvent
  | OutsideEvent
  | PbxEvent
  | IntentEvent;

/** A portion of the directory's settings. `revision` only grows. */
export type SettingsEvent = {
  readonly type: 'settings';
  readonly revision: number;
  readonly users: readonly UserSettings[];
  readonly queues: readonly QueueSettings[];
  readonly removedUsers: readonly UserId[];
  readonly removedQueues: readonly QueueId[];
  /** The whole list of reasons for not being ready; absent where it has not changed. */
  readonly reasons?: readonly ReasonSettings[];
};

/** All trunks, inbound routes and payers of the directory: what is not among them is gone. */
export type OutsideEvent = {
  readonly type: 'outside';
  readonly trunks: readonly TrunkSettings[];
  readonly routes: readonly RouteSettings[];
  /** Absent in journals of before there were any. */
  readonly payers?: readonly Payer[];
};

/** Where a caller comes from and wants to go. The numbering at the edge has read what was dialled. */
export type Arrival = {
  /** As it was dialled, or, from a trunk, in E.164 where it could be read. */
  readonly dialled: string;
  /** The endpoint, when it is none of our trunks. */
  readonly phone: PhoneId | null;
  readonly trunk?: TrunkId;
  /** The inbound route that fits number, trunk and caller; the caller's number itself does not come in here. */
  readonly route?: RouteId;
  /** A phone dialled this number outside. */
  readonly outside?: OutsideNumber;
  /** Needs, priority and place from Stasis arguments or channel variables; absent when there are none. */
  readonly wishes?: Wishes;
  /** Those of them that could not be read. */
  readonly ignored?: readonly IgnoredWish[];
};

/** What Asterisk told us, already in our words (`asterisk/translate`). */
export type PbxEvent =
  /** The event socket is up (nothing is offered until the first survey) or lost. */
  | { readonly type: 'pbx-connected' }
  | { readonly type: 'pbx-lost' }
  /** A caller's channel entered us. `phone` is set when it belongs to an endpoint of ours. */
  | (Arrival & {
      readonly type: 'caller-arrived';
      readonly leg: LegId;
      /** The engine is overloaded: the dialplan's fallback has the caller at once. */
      readonly overload?: true;
    })
  /** A leg that we asked for exists (its own StasisStart). `dialled`: its phone has been asked to ring already; else it is to be dialled. */
  | { readonly type: 'leg-created'; readonly leg: LegId; readonly dialled?: true }
  /** The phone shows signs of life: 180 (`ringing`) or 183 (`progress`). */
  | { readonly type: 'leg-rang'; readonly leg: LegId; readonly evidence: 'ringing' | 'progress' }
  | { readonly type: 'leg-answered'; readonly leg: LegId }
  /** What was said to a leg is over, or there was nothing to end. */
  | { readonly type: 'leg-told'; readonly leg: LegId }
  /** A key was pressed at a leg of ours: whether it was 1. Which other one it was is nobody's business. */
  | { readonly type: 'leg-pressed'; readonly leg: LegId; readonly accepts: boolean }
  /** The phone forwards its call (302): where to. The leg's last event follows, and nobody has been called there. */
  | { readonly type: 'leg-forwarded'; readonly leg: LegId; readonly to: ForwardTarget }
  /** A caller's channel left our application: it hung up, and its last event follows, or the dialplan has it now. */
  | { readonly type: 'leg-left'; readonly leg: LegId }
  /** The leg's last event. `cause` is Q.850, `sip` the final status where one is known, 0 where none. */
  | { readonly type: 'leg-gone'; readonly leg: LegId; readonly cause: number; readonly sip: number }
  /** The request that should have made or dialled the leg was refused; `status` is the HTTP one. */
  | { readonly type: 'leg-refused'; readonly leg: LegId; readonly status: number }
  /** The join of these legs in the call's room was confirmed, or refused. */
  | { readonly type: 'joined'; readonly call: CallId; readonly legs: readonly LegId[] }
  | { readonly type: 'join-refused'; readonly call: CallId; readonly legs: readonly LegId[]; readonly status: number }
  /** What one look at a leg found (null: it is not there). */
  | { readonly type: 'leg-seen'; readonly leg: LegId; readonly found: SeenLeg | null }
  /** What is in Asterisk now, of ours. `full` after a (re)connect, else the periodic one. */
  | {
      readonly type: 'surveyed';
      readonly full: boolean;
      /** The `askedAt` of the command that this answers (engine time); what is younger is not judged. Absent: just now. */
      readonly askedAt?: number;
      /** When Asterisk says that it started. */
      readonly pbxStarted: string;
      readonly legs: readonly SeenLeg[];
      readonly rooms: readonly SeenRoom[];
    }
  /**
   * The periodic survey found all as it should be, but for what is under way (`isAsItShouldBe`): it says so in a word, since the journal
   * would keep every leg each time.
   */
  | { readonly type: 'survey-agreed'; readonly askedAt: number }
  /** Asterisk did not answer the survey. */
  | { readonly type: 'survey-failed'; readonly askedAt: number }
  /** A phone's contact came (registered, qualified) or went. */
  | {
      readonly type: 'phone-reachable';
      readonly phone: PhoneId;
      readonly reachable: boolean;
      /** By which transport it registered; absent where nobody said. */
      readonly by?: PhoneTransport;
    }
  /** All phones that have a contact now; every other one has none. */
  | {
      readonly type: 'phones-surveyed';
      readonly reachable: readonly PhoneId[];
      readonly by?: Readonly<Record<PhoneId, PhoneTransport>>;
    }
  /** Somebody dialled an emergency number: the dialplan says so while it sends the call out by itself. */
  | {
      readonly type: 'emergency-dialled';
      readonly phone: PhoneId;
      readonly dialled: string;
      /** Asterisk's id of the call, under which it left a trace until we have told people of it. Absent before there were traces. */
      readonly channel?: string;
      /** When it was, in ms since 1970; absent: just now. Later than that we heard of it from its trace. */
      readonly dialledAt?: number;
    }
  /** What is known of these trunks: what is not said stays as it was. Null: it is not watched. */
  | { readonly type: 'trunks-seen'; readonly trunks: readonly SeenTrunk[] };

export type SeenTrunk = {
  readonly trunk: TrunkId;
  readonly reachable?: boolean | null;
  readonly registered?: boolean | null;
};

/** A leg as Asterisk has it. A caller's leg that we do not know carries what its arrival would have said. */
export type SeenLeg = {
  readonly leg: LegId;
  /** `away`: a caller's channel that lives on outside of our application (the dialplan has it). */
  readonly state: 'down' | 'ringing' | 'up' | 'away';
  /** Set for a channel that came in through the dialplan and waits in our Stasis application. */
  readonly arrival: Arrival | null;
};
/** A wish of the dialplan that could not be read: the queue's default holds instead. */
export type IgnoredWish = {
  readonly wish: 'priority' | 'place' | 'needs';
  /** At most 80 characters of it. */
  readonly got: string;
  readonly expected: string;
};
/** A room with who is in it: one of ours, or any other bridge, which says that the two in it hear each other. */
export type SeenRoom = { readonly call: CallId; readonly legs: readonly LegId[] };

/** What a person asked for. It is answered by exactly one `reply` command with the same `intent` id. */
export type IntentEvent = { readonly type: 'intent'; readonly intent: string; readonly ask: Intent };

export type Intent =
  | AgentIntent
  /** The number that calls out show, one of those that are allowed; null for the usual one. */
  | { readonly do: 'choose-caller-id'; readonly user: UserId; readonly callerId: string | null }
  /** No new callers and no new offers; who waits is handed to the fallback. `undrain` takes it back. */
  | { readonly do: 'drain' }
  | { readonly do: 'undrain' }
  | { readonly do: 'hang-up'; readonly call: CallId }
  | { readonly do: 'move'; readonly call: CallId; readonly to: Destination };

/**
 * What is asked for an agent. `seen` is the agent's version that the asker looked at: with another one by now the ask is
 * refused as stale. `session` says from which sign-in it comes: one that was taken over is refused.
 */
export type AgentIntent = {
  readonly user: UserId;
  readonly seen?: number | undefined;
  readonly session?: string | null | undefined;
} /** Without a station: the one of a sign-in that stands, or every phone. */ & (
  | { readonly do: 'sign-in'; readonly ready: boolean; readonly station?: Station | undefined }
  | { readonly do: 'sign-out' }
  | { readonly do: 'ready' }
  | { readonly do: 'not-ready'; readonly reason: string | null }
  | { readonly do: 'end-wrap-up' }
  /** Once a wrap-up; `byMs` null is as much as the limit allows. */
  | { readonly do: 'extend-wrap-up'; readonly byMs: number | null }
);
