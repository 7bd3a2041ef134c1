import { compareIds, compareKeys } from '../ordered.ts';
import type { QueueIndex, Seat } from '../queue-index.ts';
import type { UserId } from '../settings.ts';
import type { Call } from '../state.ts';
import type { Turn } from '../turn.ts';
import type { Index } from '../world.ts';
import { draw } from './dice.ts';
import type { IdleLanes, Lane } from './lanes.ts';
import type { SeatOrder } from './seat-order.ts';
import { needsFrom, skillScore, unmetNeed, unmetWishes } from './skills.ts';
import type { Strategy } from './strategy/strategy.ts';
import { strategies } from './strategy/table.ts';
import type { CallLane } from './waiting.ts';

/**
 * A member whom a call may go to. `key` is the order among them: how often they were asked for this call already, the
 * tier, how many preferred needs they lack, the score in what it needs (negative; 0 where the strategy does not ask),
 * and then the strategy's own key.
 */
export type Candidate = { readonly user: UserId; readonly key: readonly number[] };
/** What of a lane of calls matters for who may take them. */
type Wanted = Pick<CallLane, 'needs' | 'tier'>;
export type Choice = { readonly winner: Candidate; readonly runnerUp: Candidate | null };

/** The lanes whose idle members may take calls of this lane. */
export function* openLanes(idle: IdleLanes, calls: Wanted): Generator<Lane> {
  const bySkill = calls.needs.length > 0;
  for (let tier = 0; tier <= calls.tier; tier += 1)
    for (const lane of idle.of(tier, bySkill))
      if (lane.idle.size > 0 && unmetNeed(lane.skills, calls.needs) === null) yield lane;
}

/** How many idle members may take calls of this lane. */
export function idleFor(queue: QueueIndex, calls: Wanted): number {
  let idle = 0;
  const bySkill = calls.needs.length > 0;
  for (let tier = 0; tier <= calls.tier; tier += 1)
    for (const lane of queue.idle.of(tier, bySkill))
      if (unmetNeed(lane.skills, calls.needs) === null) idle += lane.idle.size;
  return idle;
}

/** How many idle members may take this call now, whether it wants one or not. */
export function idleForCall(index: Index, call: Call): number {
  const queue = index.queues.get(call.queue ?? '');
  return queue === undefined ? 0 : idleFor(queue, { needs: needsFrom(call.needs), tier: call.tier });
}

/** Whom the queue's strategy gives the call to, and who would have been next; null when nobody may take it. */
export function choose(turn: Turn, queue: QueueIndex, calls: CallLane, call: Call): Choice | null {
  if (queue.settings === null) return null;
  const strategy = strategies[queue.settings.strategy];
  const first: FirstTwo = { best: null, second: null };
  const asked = hasAny(call.asked) ? call.asked : null;
  const bySkill = calls.needs.length > 0;
  for (let tier = 0; tier <= calls.tier; tier += 1) {
    for (const lane of queue.idle.of(tier, bySkill)) {
      if (unmetNeed(lane.skills, calls.needs) !== null) continue;
      if (asked !== null) addLeastAsked(first, lane, calls, strategy, asked);
      else for (let place = 0; place < 2; place += 1) add(first, lane, lane.idle.seatAt(place), calls, strategy, null);
    }
  }
  const { best, second } = first;
  if (best === null) return null;
  if (strategy.draws !== 'no') return { winner: candidate(drawn(turn, queue, calls, call, best)), runnerUp: null };
  return { winner: candidate(best), runnerUp: second === null ? null : candidate(second) };
}

/** The first two of all lanes so far. */
type FirstTwo = { best: Found | null; second: Found | null };

type Found = {
  readonly user: UserId;
  readonly asked: number;
  readonly tier: number;
  readonly unmet: number;
  readonly score: number;
  readonly key: readonly number[];
};

function candidate({ user, asked, tier, unmet, score, key }: Found): Candidate {
  return { user, key: [asked, tier, unmet, score === 0 ? 0 : -score, ...key] };
}

function isSooner(one: Found, other: Found): boolean {
  return (
    (compareRank(one, other) ||
      other.score - one.score ||
      compareKeys(one.key, other.key) ||
      compareIds(one.user, other.user)) < 0
  );
}

/** What comes before any strategy. */
function compareRank(one: Found, other: Found): number {
  return one.asked - other.asked || one.tier - other.tier || one.unmet - other.unmet;
}

/** Takes a seat of a lane into account. */
function add(
  first: FirstTwo,
  { skills, tier }: Lane,
  seat: Seat | undefined,
  { needs }: CallLane,
  { bySkill }: Strategy,
  askedBefore: Call['asked'] | null,
): void {
  if (seat === undefined) return;
  const { user, key } = seat;
  const asked = askedBefore?.[user] ?? 0;
  const score = bySkill ? skillScore(skills, needs) : 0;
  const found = { user, asked, tier, unmet: unmetWishes(skills, needs), score, key };
  if (first.best === null || isSooner(found, first.best)) {
    first.second = first.best;
    first.best = found;
  } else if (first.second === null || isSooner(found, first.second)) first.second = found;
}

/** Of a call that somebody was asked for: the two of a lane who were asked least. */
function addLeastAsked(first: FirstTwo, lane: Lane, calls: CallLane, strategy: Strategy, asked: Call['asked']): void {
  for (const place of leastAsked(lane.idle, asked)) add(first, lane, lane.idle.seatAt(place), calls, strategy, asked);
}

/** The places of the two who were asked least; -1 where there is none. */
function leastAsked(idle: SeatOrder, asked: Call['asked']): [number, number] {
  let best = -1;
  let second = -1;
  let bestTimes = Number.POSITIVE_INFINITY;
  let secondTimes = Number.POSITIVE_INFINITY;
  for (let place = 0; place < idle.size && secondTimes > 0; place += 1) {
    const times = asked[idle.at(place) ?? ''] ?? 0;
    if (times < bestTimes) {
      second = best;
      secondTimes = bestTimes;
      best = place;
      bestTimes = times;
    } else if (times < secondTimes) {
      second = place;
      secondTimes = times;
    }
  }
  return [best, second];
}

/** So many times a member is drawn and put back for their small weight; after that all are weighed. */
const mostDraws = 32;

/** One of those who rank with the best, by lot: O(1) with few draws where nobody was asked yet. */
function drawn(turn: Turn, queue: QueueIndex, calls: CallLane, call: Call, best: Found): Found {
  const byWeight = queue.settings !== null && strategies[queue.settings.strategy].draws === 'by-weight';
  const weightOf = (user: UserId | undefined): number => (byWeight ? (queue.members.get(user ?? '')?.weight ?? 1) : 1);
  const lanes = [...openLanes(queue.idle, calls)]
    .filter((lane) => lane.tier === best.tier && unmetWishes(lane.skills, calls.needs) === best.unmet)
    .sort((a, b) => compareIds(a.key, b.key));
  const size = lanes.reduce((sum, lane) => sum + lane.idle.size, 0);
  const most = byWeight ? queue.mostWeight : 1;
  if (!hasAny(call.asked)) {
    for (let count = 0; count < mostDraws; count += 1) {
      const user = memberAt(lanes, draw(turn, size));
      if (user !== undefined && (most === 1 || draw(turn, most) < weightOf(user))) return { ...best, user, key: [] };
    }
  }
  const rivals = lanes.flatMap((lane) => lane.idle.ids()).filter((user) => (call.asked[user] ?? 0) === best.asked);
  let left = draw(
    turn,
    rivals.reduce((sum, user) => sum + weightOf(user), 0),
  );
  const user = rivals.find((one) => {
    left -= weightOf(one);
    return left < 0;
  });
  return { ...best, user: user ?? best.user, key: [] };
}

function memberAt(lanes: readonly Lane[], place: number): UserId | undefined {
  let left = place;
  for (const { idle } of lanes) {
    if (left < idle.size) return idle.at(left);
    left -= idle.size;
  }
  return undefined;
}

function hasAny(asked: Call['asked']): boolean {
  for (const _ in asked) return true;
  return false;
}
