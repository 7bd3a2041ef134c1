import type { Need } from '../needs.ts';
import type { Seat } from '../queue-index.ts';
import { whyNotAvailable } from '../reindex.ts';
import type { Agent, Call } from '../state.ts';
import { queueIndex, type World } from '../world.ts';
import { type Availability, timeOf } from './availability.ts';
import { type Gate, gateOf } from './gate.ts';
import { needsFrom, unmetNeed } from './skills.ts';
import { strategies } from './strategy/table.ts';

/**
 * Whether an agent may be offered a call now, and if not, why, with the number that goes with it. Times are ms from
 * `now`. `asked` is no hindrance: it means eligible, after all who were asked less.
 */
export type Eligibility =
  | Absence
  | { readonly reason: 'eligible' }
  | { readonly reason: 'asked'; readonly times: number }
  /** The call waits in no queue: it talks, or has ended. */
  | { readonly reason: 'not-waiting' }
  /** As many ring for it as may at a time. */
  | { readonly reason: 'rings-another'; readonly ringing: number }
  | { readonly reason: 'not-a-member' }
  | { readonly reason: 'skill'; readonly skill: string; readonly has: number; readonly needs: number }
  /** `tier` counts from 0; it may open sooner, when everybody in those before was tried. */
  | { readonly reason: 'tier'; readonly tier: number; readonly opensInMs: number }
  | Gate;

/** Why an agent can take no call at all, with how long it has been so, or how long it still is. */
export type Absence =
  | {
      readonly reason: 'signed-out' | 'not-ready' | 'held' | 'offered' | 'talking' | 'busy-elsewhere' | 'unreachable';
      readonly forMs: number;
    }
  | { readonly reason: 'resting' | 'wrap-up' | 'backing-off' | 'releasing'; readonly leftMs: number };

/**
 * The one truth about who may take a call: matching keeps indexes of what this function says, and `why` tells it. Made
 * of the same pieces (`whyNotAvailable`, `unmetNeed`, the tier of the row, `gateOf`) as those indexes.
 */
export function eligibility(world: World, call: Call, agent: Agent, now: number): Eligibility {
  const queue = queueIndex(world.index, call.queue ?? '');
  if (call.phase !== 'waiting' || queue.settings === null) return { reason: 'not-waiting' };
  const seat = queue.members.get(agent.id);
  return seat === undefined ? { reason: 'not-a-member' } : eligibilityAt(seat, call, needsFrom(call.needs), now);
}

/** The same of a member of the queue that the call waits in, where the seat and the call's needs are at hand. */
export function eligibilityAt(
  { user, queue, tier, agent: { reason, number, profile } }: Seat,
  call: Call,
  needs: readonly Need[],
  now: number,
): Eligibility {
  const { settings } = queue;
  if (settings === null) return { reason: 'not-waiting' };
  const busy = absence(reason ?? 'signed-out', queue.roster.timeOf(number), now);
  if (busy !== null) return busy;
  const { skills } = profile;
  const unmet = unmetNeed(skills, needs);
  if (unmet !== null) return { reason: 'skill', skill: unmet.skill, has: skills[unmet.skill] ?? 0, needs: unmet.level };
  if (tier > call.tier) {
    const opensAt = (call.queuedAt ?? now) + tier * settings.tiers.afterMs;
    return { reason: 'tier', tier, opensInMs: Math.max(0, opensAt - now) };
  }
  const ringing = call.offers.length;
  if (ringing >= strategies[settings.strategy].parallel(settings, call)) return { reason: 'rings-another', ringing };
  const lane = queue.waiting.laneOf(call.id);
  const gate = lane === undefined ? null : gateOf(queue, lane);
  if (gate !== null) return gate;
  const times = call.asked[user] ?? 0;
  return times > 0 ? { reason: 'asked', times } : { reason: 'eligible' };
}

/** Whether an agent with this answer may be offered the call. */
export function isEligible({ reason }: Eligibility): boolean {
  return reason === 'eligible' || reason === 'asked';
}

/** Why the agent can take no call at all, with how long it has been so, or how long it still is; null when they can. */
export function unavailable(world: World, agent: Agent, now: number): Eligibility | null {
  const reason = whyNotAvailable(world, agent);
  return absence(reason, timeOf(agent, reason), now);
}

/** The same by the word that the index has already, and the time that goes with it: an offer asks for twenty members at once. */
export function absence(reason: Availability, at: number, now: number): Absence | null {
  switch (reason) {
    case 'available':
      return null;
    case 'wrap-up':
    case 'backing-off':
    case 'releasing':
    case 'resting':
      return { reason, leftMs: Math.max(0, at - now) };
    default:
      return { reason, forMs: now - at };
  }
}
