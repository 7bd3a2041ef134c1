import type { AlarmKind } from './alarms.ts';
import type { FeatureName } from './features.ts';
import type { RouteId, TrunkId } from './outside.ts';
import type { OutsideFact } from './outside-facts.ts';
import type { QueueFact } from './queue-facts.ts';
import type { StrategyName } from './queue-settings.ts';
import type { Eligibility } from './routing/eligibility.ts';
import type { PhoneId, PhoneTransport, QueueId, UserId } from './settings.ts';
import type { CallId, CallKind, LegId, OfferId, WorkKind } from './state.ts';
import type { ReachableWhy, Station, StationBar } from './station.ts';

/** How an offer can end (docs/internals/endings.md says who is told what). */
export type Outcome =
  | 'answered'
  | 'declined'
  | 'busy'
  | 'no-answer'
  | 'unreachable'
  | 'forwarded'
  | 'short-ring'
  | 'rescinded'
  | 'dropped'
  | 'failed'
  | 'lost';

/** Why an offer was rescinded; null for every other outcome. */
export type RescindWhy =
  | 'caller-gone'
  | 'race-lost'
  | 'picked-up'
  | 'took-another'
  | 'agent-paused'
  | 'overflow'
  | 'settings'
  | null;

/** What ended a hold. */
export type HoldEnd = 'rested' | 'ready' | 'signed-in' | 'answered' | 'signed-out' | 'mass-miss';

/** How a call can end. `abandoned`: the caller left while waiting. `released`: the dialplan has it. */
export type CallEnding =
  | 'completed'
  | 'abandoned'
  | 'busy'
  | 'no-answer'
  | 'declined'
  | 'unreachable'
  | 'unallocated'
  | 'overflow-hang-up'
  | 'barred'
  | 'no-trunk'
  | 'released'
  | 'failed'
  | 'lost'
  | 'lost-pbx'
  | 'lost-bug';

/** What happened, in the past tense. Facts are the only source of the event stream, reports, metrics and logs. */
export type Fact =
  | QueueFact
  | {
      readonly type: 'call-arrived';
      readonly call: CallId;
      readonly kind: CallKind;
      readonly dialled: string;
      readonly phone: PhoneId | null;
      readonly user: UserId | null;
      readonly trunk: TrunkId | null;
      readonly route: RouteId | null;
    }
  | {
      readonly type: 'call-connected';
      readonly call: CallId;
      readonly user: UserId | null;
      readonly offer: OfferId | null;
      readonly waitedMs: number;
    }
  | {
      readonly type: 'call-ended';
      readonly call: CallId;
      readonly ending: CallEnding;
      readonly by: 'caller' | 'agent' | 'system';
      readonly waitedMs: number;
      readonly talkedMs: number;
    }
  /** Somebody took over a call that rang at others (`rang`), by the pickup code. */
  | { readonly type: 'call-picked-up'; readonly call: CallId; readonly user: UserId; readonly rang: readonly UserId[] }
  /** A phone dialled a feature code, with `rest` behind it. `refused`: why it was not done, as a code; null when it was. */
  | {
      readonly type: 'feature-dialled';
      readonly user: UserId;
      readonly feature: FeatureName;
      readonly rest: string;
      readonly refused: string | null;
    }
  | {
      readonly type: 'offer-made';
      readonly offer: OfferId;
      readonly call: CallId;
      readonly agent: UserId;
      readonly queue: QueueId;
      readonly why: OfferWhy;
    }
  | {
      readonly type: 'offer-rang';
      readonly offer: OfferId;
      readonly call: CallId;
      readonly agent: UserId;
      readonly evidence: 'ringing' | 'progress';
    }
  /** Somebody answered at the agent's number outside: now they have to press 1. */
  | {
      readonly type: 'offer-confirming';
      readonly offer: OfferId;
      readonly call: CallId;
      readonly agent: UserId;
      readonly leg: LegId;
    }
  | {
      readonly type: 'offer-answered';
      readonly offer: OfferId;
      readonly call: CallId;
      readonly agent: UserId;
      readonly leg: LegId;
    }
  /** The agent has the call and hears the queue's sound; they are joined with the caller after it. */
  | {
      readonly type: 'offer-announced';
      readonly offer: OfferId;
      readonly call: CallId;
      readonly agent: UserId;
      readonly sound: string | null;
    }
  | {
      readonly type: 'offer-ended';
      readonly offer: OfferId;
      readonly call: CallId;
      readonly agent: UserId;
      readonly outcome: Outcome;
      readonly why: RescindWhy;
      readonly cause: number;
      readonly sip: number;
      readonly rangMs: number;
    }
  | { readonly type: 'agent-signed-in'; readonly agent: UserId; readonly session: string | null }
  /** The agent chose where they take calls, or is signed out and has every phone again. */
  | { readonly type: 'agent-station'; readonly agent: UserId; readonly station: Station }
  /** The agent's number outside is not rung until then, and why: no call was offered, and nobody is to blame. */
  | { readonly type: 'station-barred'; readonly agent: UserId; readonly why: StationBar; readonly until: number }
  /** Somebody signed in as this agent from another place: `from` has lost the sign-in, and is to be told. */
  | { readonly type: 'agent-taken-over'; readonly agent: UserId; readonly from: string; readonly session: string }
  /** The user is gone, and with them all that was known of the agent: a user of this name is a new one. */
  | { readonly type: 'agent-removed'; readonly agent: UserId }
  | { readonly type: 'agent-signed-out'; readonly agent: UserId }
  | {
      readonly type: 'agent-ready';
      readonly agent: UserId;
      readonly ready: boolean;
      readonly reason: string | null;
      readonly pending: boolean;
    }
  | {
      readonly type: 'agent-work';
      readonly agent: UserId;
      readonly work: WorkKind;
      readonly until: number | null;
      readonly call: CallId | null;
    }
  /** Not ready for longer than the reason allows. Nothing is done about it but to tell: it is the agent's choice. */
  | {
      readonly type: 'agent-overdue';
      readonly agent: UserId;
      readonly reason: string;
      readonly since: number;
      readonly limitMs: number;
    }
  | { readonly type: 'alarm-raised'; readonly alarm: AlarmKind; readonly about: string }
  | { readonly type: 'alarm-ended'; readonly alarm: AlarmKind; readonly about: string }
  /** An offer was not answered: the agent's count of misses, and what the ladder says. */
  | {
      readonly type: 'agent-missed';
      readonly agent: UserId;
      readonly call: CallId;
      readonly misses: number;
      readonly notify: 'nobody' | 'agent' | 'supervisors';
    }
  | {
      readonly type: 'agent-held';
      readonly agent: UserId;
      /** The call that was missed last. */
      readonly call: CallId;
      readonly kind: 'rona';
      readonly step: number;
      readonly until: number | null;
    }
  | {
      readonly type: 'agent-hold-ended';
      readonly agent: UserId;
      readonly why: HoldEnd;
    }
  | {
      readonly type: 'agent-reachable';
      readonly agent: UserId;
      readonly reachable: boolean;
      readonly why: ReachableWhy;
    }
  /** A phone came by another transport than it is set to (`transport`): its settings do not fit it. */
  | {
      readonly type: 'phone-registered-otherwise';
      readonly phone: PhoneId;
      readonly user: UserId;
      readonly transport: PhoneTransport;
      readonly by: PhoneTransport;
    }
  | OutsideFact
  | { readonly type: 'pbx-connected' }
  | { readonly type: 'pbx-lost' }
  /** The first survey after a connect is done: offers may be made. */
  | { readonly type: 'pbx-ready'; readonly adopted: number; readonly lost: number }
  /** Reconcile put something right that no event had told us. */
  | { readonly type: 'repaired'; readonly what: string; readonly entity: string }
  | { readonly type: 'settings-applied'; readonly revision: number }
  | { readonly type: 'draining'; readonly on: boolean }
  | { readonly type: 'day-began'; readonly day: string }
  | { readonly type: 'engine-started'; readonly epoch: string; readonly calls: number };

/** Why this agent: the winner's key, the runner-up, and how many were passed over for which reason. */
export type OfferWhy = {
  readonly strategy: StrategyName;
  readonly key: readonly number[];
  readonly runnerUp: { readonly agent: UserId; readonly key: readonly number[] } | null;
  /** Idle members of the queue, and those of them who may take this call. */
  readonly idle: number;
  readonly fitting: number;
  readonly passedOver: Readonly<Record<string, number>>;
  /** The first few of the team who were passed over, each with the reason and its number. */
  readonly named: readonly PassedOver[];
};

/** One who was passed over: `eligibility` says why. */
export type PassedOver = { readonly agent: UserId } & Eligibility;

/** A fact with its place in the one gap-free stream: `seq` grows by one, `at` is engine time in ms. */
export type NumberedFact = Fact & { readonly seq: number; readonly at: number };
