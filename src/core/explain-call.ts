import { explain, fewestAsked, type Hindrance, hindranceOf, type Standing } from './explain.ts';
import { compareIds, compareKeys } from './ordered.ts';
import type { QueueIndex } from './queue-index.ts';
import type { StrategyName } from './queue-settings.ts';
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
  /** How many members there are of each standing, and of each reason. */
  readonly counts: Readonly<Record<string, number>>;
  /** Those whose phones ring, then the free ones in the order in which they would be asked, then the others as in the team. */
  readonly agents: readonly Standing[];
};

/** Where the call stands, with the first `limit` of its queue's members. O(members), about a microsecond each. */
export function explainCall(world: World, call: Call, now: number, limit: number): CallExplanation {
  const { state, index } = world;
  const queue = index.queues.get(call.queue ?? '');
  const counts: Record<string, number> = {};
  const ringing: Standing[] = [];
  const free: Standing[] = [];
  const others: Standing[] = [];
  const fewest = fewestAsked(world, call);
  // Who has the call, or had it, is told by the hindrance: the others have nothing to do with it any more.
  for (const user of call.phase === 'waiting' ? (queue?.members.keys() ?? []) : []) {
    const agent = state.agents.get(user);
    if (agent === undefined) continue;
    const standing = explain(world, call, agent, now, fewest);
    const word = standing.is === 'passed-over' ? standing.why.reason : standing.is;
    counts[word] = (counts[word] ?? 0) + 1;
    if (standing.is === 'free') free.push(standing);
    else if (standing.is !== 'passed-over') ringing.push(standing);
    else if (others.length < limit) others.push(standing);
  }
  free.sort((a, b) => compareKeys(a.key, b.key) || compareIds(a.agent, b.agent));
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
    counts,
    agents: [...ringing, ...free, ...others].slice(0, limit),
  };
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
