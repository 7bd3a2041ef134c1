import type { OfferWhy, PassedOver } from '../facts.ts';
import { compareIds } from '../ordered.ts';
import type { QueueIndex } from '../queue-index.ts';
import type { UserId } from '../settings.ts';
import type { Call } from '../state.ts';
import type { Turn } from '../turn.ts';
import { type Choice, idleFor } from './choose.ts';
import { eligibility } from './eligibility.ts';
import type { CallLane } from './waiting.ts';

/** So many of those passed over are named, and so many places of the team are looked at to find them. */
const mostNamed = 20;
const mostLookedAt = 200;

/**
 * Why this agent: kept with the offer, so that it can be told when everything has changed. Its cost is bounded, whatever
 * the size of the queue: counts that the index has already, and the first few of the team by name.
 */
export function whyThis(turn: Turn, call: Call, queue: QueueIndex, calls: CallLane, choice: Choice): OfferWhy {
  const passedOver: Record<string, number> = {};
  const tally = [...queue.tally].sort(([a], [b]) => compareIds(a, b));
  for (const [reason, number] of tally) if (reason !== 'available' && number > 0) passedOver[reason] = number;
  const { winner, runnerUp } = choice;
  return {
    strategy: queue.settings?.strategy ?? 'longest-idle',
    key: winner.key,
    runnerUp: runnerUp === null ? null : { agent: runnerUp.user, key: runnerUp.key },
    idle: queue.idle.size,
    fitting: idleFor(queue, calls),
    passedOver,
    named: passedOverByName(turn, call, queue, winner.user),
  };
}

function passedOverByName(turn: Turn, call: Call, queue: QueueIndex, winner: UserId): PassedOver[] {
  const named: PassedOver[] = [];
  let left = mostLookedAt;
  for (const agent of queue.members.keys()) {
    if (left === 0 || named.length === mostNamed) break;
    left -= 1;
    const row = agent === winner ? undefined : turn.world.state.agents.get(agent);
    if (row === undefined) continue;
    const why = eligibility(turn.world, call, row, turn.now);
    if (why.reason !== 'eligible') named.push({ agent, ...why });
  }
  return named;
}
