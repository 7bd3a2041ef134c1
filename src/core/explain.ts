import { openLanes } from './routing/choose.ts';
import { type Eligibility, eligibility } from './routing/eligibility.ts';
import { needsFrom, skillScore, unmetWishes } from './routing/skills.ts';
import { strategies } from './routing/strategy/table.ts';
import type { QueueId, UserId } from './settings.ts';
import type { Agent, Call, CallId } from './state.ts';
import type { Station, StationBar } from './station.ts';
import type { World } from './world.ts';

/** How one agent stands towards one call. */
export type Standing = {
  readonly agent: UserId;
  /** `offered`: their phones ring for it. `with-it`: they have it. `free`: they could be given it. Else `passed-over`. */
  readonly is: 'offered' | 'with-it' | 'free' | 'passed-over';
  /** What the core says of them, with the number that goes with it. */
  readonly why: Eligibility;
  readonly more: Detail;
  /** Their key among the free, as in `OfferWhy`: the lower, the sooner. Empty for everybody else. */
  readonly key: readonly number[];
};

/** What else is known of an agent, for the words. */
export type Detail = {
  /** Which call keeps them busy, where one does. */
  readonly call: CallId | null;
  /** What they gave as a reason for not being ready. */
  readonly notReady: string | null;
  readonly misses: number;
  /** How many phones they have, and in how many ms one that did not react is tried again; null where none is suspect. */
  readonly phones: number;
  readonly suspectMs: number | null;
  /** Where they take calls; for a number outside, why it is not rung and in how many ms it is tried again. */
  readonly station: Station;
  readonly barred: { readonly why: StationBar; readonly forMs: number } | null;
};

/** Why nobody is asked for a call just now, whoever is free. */
export type Hindrance =
  /** Asterisk is not connected, or what it has is being compared. */
  | { readonly is: 'asterisk-away' }
  | { readonly is: 'draining' }
  /** It is with somebody (`user`), or on its way to them, or over. */
  | { readonly is: 'not-waiting'; readonly phase: Call['phase']; readonly user: UserId | null }
  /** It is for one user, and in no queue. */
  | { readonly is: 'direct'; readonly user: UserId | null }
  /** Its queue is no more, and it moves on at once. */
  | { readonly is: 'queue-removed'; readonly queue: QueueId }
  /** As many phones ring for it as may at a time. */
  | { readonly is: 'ringing'; readonly offers: number };

/**
 * How the agent stands towards the call at this engine time (ms): what `eligibility` says, and what has become of it. It
 * changes nothing, and goes by the same functions as matching. `fewest`: what `fewestAsked` says, where it is known already.
 */
export function explain(world: World, call: Call, agent: Agent, now: number, fewest?: number): Standing {
  const why = eligibility(world, call, agent, now);
  const is = standingOf(world, call, agent.id, why, fewest);
  const key = is === 'free' ? keyFor(world, call, agent) : [];
  return { agent: agent.id, is, why, more: detailOf(world, agent, now), key };
}

function standingOf(
  world: World,
  call: Call,
  agent: UserId,
  why: Eligibility,
  fewest: number | undefined,
): Standing['is'] {
  if (call.partner?.user === agent) return 'with-it';
  const offer = call.offers.map((id) => world.state.offers.get(id)).find((one) => one?.agent === agent);
  if (offer !== undefined) return offer.phase === 'cancelling' ? 'passed-over' : 'offered';
  switch (why.reason) {
    case 'eligible':
      return 'free';
    case 'asked':
      return why.times > (fewest ?? fewestAsked(world, call)) ? 'passed-over' : 'free';
    // The call rings at somebody's already: they are as free for it as they were, and it may come to them yet.
    case 'rings-another':
      return 'free';
    default:
      return 'passed-over';
  }
}

/** The order among those who are free: `Candidate` in `choose.ts` says what the numbers are. */
function keyFor({ state, index }: World, call: Call, agent: Agent): readonly number[] {
  const queue = index.queues.get(call.queue ?? '');
  const seat = queue?.members.get(agent.id);
  const settings = queue?.settings ?? null;
  if (seat === undefined || settings === null) return [];
  const strategy = strategies[settings.strategy];
  const { skills } = seat.agent.profile;
  const needs = needsFrom(call.needs);
  const score = strategy.bySkill ? skillScore(skills, needs) : 0;
  const own = strategy.key(seat, agent, state.meta.day);
  return [call.asked[agent.id] ?? 0, seat.tier, unmetWishes(skills, needs), score === 0 ? 0 : -score, ...own];
}

/** Why nobody is asked for the call just now, whoever is free; null when somebody would be. */
export function hindranceOf({ state }: World, call: Call): Hindrance | null {
  if (call.phase !== 'waiting') return { is: 'not-waiting', phase: call.phase, user: call.partner?.user ?? null };
  const queue = state.queues.get(call.queue ?? '');
  if (call.queue === null) return { is: 'direct', user: call.callee };
  if (queue === undefined) return { is: 'queue-removed', queue: call.queue };
  if (state.meta.pbx !== 'ready') return { is: 'asterisk-away' };
  if (state.meta.draining) return { is: 'draining' };
  const offers = call.offers.length;
  return offers > 0 && offers >= strategies[queue.strategy].parallel(queue, call) ? { is: 'ringing', offers } : null;
}

/** What else is known of the agent. */
export function detailOf({ state }: World, agent: Agent, now: number): Detail {
  const { id, ready, work, misses, station, barred } = agent;
  const phones = state.users.get(id)?.phones ?? [];
  const suspects = phones.flatMap((phone) => state.phones.get(phone)?.suspectUntil ?? []);
  return {
    call: work.call,
    notReady: ready.is ? null : ready.reason,
    misses: misses.length,
    phones: phones.length,
    suspectMs: suspects.length === 0 ? null : Math.max(0, Math.min(...suspects) - now),
    station,
    barred: barred && { why: barred.why, forMs: Math.max(0, barred.until - now) },
  };
}

/** Who was asked least goes first: so often was each who may take the call asked at the least. Ends at the first who never was. */
export function fewestAsked({ index }: World, call: Call): number {
  const queue = index.queues.get(call.queue ?? '');
  if (queue === undefined || Object.keys(call.asked).length === 0) return 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (const { idle } of openLanes(queue.idle, { needs: needsFrom(call.needs), tier: call.tier })) {
    for (let place = 0; place < idle.size && fewest > 0; place += 1)
      fewest = Math.min(fewest, call.asked[idle.at(place) ?? ''] ?? 0);
  }
  return fewest;
}
