import type { OfferWhy, PassedOver } from '../facts.ts';
import type { Need } from '../needs.ts';
import { type QueueIndex, tallyOf } from '../queue-index.ts';
import type { UserId } from '../settings.ts';
import type { Call } from '../state.ts';
import type { Turn } from '../turn.ts';
import { availabilities } from './availability.ts';
import { type Choice, idleFor } from './choose.ts';
import { type Absence, absence, eligibilityAt } from './eligibility.ts';
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
  const tally = tallyOf(queue);
  for (let place = 0; place < tally.length; place += 1) {
    const word = availabilities[place] ?? 'available';
    const count = tally[place] ?? 0;
    if (count > 0 && word !== 'available') passedOver[word] = count;
  }
  const { winner, runnerUp } = choice;
  return {
    strategy: queue.settings?.strategy ?? 'longest-idle',
    key: winner.key,
    runnerUp: runnerUp === null ? null : { agent: runnerUp.user, key: runnerUp.key },
    idle: queue.idle.size,
    fitting: idleFor(queue, calls),
    passedOver,
    named: passedOverByName(turn, call, queue, calls.needs, winner.user),
  };
}

function passedOverByName(
  turn: Turn,
  call: Call,
  queue: QueueIndex,
  needs: readonly Need[],
  winner: UserId,
): PassedOver[] {
  const named: PassedOver[] = [];
  const { roster, team, members } = queue;
  const end = Math.min(team.users.length, mostLookedAt);
  for (let place = 0; place < end && named.length < mostNamed; place += 1) {
    const agent = team.users[place] ?? '';
    const number = team.numbers[place] ?? 0;
    const word = roster.wordOf(number);
    if (agent === winner || word === null) continue;
    const away = absence(word, roster.timeOf(number), turn.now);
    if (away !== null) {
      named.push(nameOf(agent, away));
      continue;
    }
    // Only who could take a call is looked at closer.
    const seat = members.get(agent);
    const why = seat === undefined ? null : eligibilityAt(seat, call, needs, turn.now);
    if (why !== null && why.reason !== 'eligible') named.push({ agent, ...why });
  }
  return named;
}

/** Written out, since a spread costs much more. */
function nameOf(agent: UserId, away: Absence): PassedOver {
  if ('leftMs' in away) return { agent, reason: away.reason, leftMs: away.leftMs };
  return { agent, reason: away.reason, forMs: away.forMs };
}
