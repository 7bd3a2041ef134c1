import type { Alarm } from './alarms.ts';
import { countMember, isThere, type Membership, placeMembers, type QueueIndex } from './queue-index.ts';
import type { QueueSettings } from './queue-settings.ts';
import { IdleLanes } from './routing/lanes.ts';
import { noSkills, profileOf } from './routing/skills.ts';
import { nextStepAt } from './routing/steps.ts';
import { strategies } from './routing/strategy/table.ts';
import type { UserSettings } from './settings.ts';
import type { Agent, Call, CallId, Leg, Offer, Phone, WorkKind } from './state.ts';
import { type CallPlace, type Index, queueIndex, type World } from './world.ts';

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
  const { index, state } = world;
  if (user.extension !== null) index.extensions.set(user.extension, { user: user.id });
  for (const phone of user.phones) index.phoneUser.set(phone, user.id);
  const profile = profileOf(user.skills);
  const before = index.profiles.get(user.id) ?? noSkills;
  index.profiles.set(user.id, profile);
  const agent = state.agents.get(user.id);
  if (before.key === profile.key || !agent) return;
  // The members' lanes go by their skills.
  for (const mine of index.memberships.get(user.id)?.values() ?? []) {
    if (index.reasons.get(user.id) === 'available') takeSeat(world, mine, agent);
    index.touched.add(mine.id);
  }
}

export function forgetUser(world: World, user: UserSettings): void {
  const { index } = world;
  if (user.extension !== null) index.extensions.delete(user.extension);
  for (const phone of user.phones) index.phoneUser.delete(phone);
}

export function reindexQueue(world: World, queue: QueueSettings): void {
  const { index, state } = world;
  const mine = queueIndex(index, queue.id);
  if (queue.extension !== null) index.extensions.set(queue.extension, { queue: queue.id });
  placeMembers(mine, queue);
  for (const [user, member] of mine.members) {
    const membership = { id: queue.id, queue: mine, member };
    const memberships = index.memberships.get(user) ?? new Map();
    index.memberships.set(user, memberships.set(queue.id, membership));
    // Who is not indexed yet is counted when they are.
    const reason = index.reasons.get(user);
    const agent = state.agents.get(user);
    countMember(mine, undefined, reason);
    if (agent && reason === 'available') takeSeat(world, membership, agent);
  }
  for (const id of [...mine.queued]) {
    const call = state.calls.get(id);
    if (call) reindexCall(world, call);
  }
  index.touched.add(queue.id);
}

/** Takes a queue out of the index, before a changed one is put in or when it is gone. */
export function forgetQueue({ index }: World, queue: QueueSettings): void {
  const mine = queueIndex(index, queue.id);
  if (queue.extension !== null) index.extensions.delete(queue.extension);
  for (const user of mine.members.keys()) index.memberships.get(user)?.delete(queue.id);
  mine.settings = null;
  mine.members = new Map();
  mine.idle = new IdleLanes();
  mine.tally.clear();
  mine.counted = 0;
  index.touched.add(queue.id);
}

export function reindexPhone(world: World, phone: Phone): void {
  world.index.deadlines.set('phones', phone.id, phone.suspectUntil);
}

export function reindexAgent(world: World, agent: Agent): void {
  const { index } = world;
  const ends = earliest(agent.work.until, agent.hold?.until ?? null, limitOf(agent));
  index.deadlines.set('agents', agent.id, agent.barred === null ? ends : earliest(ends, agent.barred.until));
  if (agent.failed !== null) queueIndex(index, agent.failed.queue).failed.add(agent.id);
  const reason = whyNotAvailable(world, agent);
  const before = index.reasons.get(agent.id);
  // Only an available agent has a key that can change while the reason stays.
  if (reason === before && reason !== 'available') return;
  if (reason !== before) index.reasons.set(agent.id, reason);
  const left = isThere(before) && !isThere(reason);
  for (const mine of index.memberships.get(agent.id)?.values() ?? []) {
    const { id, queue } = mine;
    if (reason === 'available') takeSeat(world, mine, agent);
    else if (before === 'available') queue.idle.delete(agent.id);
    if (reason === before) continue;
    countMember(queue, before, reason);
    if (left) rethinkTiers(index, queue);
    index.touched.add(id);
  }
}

/** An available agent's place among the idle members of one queue. */
function takeSeat({ index, state }: World, { id, queue, member }: Membership, agent: Agent): void {
  if (queue.settings === null) return;
  const key = strategies[queue.settings.strategy].key({ member, agent, queue: id, today: state.meta.day });
  queue.idle.set(agent.id, member.tier, index.profiles.get(agent.id) ?? noSkills, key);
}

/** One member fewer is there: for those who wait, all of the open tiers may have been tried now. */
function rethinkTiers(index: Index, { waiting, lastTier }: QueueIndex): void {
  if (lastTier === 0) return;
  for (const lane of waiting.all()) if (lane.tier < lastTier) for (const id of lane.calls.ids()) index.untried.add(id);
}

/** When the time of the agent's reason is over, as long as that was not told. */
function limitOf({ ready }: Agent): number | null {
  return ready.overdue ? null : ready.limitAt;
}

export function reindexAlarm(world: World, alarm: Alarm): void {
  world.index.deadlines.set('alarms', alarm.id, alarm.until);
}

export function forgetAgent({ index }: World, agent: Agent): void {
  const before = index.reasons.get(agent.id);
  for (const { id, queue } of index.memberships.get(agent.id)?.values() ?? []) {
    queue.idle.delete(agent.id);
    countMember(queue, before, undefined);
    rethinkTiers(index, queue);
    index.touched.add(id);
  }
  index.reasons.delete(agent.id);
  index.deadlines.set('agents', agent.id, null);
}

/** In one word, why an agent cannot be offered any call; `available` when they can. */
export type Availability =
  | 'available'
  | 'signed-out'
  | 'not-ready'
  | 'held'
  | 'resting'
  | 'unreachable'
  | Exclude<WorkKind, 'idle'>;

/** Why the agent cannot be offered a call now, in one word; `available` when they can. */
export function whyNotAvailable(world: World, agent: Agent): Availability {
  if (!agent.signedIn) return 'signed-out';
  if (!agent.ready.is) return 'not-ready';
  if (agent.hold) return agent.hold.until === null ? 'held' : 'resting';
  if (agent.work.is !== 'idle') return agent.work.is;
  if ((world.index.elsewhere.get(agent.id)?.size ?? 0) > 0) return 'busy-elsewhere';
  if (!agent.reachable.is) return 'unreachable';
  return 'available';
}

export function reindexCall({ index }: World, call: Call): void {
  let place = index.places.get(call.id);
  // Of a call that talks only the lease changes, and that is most of all changes.
  if (place?.isTalking && call.phase === 'talking' && place.id === call.queue)
    return index.deadlines.set('calls', call.id, call.leaseAt);
  const queue = call.queue === null ? null : queueIndex(index, call.queue);
  if (call.outbound !== null && call.phase !== 'ended') index.callsOut.add(call.id);
  else if (index.callsOut.size > 0) index.callsOut.delete(call.id);
  index.deadlines.set('calls', call.id, nextOfCall(call, queue));
  if (place !== undefined && (place.id !== call.queue || call.phase === 'ended')) {
    leaveQueue(index, place, call.id);
    place = undefined;
  }
  if (queue === null || call.queue === null || call.phase === 'ended') return;
  if (place === undefined) {
    place = { id: call.queue, queue, isTalking: false };
    index.places.set(call.id, place);
  }
  place.isTalking = call.phase === 'talking';
  const { settings } = queue;
  if (settings !== null && settings.maxTalking !== null) index.touched.add(call.queue);
  if (call.phase !== 'waiting' || call.offers.length > 0) queue.busy.add(call.id);
  else queue.busy.delete(call.id);
  if (call.phase === 'talking') queue.queued.delete(call.id);
  else queue.queued.add(call.id);
  const wants =
    settings !== null &&
    call.phase === 'waiting' &&
    call.offers.length < strategies[settings.strategy].parallel(settings, call);
  if (!wants) return queue.waiting.delete(call.id);
  queue.waiting.set(call, settings);
  index.touched.add(call.queue);
  if (call.tier < queue.lastTier) index.untried.add(call.id);
}

/** Which of a call's times runs depends on its phase; a maximum wait stands still while an agent is being joined. */
function nextOfCall(call: Call, queue: QueueIndex | null): number | null {
  switch (call.phase) {
    case 'waiting':
      return earliest(earliest(call.waitUntil, call.ringUntil), call.leaseAt, nextStepAt(call, queue));
    case 'connecting':
      return earliest(call.joinBy, call.leaseAt);
    case 'talking':
      return earliest(call.leaseAt, call.outbound?.talkUntil ?? null);
    case 'ended':
      return null;
  }
}

export function forgetCall({ index }: World, call: Call): void {
  index.deadlines.set('calls', call.id, null);
  index.untried.delete(call.id);
  index.callsOut.delete(call.id);
  const place = index.places.get(call.id);
  if (place !== undefined) leaveQueue(index, place, call.id);
}

function leaveQueue(index: Index, { id, queue }: CallPlace, call: CallId): void {
  index.places.delete(call);
  queue.queued.delete(call);
  queue.waiting.delete(call);
  // Its place among those that are with an agent is free for another.
  if (queue.busy.delete(call) && queue.settings?.maxTalking != null) index.touched.add(id);
}

export function reindexOffer(world: World, offer: Offer): void {
  const confirms = offer.phase === 'confirming' ? offer.confirmUntil : null;
  world.index.deadlines.set('offers', offer.id, offer.phase === 'ringing' ? offer.ringUntil : confirms);
}

export function reindexLeg(world: World, leg: Leg): void {
  world.index.deadlines.set('legs', leg.id, earliest(leg.confirmBy, leg.silentUntil));
  if (leg.trunk !== null)
    world.index.trunkLegs.set(leg.trunk, (world.index.trunkLegs.get(leg.trunk) ?? new Set()).add(leg.id));
  if (leg.payers !== undefined) world.index.paidLegs.add(leg.id);
  if (leg.user === null || leg.offer !== null) return;
  const legs = world.index.elsewhere.get(leg.user) ?? new Set();
  world.index.elsewhere.set(leg.user, legs.add(leg.id));
}

export function forgetLeg(world: World, leg: Leg): void {
  world.index.deadlines.set('legs', leg.id, null);
  if (leg.trunk !== null) world.index.trunkLegs.get(leg.trunk)?.delete(leg.id);
  if (leg.payers !== undefined) world.index.paidLegs.delete(leg.id);
  if (leg.user !== null) world.index.elsewhere.get(leg.user)?.delete(leg.id);
}
