import type { Alarm } from './alarms.ts';
import type { Hearing } from './commands.ts';
import type { Outcome } from './facts.ts';
import type { Forward, ForwardTarget } from './forwards.ts';
import type { Meta } from './meta.ts';
import type { Need } from './needs.ts';
import type { Offer } from './offer-row.ts';
import type { Inbound, Meter, Outbound, Payer, PayerId, RouteId, RouteSettings, Trunk, TrunkId } from './outside.ts';
import type { Phone } from './phone-row.ts';
import type { QueueSettings } from './queue-settings.ts';
import type { Ledger } from './routing/agent-row.ts';
import type {
  Destination,
  HangUpCause,
  LadderStep,
  PhoneId,
  QueueId,
  ReasonSettings,
  UserId,
  UserSettings,
} from './settings.ts';
import type { Station, StationBar } from './station.ts';

/** `cb-<epoch>-c<n>`: also the id of the call's bridge. */
export type CallId = string;
/** Our legs: `cb-<epoch>-l<n>`, the ARI channelId. A caller's leg: Asterisk's own channel id. */
export type LegId = string;
/** `cb-<epoch>-o<n>`. */
export type OfferId = string;

/**
 * `queued`: for a group. `internal`: extension to extension. `direct`: from outside, by a route that leads to no group.
 * `outbound`: from a phone of ours to a number outside.
 */
export type CallKind = 'queued' | 'internal' | 'direct' | 'outbound';

/**
 * A call is a room with legs: what a caller began, to its end.
 *
 *     waiting ──offer answered──► [announcing ──said──►] connecting ──joined──► talking ──► ended
 *        │  ▲                          │                     │                               ▲
 *        │  └──────── dropped ─────────┴─────────────────────┘                               │
 *        └── caller gone, overflow to a hang-up or the dialplan ────────────────────────────┘
 */
export type Call = {
  readonly id: CallId;
  kind: CallKind;
  phase: 'waiting' | 'announcing' | 'connecting' | 'talking' | 'ended';
  readonly dialled: string;
  readonly caller: LegId;
  /** The user whose phone began the call; null for a stranger. */
  readonly from: UserId | null;
  readonly arrivedAt: number;
  /** When it first entered a queue; kept through every miss and overflow. */
  enteredAt: number;
  queue: QueueId | null;
  /** Entry time plus the queue's target less the head starts: the one static number of the order of waiting. */
  due: number;
  /** 1 to 10, 5 being the ordinary one; what it came with, or the queue's, and what it rose to. */
  priority: number;
  /** The head start that a wished place has given it, in ms. */
  aheadMs: number;
  /** What the caller came with, before any queue. */
  readonly wishes: Wishes;
  /** Since when it is in this queue, null before its first one: rises, relaxation and tiers count from then. */
  queuedAt: number | null;
  /** How many rises and relaxations of its queue it has taken, and which tier of members is open to it (0: the first). */
  rises: number;
  relaxed: number;
  /** What it needs after that, as `printNeeds` writes it; empty for nothing. */
  needs: string;
  tier: number;
  /** Ring-all in waves: how many have begun, and when the next one does. */
  wave: number;
  waveAt: number | null;
  /** When the maximum wait ends; null when none runs. */
  waitUntil: number | null;
  /** Its queue was removed while somebody was being joined: where it goes should they drop. Null for every other call. */
  queueGone: QueueSettings['overflow'] | null;
  /** The user an internal call is for, and until when it rings. */
  callee: UserId | null;
  ringUntil: number | null;
  /** The weightiest end among the callee's phones so far. */
  calleeOutcome: Outcome | null;
  /** The first of the callee's phones that forwards the call. */
  forward: Forward | null;
  /** Whose forwards it has followed so far, in their order: a circle ends there. */
  forwardedBy: readonly UserId[];
  /** The offer (queued) or the leg (internal) that won this call. */
  claim: OfferId | LegId | null;
  /** Who is in the talk with the caller. */
  /** `user` is null for somebody outside. `payers`: the agent talks at a number outside, and who pays for it. */
  partner: { leg: LegId; user: UserId | null; payers?: readonly PayerId[] } | null;
  connectedAt: number | null;
  hearing: Hearing;
  answered: boolean;
  roomOpen: boolean;
  leaseAt: number | null;
  joinBy: number | null;
  /** How it came in from outside; null for every other call. */
  inbound: Inbound | null;
  /** Where it goes outside; null for every other call. */
  outbound: Outbound | null;
  /** Where the dialplan was asked to take its caller on; null for every other call. */
  givenTo: Extract<Destination, { to: 'dialplan' }> | null;
  /** How many times a rule moved it on: a circle of overflows ends at ten. */
  hops: number;
  /** How often each agent was asked for this call and did not take it: who was asked less goes first. */
  asked: Record<UserId, number>;
  offers: OfferId[];
  legs: LegId[];
};

/** What a caller brings along from the dialplan; what is absent is the queue's to say. */
export type Wishes = {
  readonly priority?: number;
  readonly needs?: readonly Need[];
  /** The place wanted in the queue, 1 being the first; calls of a higher priority are never overtaken. */
  readonly place?: number;
};

/**
 * One channel of a call.
 *
 *     requested ──StasisStart──► dialling ──18x──► ringing ──2xx──► up ──bridged──► joined ──► gone
 */
export type Leg = {
  readonly id: LegId;
  readonly call: CallId;
  /** `picker`: the channel of somebody who dialled in to take over a call that rang elsewhere. */
  readonly role: 'caller' | 'agent' | 'callee' | 'trunk' | 'picker';
  readonly phone: PhoneId | null;
  /** Whose phone it was when the leg began. */
  readonly user: UserId | null;
  readonly offer: OfferId | null;
  /** The trunk that it runs over. */
  readonly trunk: TrunkId | null;
  /** Who pays for a leg to the number where an agent takes calls; absent for every other leg. */
  readonly payers?: readonly PayerId[];
  /** The phone forwards it there (302), and its end follows. */
  forwardsTo?: ForwardTarget;
  phase: 'requested' | 'dialling' | 'ringing' | 'up' | 'joined';
  readonly createdAt: number;
  /** When its phase last changed: the periodic survey leaves young ones alone. */
  changedAt: number;
  rangAt: number | null;
  evidence: 'ringing' | 'progress' | null;
  /** The command that should change it is unconfirmed; at this time Asterisk is looked at. */
  confirmBy: number | null;
  looks: number;
  /** A dialled leg with no 18x at this time is unreachable. */
  silentUntil: number | null;
  /** We asked for its end, for this cause. */
  ending: HangUpCause | null;
  /** A caller's channel that left our application: whether it hung up is not known yet. */
  left: boolean;
};

export type WorkKind = 'idle' | 'offered' | 'releasing' | 'talking' | 'wrap-up' | 'backing-off' | 'busy-elsewhere';

/** An agent's four separate states, and the ledger. */
export type Agent = {
  readonly id: UserId;
  /** Grows with each thing that a person chose for this agent. What the system does leaves it alone: people beat it anyway. */
  version: number;
  signedIn: boolean;
  signedInAt: number | null;
  /** Which desktop or terminal signed in, as it calls itself; null where nobody said. */
  session: string | null;
  /** Where they take calls in this sign-in. */
  station: Station;
  /** Why their station, a number outside, is not rung until then; null when nothing is known against it. */
  barred: { why: StationBar; until: number } | null;
  /** `limitAt`: when the reason's time is over (null: no limit, or it has not begun); `overdue`: that was told. */
  ready: { is: boolean; reason: string | null; since: number; limitAt: number | null; overdue: boolean };
  hold: { kind: 'rona'; step: number; since: number; until: number | null; notify: LadderStep['notify'] } | null;
  /** `extended`: this wrap-up was made longer, which is done once. */
  work: { is: WorkKind; since: number; until: number | null; call: CallId | null; extended: boolean };
  /** A wrap-up that a pickup broke off: what is left of it after that talk is theirs. Null when there is none. */
  cutShort: { until: number; extended: boolean } | null;
  reachable: { is: boolean; since: number };
  /** Times of the misses since the last reset, oldest first. */
  misses: number[];
  /** Calls that rang out with everybody else's phone since the last counted miss: see `ringAllMissEvery`. */
  sharedMisses: number;
  /** Where and when an offer last rang out or found the phone dead: what the mass-miss guard looks at. */
  failed: { queue: QueueId; at: number } | null;
  /** The idle rank: since when the agent has had nothing to do. docs/internals/agents.md says what changes it. */
  idleSince: number;
  /** Since when they cannot be rung, by choice, hold or phone: this time does not count as idle. Null while it counts. */
  awaySince: number | null;
  /** Calls given today, misses included, and which day that is. */
  given: { day: string; count: number };
  /** When each queue last offered this agent a call, as a number of `Meta.turn`: the memory of `round-robin`. */
  turns: Record<QueueId, number>;
  /** Queues in which a turn that rang and came to nothing was given back: the next one of that kind is spent. */
  spared: QueueId[];
  ledger: Ledger;
};

export type { Offer, Phone };

/** The whole live state. Each map's entry is one row; everything else is rebuilt from rows at load. */
export type State = {
  meta: Meta;
  users: Map<UserId, UserSettings>;
  queues: Map<QueueId, QueueSettings>;
  calls: Map<CallId, Call>;
  legs: Map<LegId, Leg>;
  offers: Map<OfferId, Offer>;
  agents: Map<UserId, Agent>;
  phones: Map<PhoneId, Phone>;
  reasons: Map<string, ReasonSettings>;
  alarms: Map<string, Alarm>;
  trunks: Map<TrunkId, Trunk>;
  routes: Map<RouteId, RouteSettings>;
  payers: Map<PayerId, Payer>;
  meters: Map<PayerId, Meter>;
};
