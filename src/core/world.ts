import { type AgentIndex, emptyAgentIndex } from './agent-index.ts';
import type { Alarm } from './alarms.ts';
import type { CallPlace } from './call-place.ts';
import { Deadlines } from './deadlines.ts';
import { Dirty } from './dirty.ts';
import { defaultFeatureCodes } from './features.ts';
import type { Meta } from './meta.ts';
import type { Meter, Payer, RouteSettings, Trunk, TrunkId } from './outside.ts';
import { emptyQueueIndex, type QueueIndex } from './queue-index.ts';
import { defaultHeadStartsMs, type QueueSettings, queueOf } from './queue-settings.ts';
import {
  reindexAgent,
  reindexAlarm,
  reindexLeg,
  reindexMeta,
  reindexOffer,
  reindexPhone,
  reindexQueue,
  reindexUser,
} from './reindex.ts';
import { reindexCall } from './reindex-call.ts';
import { Roster } from './roster.ts';
import type { EngineLimits, PhoneId, QueueId, ReasonSettings, UserId, UserSettings } from './settings.ts';
import type { Agent, Call, CallId, Leg, LegId, Offer, Phone, State } from './state.ts';
import { upgradeAgent, upgradeCall, upgradeLeg, upgradeOffer, upgradeUser } from './upgrade.ts';

/** The live rows with everything that is derived from them. Only `step` changes it. */
export type World = { readonly state: State; readonly index: Index; readonly dirty: Dirty };

/** What is rebuilt from rows at load and kept up with each change of a row: nothing here is the truth. */
export type Index = {
  readonly deadlines: Deadlines;
  /** Deadlines that need Asterisk and came due while it was away. */
  readonly parked: Set<string>;
  /** Which number is dialled for what. */
  readonly extensions: Map<string, { readonly queue: QueueId } | { readonly user: UserId }>;
  readonly phoneUser: Map<PhoneId, UserId>;
  /** Why each agent can take no call, by their number. */
  readonly roster: Roster;
  /** What is known of each agent: their seats in queues, and why they are not in the lanes. */
  readonly agents: Map<UserId, AgentIndex>;
  /** What is known of each queue: its members, who of them is idle, and which calls are there. */
  readonly queues: Map<QueueId, QueueIndex>;
  /** What is derived of each call: its deadline, and where it is that is in a queue, or talks in one. */
  readonly places: Map<CallId, CallPlace>;
  /** Calls to which another tier opens if everybody of the open ones was tried: asked at the next matching. */
  readonly untried: Set<CallId>;
  /** Live legs over each trunk, both ways. */
  readonly trunkLegs: Map<TrunkId, Set<LegId>>;
  /** Calls that are out, or on their way there: what limits are counted over. */
  readonly callsOut: Set<CallId>;
  /** Live legs to the numbers where agents take calls. */
  readonly paidLegs: Set<LegId>;
  /** Queues with calls that changed since the last matching, or whose members did. */
  readonly touched: Set<QueueIndex>;
  /** What was dealt with last, and is most likely asked for again. */
  readonly last: { place: CallPlace | null; agent: AgentIndex | null };
  /** Calls whose rows could not be read at load: to be set aside before anything else, or no start would ever succeed. */
  readonly unreadable: Set<CallId>;
  /** Live legs of callers that left our application, where it is not known yet whether they hung up. */
  readonly left: Set<LegId>;
  /** Whose call the step is at just now, where its event does not say: should it trip, that one is to blame. */
  readonly about: { call: string | null };
};

/** The kinds of rows, and the tables they live in. */
export type Rows = {
  readonly meta: Meta;
  readonly users: UserSettings;
  readonly queues: QueueSettings;
  readonly calls: Call;
  readonly legs: Leg;
  readonly offers: Offer;
  readonly agents: Agent;
  readonly phones: Phone;
  readonly reasons: ReasonSettings;
  readonly alarms: Alarm;
  readonly trunks: Trunk;
  readonly routes: RouteSettings;
  readonly payers: Payer;
  readonly meters: Meter;
};
export type RowKind = keyof Rows;
export const rowKinds = [
  'meta',
  'users',
  'queues',
  'phones',
  'agents',
  'calls',
  'offers',
  'legs',
  'reasons',
  'alarms',
  'trunks',
  'routes',
  'payers',
  'meters',
] as const;

/** Limits that hold until the `started` event brings the configured ones. */
export const defaultLimits: EngineLimits = {
  leaseMs: 30_000,
  renewMs: 10_000,
  confirmMs: 2_000,
  surveyMs: 10_000,
  internalRingMs: 30_000,
  suspectMs: 30_000,
  headStartsMs: defaultHeadStartsMs,
  wrapUpExtensionMs: 60_000,
  confirmStationMs: 15_000,
  massMissMs: 10_000,
  massMissAgents: 3,
};

export function emptyMeta(): Meta {
  return {
    epoch: '',
    nextId: 1,
    nextFact: 1,
    turn: 0,
    dice: 1,
    day: '',
    zoneMs: 0,
    revision: 0,
    limits: defaultLimits,
    features: defaultFeatureCodes,
    pbx: 'down',
    draining: false,
    pbxStarted: '',
    surveyAt: null,
    askedAt: 0,
    doubts: [],
  };
}

/** Builds the world from rows, as they were committed; with none, the empty world. Rows of one kind come in any order. */
export function load(rows: { readonly [K in RowKind]?: readonly Rows[K][] }): World {
  const byId = <T extends { readonly id: string }>(list: readonly T[] | undefined) =>
    new Map((list ?? []).map((row) => [row.id, row]));
  const world: World = {
    state: {
      // A row of an older version lacks what came later.
      meta: upgradedMeta(rows.meta?.[0]),
      users: byId(rows.users?.map(upgradeUser)),
      queues: byId(rows.queues?.map(queueOf)),
      calls: byId(rows.calls?.map(upgradeCall)),
      legs: byId(rows.legs?.map(upgradeLeg)),
      offers: byId(rows.offers?.map(upgradeOffer)),
      agents: byId(rows.agents?.map(upgradeAgent)),
      phones: byId(rows.phones),
      reasons: byId(rows.reasons),
      alarms: byId(rows.alarms),
      trunks: byId(rows.trunks),
      routes: byId(rows.routes),
      payers: byId(rows.payers),
      meters: byId(rows.meters),
    },
    index: emptyIndex(),
    dirty: new Dirty(),
  };
  const { state } = world;
  for (const user of state.users.values()) reindexUser(world, user);
  for (const queue of state.queues.values()) reindexQueue(world, queue);
  for (const phone of state.phones.values()) reindexPhone(world, phone);
  for (const leg of state.legs.values()) reindexLeg(world, leg);
  for (const offer of state.offers.values()) reindexOffer(world, offer);
  for (const call of state.calls.values()) {
    try {
      reindexCall(world, call);
    } catch {
      world.index.unreadable.add(call.id);
    }
  }
  for (const agent of state.agents.values()) reindexAgent(world, agent);
  for (const alarm of state.alarms.values()) reindexAlarm(world, alarm);
  reindexMeta(world);
  return world;
}

function upgradedMeta(row: Meta | undefined): Meta {
  const meta = { ...emptyMeta(), ...row };
  return { ...meta, limits: { ...defaultLimits, ...meta.limits } };
}

function emptyIndex(): Index {
  return {
    roster: new Roster(),
    deadlines: new Deadlines(),
    parked: new Set(),
    extensions: new Map(),
    phoneUser: new Map(),
    agents: new Map(),
    queues: new Map(),
    places: new Map(),
    untried: new Set(),
    trunkLegs: new Map(),
    callsOut: new Set(),
    paidLegs: new Set(),
    touched: new Set(),
    last: { place: null, agent: null },
    unreadable: new Set(),
    left: new Set(),
    about: { call: null },
  };
}

/** The index of a queue, made when first asked for. */
export function queueIndex(index: Index, queue: QueueId): QueueIndex {
  let mine = index.queues.get(queue);
  if (mine === undefined) {
    mine = emptyQueueIndex(queue, index.roster);
    index.queues.set(queue, mine);
  }
  return mine;
}

/** The index of an agent, made when first asked for. */
export function agentIndex(index: Index, agent: UserId): AgentIndex {
  const { last } = index;
  if (last.agent?.id === agent) return last.agent;
  let mine = index.agents.get(agent);
  if (mine === undefined) {
    mine = emptyAgentIndex(agent, index.roster.add());
    index.agents.set(agent, mine);
  }
  last.agent = mine;
  return mine;
}

/** At the end of the step its calls are matched, if there are any: without one it has nothing to decide. */
export function touch(index: Index, queue: QueueIndex): void {
  if (queue.queued.size > 0) index.touched.add(queue);
}

/** At the end of the step every queue that has a call is looked at. */
export function touchAll(index: Index): void {
  for (const queue of index.queues.values()) touch(index, queue);
}

/** The rows that changed since the last call, with their bodies (null: the row is gone), in a fixed order. */
export function takeChanges(world: World): { readonly kind: RowKind; readonly id: string; readonly body: unknown }[] {
  return world.dirty.take().map(({ kind, id }) => ({ kind, id, body: rowBody(world, kind, id) }));
}

function rowBody(world: World, kind: RowKind, id: string): unknown {
  if (kind === 'meta') return world.state.meta;
  return world.state[kind].get(id) ?? null;
}
