import { type Detail, detailOf, explain, type Hindrance, hindranceOf, type Standing } from './explain.ts';
import { isBefore, waitingIn } from './explain-call.ts';
import { compareIds } from './ordered.ts';
import type { QueueIndex } from './queue-index.ts';
import { type Eligibility, unavailable } from './routing/eligibility.ts';
import { strategies } from './routing/strategy/table.ts';
import type { QueueId, UserId } from './settings.ts';
import type { Agent, Call, CallId } from './state.ts';
import type { World } from './world.ts';

/** Whether an agent can be given calls, and what waits for them. */
export type AgentExplanation = {
  readonly agent: UserId;
  readonly at: number;
  /** What keeps every call away; null when nothing does. */
  readonly why: Eligibility | null;
  readonly more: Detail;
  readonly queues: readonly QueueExplanation[];
};

export type QueueExplanation = {
  readonly queue: QueueId;
  readonly waiting: number;
  /** The call that is the first there, and how the agent stands towards it; null when none waits. */
  readonly first: {
    readonly call: CallId;
    readonly enteredAt: number;
    readonly hindrance: Hindrance | null;
    readonly standing: Standing;
  } | null;
  /** How many members are idle. */
  readonly idle: number;
  /** The agent's place among the idle ones for a call that needs nothing; null when they are not idle, or it is by lot. */
  readonly place: number | null;
};

/** Whether the agent can be given calls, and what waits in their queues. */
export function explainAgent(world: World, agent: Agent, now: number): AgentExplanation {
  const seats = [...(world.index.agents.get(agent.id)?.seats ?? [])];
  return {
    agent: agent.id,
    at: now,
    why: unavailable(world, agent, now),
    more: detailOf(world, agent, now),
    queues: seats
      .sort((a, b) => compareIds(a.queue.id, b.queue.id))
      .map(({ queue }) => explainQueue(world, queue, agent, now)),
  };
}

function explainQueue(world: World, queue: QueueIndex, agent: Agent, now: number): QueueExplanation {
  const first = firstWaiting(world, queue);
  return {
    queue: queue.id,
    waiting: queue.queued.size,
    first: first && {
      call: first.id,
      enteredAt: first.enteredAt,
      hindrance: hindranceOf(world, first),
      standing: explain(world, first, agent, now),
    },
    idle: queue.idle.size,
    place: placeInLine(queue, agent.id),
  };
}

/** In the lanes of all, tier by tier: what a call that needs nothing goes by. */
function placeInLine({ idle, members, lastTier, settings }: QueueIndex, agent: UserId): number | null {
  const seat = members.get(agent);
  if (seat === undefined || !seat.isIdle || settings === null) return null;
  if (strategies[settings.strategy].draws !== 'no') return null;
  let before = 0;
  for (let tier = 0; tier <= Math.min(seat.tier, lastTier); tier += 1)
    for (const lane of idle.of(tier, false)) {
      if (tier === seat.tier) return before + lane.idle.ids().indexOf(agent) + 1;
      before += lane.idle.size;
    }
  return null;
}

function firstWaiting(world: World, queue: QueueIndex): Call | null {
  return waitingIn(world, queue).reduce<Call | null>(
    (first, call) => (first === null || isBefore(call, first) ? call : first),
    null,
  );
}
