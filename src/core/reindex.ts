import type { Alarm } from './alarms.ts';
import type { QueueSettings } from './queue-settings.ts';
import { strategies } from './routing/strategy/table.ts';
import type { QueueId, UserId, UserSettings } from './settings.ts';
import type { Agent, Call, Leg, Offer, Phone } from './state.ts';
import { type Index, orderedOf, type World } from './world.ts';

/*
 * Each function derives from one row what the index says of it. The same functions run at load and after each change of
 * a row, so that a restarted engine decides like one that never stopped.
 */

/** The earliest of up to three times; null when there is none. */
function earliest(one: number | null, other: number | null = null, third: number | null = null): number | null {
  const sooner = other === null || (one !== null && one <= other) ? one : other;
  return third === null || (sooner !== null && sooner <= third) ? sooner : third;
}

export function reindexMeta(world: World): void {
  world.index.deadlines.set('meta', 'meta', world.state.meta.surveyAt);
}

export function reindexUser(world: World, user: UserSettings): void {
  const { index } = world;
  if (user.extension !== null) index.extensions.set(user.extension, { user: user.id });
  for (const phone of user.phones) index.phoneUser.set(phone, user.id);
}

export function forgetUser(world: World, user: UserSettings): void {
  const { index } = world;
  if (user.extension !== null) index.extensions.delete(user.extension);
  for (const phone of user.phones) index.phoneUser.delete(phone);
}

export function reindexQueue(world: World, queue: QueueSettings): void {
  const { index, state } = world;
  if (queue.extension !== null) index.extensions.set(queue.extension, { queue: queue.id });
  index.members.set(queue.id, new Map(queue.members.map((member, position) => [member.user, { ...member, position }])));
  for (const { user: member } of queue.members) {
    const queues = index.queuesOf.get(member) ?? new Set();
    queues.add(queue.id);
    index.queuesOf.set(member, queues);
    const agent = state.agents.get(member);
    if (agent) reindexMember(world, queue.id, agent, whyNotAvailable(world, agent));
  }
  for (const call of index.queued.get(queue.id) ?? []) {
    const row = state.calls.get(call);
    if (row) reindexCall(world, row);
  }
  index.touched.add(queue.id);
}

/** Takes a queue out of the index, before a changed one is put in or when it is gone. */
export function forgetQueue(world: World, queue: QueueSettings): void {
  const { index } = world;
  if (queue.extension !== null) index.extensions.delete(queue.extension);
  for (const { user } of queue.members) {
    leaveLane(world, queue.id, user);
    index.queuesOf.get(user)?.delete(queue.id);
  }
  index.members.delete(queue.id);
}

export function reindexPhone(world: World, phone: Phone): void {
  world.index.deadlines.set('phones', phone.id, phone.suspectUntil);
}

export function reindexAgent(world: World, agent: Agent): void {
  const { index } = world;
  index.deadlines.set('agents', agent.id, earliest(agent.work.until, agent.hold?.until ?? null, limitOf(agent)));
  const reason = whyNotAvailable(world, agent);
  const before = index.reasons.get(agent.id);
  // Only an available agent has a key that can change while the reason stays.
  if (reason === before && reason !== 'available') return;
  for (const id of index.queuesOf.get(agent.id) ?? []) {
    reindexMember(world, id, agent, reason);
    if (reason !== before) index.touched.add(id);
  }
  if (reason !== before) index.reasons.set(agent.id, reason);
}

/** An agent's place in one queue: in its lane when available, and counted under their reason. */
function reindexMember({ index, state }: World, queue: QueueId, agent: Agent, reason: string): void {
  const group = state.queues.get(queue);
  const member = index.members.get(queue)?.get(agent.id);
  if (!group || member === undefined) return;
  const lane = orderedOf(index.lanes, queue);
  if (reason === 'available')
    lane.set(agent.id, strategies[group.strategy].key({ member, agent, queue, today: state.meta.day }));
  else lane.delete(agent.id);
  count(index, queue, agent.id, reason);
}

/** When the time of the agent's reason is over, as long as that was not told. */
function limitOf({ ready }: Agent): number | null {
  return ready.overdue ? null : ready.limitAt;
}

export function reindexAlarm(world: World, alarm: Alarm): void {
  world.index.deadlines.set('alarms', alarm.id, alarm.until);
}

export function forgetAgent(world: World, agent: Agent): void {
  for (const group of world.index.queuesOf.get(agent.id) ?? []) leaveLane(world, group, agent.id);
  world.index.reasons.delete(agent.id);
  world.index.deadlines.set('agents', agent.id, null);
}

/** Why the agent cannot be offered a call now, in one word; `available` when they can. */
export function whyNotAvailable(world: World, agent: Agent): string {
  if (!agent.signedIn) return 'signed-out';
  if (!agent.ready.is) return 'not-ready';
  if (agent.hold) return agent.hold.until === null ? 'held' : 'resting';
  if (agent.work.is !== 'idle') return agent.work.is;
  if ((world.index.elsewhere.get(agent.id)?.size ?? 0) > 0) return 'busy-elsewhere';
  if (!agent.reachable.is) return 'unreachable';
  return 'available';
}

export function reindexCall(world: World, call: Call): void {
  const { index, state } = world;
  index.deadlines.set('calls', call.id, nextOfCall(call));
  const before = index.queueOf.get(call.id);
  const queueing = call.queue !== null && (call.phase === 'waiting' || call.phase === 'connecting');
  if (before !== undefined && (!queueing || before !== call.queue)) leaveQueue(world, before, call.id);
  if (call.queue === null || !queueing) return;
  const group = state.queues.get(call.queue);
  index.queueOf.set(call.id, call.queue);
  const queued = index.queued.get(call.queue) ?? new Set();
  index.queued.set(call.queue, queued.add(call.id));
  const wants =
    group !== undefined && call.phase === 'waiting' && call.offers.length < strategies[group.strategy].parallel(group);
  if (!wants) return unwait(world, call.queue, call.id);
  orderedOf(index.waiting, call.queue).set(call.id, [call.due]);
  index.touched.add(call.queue);
}

/** Which of a call's times runs depends on its phase; a maximum wait stands still while an agent is being joined. */
function nextOfCall(call: Call): number | null {
  switch (call.phase) {
    case 'waiting':
      return earliest(call.waitUntil, call.ringUntil, call.leaseAt);
    case 'connecting':
      return earliest(call.joinBy, call.leaseAt);
    case 'talking':
      return call.leaseAt;
    case 'ended':
      return null;
  }
}

export function forgetCall(world: World, call: Call): void {
  world.index.deadlines.set('calls', call.id, null);
  const queue = world.index.queueOf.get(call.id);
  if (queue !== undefined) leaveQueue(world, queue, call.id);
}

function leaveQueue(world: World, queue: QueueId, call: string): void {
  world.index.queueOf.delete(call);
  world.index.queued.get(queue)?.delete(call);
  unwait(world, queue, call);
}

function unwait(world: World, queue: QueueId, call: string): void {
  world.index.waiting.get(queue)?.delete(call);
}

export function reindexOffer(world: World, offer: Offer): void {
  world.index.deadlines.set('offers', offer.id, offer.phase === 'ringing' ? offer.ringUntil : null);
}

export function reindexLeg(world: World, leg: Leg): void {
  world.index.deadlines.set('legs', leg.id, earliest(leg.confirmBy, leg.silentUntil));
  if (leg.user === null || leg.offer !== null) return;
  const legs = world.index.elsewhere.get(leg.user) ?? new Set();
  world.index.elsewhere.set(leg.user, legs.add(leg.id));
}

export function forgetLeg(world: World, leg: Leg): void {
  world.index.deadlines.set('legs', leg.id, null);
  if (leg.user !== null) world.index.elsewhere.get(leg.user)?.delete(leg.id);
}

function leaveLane(world: World, queue: QueueId, user: UserId): void {
  world.index.lanes.get(queue)?.delete(user);
  count(world.index, queue, user, null);
  world.index.touched.add(queue);
}

/** Which reason each member is counted under, for each queue: `tally` holds the counts of the offer's `why`. */
function count(index: Index, queue: QueueId, user: UserId, reason: string | null): void {
  const tally = index.tally.get(queue) ?? new Map<string, number>();
  if (tally.size === 0) index.tally.set(queue, tally);
  const members = index.counted.get(queue) ?? new Map<UserId, string>();
  if (members.size === 0) index.counted.set(queue, members);
  const counted = members.get(user);
  if (counted === reason) return;
  if (counted !== undefined) tally.set(counted, (tally.get(counted) ?? 1) - 1);
  if (reason === null) members.delete(user);
  else {
    members.set(user, reason);
    tally.set(reason, (tally.get(reason) ?? 0) + 1);
  }
}
