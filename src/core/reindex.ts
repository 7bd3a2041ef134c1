import { isElsewhere } from './agent-index.ts';
import type { Alarm } from './alarms.ts';
import { earliest } from './deadlines.ts';
import { countMember, dismissMembers, placeMembers, type QueueIndex, type Seat } from './queue-index.ts';
import type { QueueSettings } from './queue-settings.ts';
import { reindexCall } from './reindex-call.ts';
import { type Availability, availabilityOf, isThere, timeOf } from './routing/availability.ts';
import { profileOf } from './routing/skills.ts';
import type { UserSettings } from './settings.ts';
import type { Agent, Leg, Offer, Phone } from './state.ts';
import { agentIndex, type Index, queueIndex, touch, type World } from './world.ts';

/*
 * Each function derives from one row what the index says of it. The same functions run at load and after each change of
 * a row, so that a restarted engine decides like one that never stopped.
 */

export function reindexMeta(world: World): void {
  world.index.deadlines.set('meta', 'meta', world.state.meta.surveyAt);
}

export function reindexUser(world: World, user: UserSettings): void {
  const { index } = world;
  if (user.extension !== null) index.extensions.set(user.extension, { user: user.id });
  for (const phone of user.phones) index.phoneUser.set(phone, user.id);
  const agent = agentIndex(index, user.id);
  const before = agent.profile;
  agent.profile = profileOf(user.skills);
  if (before.key === agent.profile.key) return;
  // The members' lanes go by their skills.
  for (const seat of agent.seats) {
    if (agent.reason === 'available') takeSeat(world, seat);
    // Who cannot take a call any longer is not waited for.
    rethinkTiers(index, seat.queue);
    touch(index, seat.queue);
  }
}

/** What was given to another meanwhile stays theirs. */
export function forgetUser(world: World, { id, extension, phones }: UserSettings): void {
  const { extensions, phoneUser } = world.index;
  const owner = extension === null ? undefined : extensions.get(extension);
  if (extension !== null && owner !== undefined && 'user' in owner && owner.user === id) extensions.delete(extension);
  for (const phone of phones) if (phoneUser.get(phone) === id) phoneUser.delete(phone);
}

export function reindexQueue(world: World, queue: QueueSettings): void {
  const { index, state } = world;
  const mine = queueIndex(index, queue.id);
  if (queue.extension !== null) index.extensions.set(queue.extension, { queue: queue.id });
  placeMembers(mine, queue, (user) => agentIndex(index, user));
  for (const seat of mine.members.values()) {
    const { agent } = seat;
    agent.seats.push(seat);
    if (mine.tally !== null) agent.largeSeats.push(seat);
    // Who is not indexed yet is counted when they are.
    countMember(mine, null, agent.reason);
    if (state.agents.get(seat.user)?.failed) mine.failed.add(seat.user);
    if (agent.reason === 'available') takeSeat(world, seat);
  }
  for (const id of [...mine.queued]) {
    const call = state.calls.get(id);
    const place = index.places.get(id);
    // With other settings it may want what it did not want before.
    if (place) place.phase = null;
    if (call) reindexCall(world, call);
  }
  touch(index, mine);
}

/** Takes a queue out of the index, before a changed one is put in or when it is gone. */
export function forgetQueue({ index }: World, queue: QueueSettings): void {
  const mine = queueIndex(index, queue.id);
  const owner = queue.extension === null ? undefined : index.extensions.get(queue.extension);
  // What was given to another meanwhile stays theirs.
  if (queue.extension !== null && owner !== undefined && 'queue' in owner && owner.queue === queue.id)
    index.extensions.delete(queue.extension);
  for (const { agent } of mine.members.values()) {
    agent.seats = agent.seats.filter((seat) => seat.queue !== mine);
    agent.largeSeats = agent.largeSeats.filter((seat) => seat.queue !== mine);
    agent.hasOldTurns = true;
  }
  dismissMembers(mine);
  touch(index, mine);
}

export function reindexPhone(world: World, phone: Phone): void {
  world.index.deadlines.set('phones', phone.id, phone.suspectUntil);
}

export function reindexAgent(world: World, agent: Agent): void {
  const { index } = world;
  const mine = agentIndex(index, agent.id);
  const ends = earliest(agent.work.until, agent.hold?.until ?? null, limitOf(agent));
  index.deadlines.move(mine.deadline, agent.barred === null ? ends : earliest(ends, agent.barred.until));
  if (agent.failed !== null) for (const { queue } of mine.seats) queue.failed.add(agent.id);
  mine.row = agent;
  const before = mine.reason;
  const reason = availabilityOf(agent, isElsewhere(mine));
  index.roster.note(mine.number, reason, timeOf(agent, reason));
  // Only an available agent has a key that can change while the reason stays.
  if (reason === before && reason !== 'available') return;
  mine.reason = reason;
  const left = isThere(before) && !isThere(reason);
  // Who rings, talks or rests gives nobody a new chance, and is there all the same.
  const matters = reason === 'available' || !isThere(reason);
  // Nothing of their queues changes then but the counts of the large ones.
  if (!matters && before !== 'available') {
    for (const { queue } of mine.largeSeats) countMember(queue, before, reason);
    return;
  }
  for (const seat of mine.seats) {
    const { queue } = seat;
    if (reason === 'available') takeSeat(world, seat);
    else if (before === 'available') queue.idle.delete(seat);
    if (reason === before) continue;
    countMember(queue, before, reason);
    if (left) rethinkTiers(index, queue);
    if (matters) touch(index, queue);
  }
}

/** An available agent's place among the idle members of one queue. */
function takeSeat({ state }: World, seat: Seat): void {
  const { settings, strategy, idle } = seat.queue;
  const { row } = seat.agent;
  if (settings !== null && row !== null) idle.set(seat, strategy.key(seat, row, state.meta.day));
}

/** One member fewer is there, or has the skills: for those who wait, all of the open tiers may have been tried now. */
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
  const mine = agentIndex(index, agent.id);
  for (const seat of mine.seats) {
    const { queue } = seat;
    queue.idle.delete(seat);
    countMember(queue, mine.reason, null);
    rethinkTiers(index, queue);
    touch(index, queue);
  }
  mine.reason = null;
  index.roster.note(mine.number, null, 0);
  mine.row = null;
  index.deadlines.move(mine.deadline, null);
}

/** Why the agent cannot be offered a call now, in one word; `available` when they can. */
export function whyNotAvailable(world: World, agent: Agent): Availability {
  return availabilityOf(agent, isElsewhere(world.index.agents.get(agent.id)));
}

export function reindexOffer(world: World, offer: Offer): void {
  const { id, phase, ringUntil, confirmUntil } = offer;
  world.index.deadlines.set(
    'offers',
    id,
    phase === 'ringing' ? ringUntil : phase === 'confirming' ? confirmUntil : null,
  );
  if (phase !== 'cancelling') return;
  const agent = agentIndex(world.index, offer.agent);
  agent.ending ??= new Set();
  agent.ending.add(id);
}

export function forgetOffer(world: World, { id, agent }: Offer): void {
  world.index.deadlines.set('offers', id, null);
  world.index.agents.get(agent)?.ending?.delete(id);
}

export function reindexLeg(world: World, leg: Leg): void {
  world.index.deadlines.set('legs', leg.id, earliest(leg.confirmBy, leg.silentUntil));
  if (leg.left) world.index.left.add(leg.id);
  if (leg.trunk !== null)
    world.index.trunkLegs.set(leg.trunk, (world.index.trunkLegs.get(leg.trunk) ?? new Set()).add(leg.id));
  if (leg.payers !== undefined) world.index.paidLegs.add(leg.id);
  if (leg.user === null || leg.offer !== null) return;
  const agent = agentIndex(world.index, leg.user);
  agent.elsewhere ??= new Set();
  agent.elsewhere.add(leg.id);
}

export function forgetLeg(world: World, leg: Leg): void {
  world.index.deadlines.set('legs', leg.id, null);
  if (leg.left) world.index.left.delete(leg.id);
  if (leg.trunk !== null) world.index.trunkLegs.get(leg.trunk)?.delete(leg.id);
  if (leg.payers !== undefined) world.index.paidLegs.delete(leg.id);
  if (leg.user !== null) world.index.agents.get(leg.user)?.elsewhere?.delete(leg.id);
}
