import { explain, fewestAsked, type Hindrance, hindranceOf, type Standing } from './explain.ts';
import { compareIds, compareKeys } from './ordered.ts';
import { countIn, type QueueIndex, tallyOf } from './queue-index.ts';
import type { StrategyName } from './queue-settings.ts';
import { availabilities } from './routing/availability.ts';
import { openLanes } from './routing/choose.ts';
import { eligibility } from './routing/eligibility.ts';
import { needsFrom } from './routing/skills.ts';
import type { QueueId } from './settings.ts';
import type { Call, CallId } from './state.ts';
import type { World } from './world.ts';

/** Where a call stands, and how its queue's members stand towards it. Times are engine time in ms. */
export type CallExplanation = {
  readonly call: CallId;
  readonly at: number;
  readonly queue: QueueId | null;
  readonly strategy: StrategyName | null;
  readonly phase: Call['phase'];
  readonly enteredAt: number;
  readonly due: number;
  readonly priority: number;
  /** What it needs now, as `printNeeds` writes it; empty for nothing. */
  readonly needs: string;
  /** Its place among those who wait in its queue, the first being 1, and how many they are; null when it is not waiting there. */
  readonly place: { readonly is: number; readonly of: number } | null;
  /** Why nobody is asked just now; null when somebody would be, were they free. */
  readonly hindrance: Hindrance | null;
  /** How many members there are of each reason; `free` and `offered` (for this call or another) are among them. */
  readonly counts: Readonly<Record<string, number>>;
  /** Those whose phones ring, then the free ones in the order in which they would be asked, then the others as in the team (its first 200). */
  readonly agents: readonly Standing[];
};

/** So many places of the team are looked at to find those who are passed over, and more where more are asked for. */
const leastLookedAt = 200;

/**
 * Where the call stands, with the first `limit` of its queue's members. Its cost does not grow with the queue but with the
 * lanes: counts are those of the index, and members who stand alike are asked about once.
 */
export function explainCall(world: World, call: Call, now: number, limit: number): CallExplanation {
  const queue = world.index.queues.get(call.queue ?? '');
  // Who has the call, or had it, is told by the hindrance: the others have nothing to do with it any more.
  const members = queue !== undefined && call.phase === 'waiting' ? queue : null;
  const fewest = fewestAsked(world, call);
  const told = members === null ? [] : standings(world, call, members, now, limit, fewest);
  return {
    call: call.id,
    at: now,
    queue: call.queue,
    strategy: queue?.settings?.strategy ?? null,
    phase: call.phase,
    enteredAt: call.enteredAt,
    due: call.due,
    priority: call.priority,
    needs: call.needs,
    place: placeOf(world, call),
    hindrance: hindranceOf(world, call),
    counts: members === null ? {} : countsOf(world, call, members, now, fewest),
    agents: told,
  };
}

function standings(
  world: World,
  call: Call,
  queue: QueueIndex,
  now: number,
  limit: number,
  fewest: number,
): Standing[] {
  const tell = (user: string | undefined): readonly Standing[] => {
    const agent = world.state.agents.get(user ?? '');
    return agent === undefined ? [] : [explain(world, call, agent, now, fewest)];
  };
  const ringing = call.offers
    .flatMap((id) => tell(world.state.offers.get(id)?.agent))
    .filter(({ is }) => is === 'offered');
  const free: Standing[] = [];
  // The first of each lane are the first of all, but for those who were asked before.
  const most = limit + Object.keys(call.asked).length;
  for (const { idle } of openLanes(queue.idle, { needs: needsFrom(call.needs), tier: call.tier }))
    for (let place = 0; place < Math.min(idle.size, most); place += 1) free.push(...tell(idle.at(place)));
  const others: Standing[] = [];
  let left = Math.max(leastLookedAt, limit);
  for (const user of queue.members.keys()) {
    if (left === 0 || others.length === limit) break;
    left -= 1;
    others.push(...tell(user).filter(({ is }) => is === 'passed-over'));
  }
  const inOrder = free
    .filter(({ is }) => is === 'free')
    .sort((a, b) => compareKeys(a.key, b.key) || compareIds(a.agent, b.agent));
  return [...ringing, ...inOrder, ...others].slice(0, limit);
}

/** How many there are of each. Idle members of one tier with the same skills stand alike, but for how often they were asked. */
function countsOf(world: World, call: Call, queue: QueueIndex, now: number, fewest: number): CallExplanation['counts'] {
  const counts: Record<string, number> = {};
  const add = (word: string, count: number): void => {
    counts[word] = (counts[word] ?? 0) + count;
  };
  const tally = tallyOf(queue);
  for (const word of availabilities) {
    const count = countIn(tally, [word]);
    if (word !== 'available' && count > 0) add(word, count);
  }
  const bySkill = call.needs !== '';
  for (let tier = 0; tier <= queue.lastTier; tier += 1) {
    for (const { idle } of queue.idle.of(tier, bySkill)) {
      const first = world.state.agents.get(idle.at(0) ?? '');
      if (first === undefined) continue;
      const { reason } = eligibility(world, call, first, now);
      add(reason === 'eligible' || reason === 'asked' || reason === 'rings-another' ? 'free' : reason, idle.size);
    }
  }
  const later = Object.keys(call.asked).filter((user) => {
    const agent = world.state.agents.get(user);
    return (
      agent !== undefined &&
      explain(world, call, agent, now, fewest).why.reason === 'asked' &&
      (call.asked[user] ?? 0) > fewest
    );
  });
  if (later.length === 0) return counts;
  return { ...counts, free: (counts.free ?? 0) - later.length, asked: later.length };
}

/** The calls that wait in a queue, with nobody joined to them yet. */
export function waitingIn({ state }: World, queue: QueueIndex): readonly Call[] {
  return [...queue.queued].flatMap((id) => state.calls.get(id) ?? []).filter(({ phase }) => phase === 'waiting');
}

/** Whether a call comes before another in the one order of waiting. */
export function isBefore(one: Call, other: Call): boolean {
  return (one.due - other.due || compareIds(one.id, other.id)) < 0;
}

function placeOf(world: World, call: Call): CallExplanation['place'] {
  const queue = world.index.queues.get(call.queue ?? '');
  if (queue === undefined || call.phase !== 'waiting') return null;
  const others = waitingIn(world, queue);
  return { is: others.filter((other) => isBefore(other, call)).length + 1, of: others.length };
}
