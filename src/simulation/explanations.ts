import { explain, hindranceOf } from '../core/explain.ts';
import { parseNeeds } from '../core/needs.ts';
import { compareKeys } from '../core/ordered.ts';
import type { Eligibility } from '../core/routing/eligibility.ts';
import type { Agent, Call } from '../core/state.ts';
import type { World } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';
import { rule } from './rule.ts';

/**
 * Judges what is explained after a batch: it never disagrees with what was decided, and each reason holds in the rows. Worked
 * out from the rows alone. It looks at every waiting call beside every member of its queue.
 */
export function checkExplanations(world: World, batch: Batch): void {
  const now = batch.steps.at(-1)?.at ?? 0;
  for (const { facts } of batch.steps) {
    for (const fact of facts) {
      if (fact.type !== 'offer-made') continue;
      const { named, key, runnerUp } = fact.why;
      const isNamed = named.some(({ agent }) => agent === fact.agent);
      rule(!isNamed, () => `${fact.agent} was given ${fact.call} and is named as passed over for it`);
      const isInOrder = runnerUp === null || compareKeys(key, runnerUp.key) <= 0;
      rule(isInOrder, () => `${runnerUp?.agent} came after ${fact.agent} for ${fact.call} with a lower key`);
    }
  }
  for (const call of world.state.calls.values()) {
    const queue = world.state.queues.get(call.queue ?? '');
    if (call.phase !== 'waiting' || queue === undefined) continue;
    for (const { user } of queue.members) {
      const agent = world.state.agents.get(user);
      if (agent !== undefined) checkStanding(world, call, agent, now);
    }
  }
}

function checkStanding(world: World, call: Call, agent: Agent, now: number): void {
  const { is, why } = explain(world, call, agent, now);
  const said = `${agent.id} is said to be ${is} (${JSON.stringify(why)}) for ${call.id}`;
  const offers = call.offers.flatMap((id) => world.state.offers.get(id) ?? []);
  const isRung = offers.some((offer) => offer.agent === agent.id && offer.phase !== 'cancelling');
  if (is === 'offered') rule(isRung, () => `${said}, and no phone of theirs rings for it`);
  if (isRung) rule(is === 'offered', () => `${said}, and their phone rings for it`);
  if (is === 'free') {
    const hindrance = hindranceOf(world, call);
    rule(hindrance !== null, () => `${said}, nothing hinders it, and it waits`);
    rule(
      agent.work.is === 'idle' && agent.signedIn && agent.ready.is && agent.hold === null,
      () => `${said}, and is not`,
    );
  }
  if (is === 'passed-over') rule(holds(world, call, agent, why, now), () => `${said}, which does not hold`);
}

/** Whether the reason is true of the rows. */
function holds({ state }: World, call: Call, agent: Agent, why: Eligibility, now: number): boolean {
  const { work, hold, ready } = agent;
  switch (why.reason) {
    case 'signed-out':
      return !agent.signedIn;
    case 'not-ready':
      return agent.signedIn && !ready.is && why.forMs === now - ready.since;
    case 'held':
      return hold !== null && hold.until === null;
    case 'resting':
      return hold?.until != null && why.leftMs === Math.max(0, hold.until - now);
    case 'wrap-up':
    case 'backing-off':
    case 'releasing':
      return work.is === why.reason && work.until !== null && why.leftMs === Math.max(0, work.until - now);
    case 'offered':
    case 'talking':
      return work.is === why.reason && why.forMs === now - work.since;
    case 'busy-elsewhere':
      return [...state.legs.values()].some((leg) => leg.user === agent.id && leg.offer === null);
    case 'unreachable':
      if (agent.station.kind === 'number') return agent.barred !== null;
      return (state.users.get(agent.id)?.phones ?? []).every((id) => {
        const phone = state.phones.get(id);
        return phone?.registered !== true || phone.suspectUntil !== null;
      });
    case 'skill': {
      const need = (parseNeeds(call.needs) ?? []).find(({ skill }) => skill === why.skill);
      const has = state.users.get(agent.id)?.skills[why.skill] ?? 0;
      return need?.required === true && need.level === why.needs && has === why.has && has < need.level;
    }
    case 'tier':
      return why.tier > call.tier;
    case 'asked':
      return (call.asked[agent.id] ?? 0) === why.times && why.times > 0;
    case 'limit':
      return why.talking >= why.most;
    case 'kept-free':
      return why.idle <= why.agents;
    case 'rings-another':
      return call.offers.length === why.ringing;
    case 'not-a-member':
    case 'not-waiting':
    case 'eligible':
      return false;
  }
}
