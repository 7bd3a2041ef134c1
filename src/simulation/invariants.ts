import type { Agent, Call, Offer } from '../core/state.ts';
import type { World } from '../core/world.ts';
import { rule } from './rule.ts';

/** A phone that came by another transport than its own is alarmed for just as long. A secure WebSocket is called `ws` as well. */
function checkTransports({ users, phones, alarms }: World['state']): void {
  for (const { id, user, by } of phones.values()) {
    const own = users.get(user)?.transports?.[id];
    const isWrong = own !== undefined && by !== undefined && by !== own && !(own === 'wss' && by === 'ws');
    rule(
      isWrong === alarms.has(`wrong-transport/${id}`),
      () => `phone ${id} is for ${own}, came by ${by}, and is judged otherwise`,
    );
  }
  for (const { kind, about } of alarms.values())
    rule(kind !== 'wrong-transport' || phones.has(about), () => `an alarm is about phone ${about}, which is gone`);
}

/**
 * The invariants of the rows: everything has an owner, and everything that waits has a time at which it ends. `isThere`: a leg lives in
 * Asterisk, whatever was told of it.
 */
export function checkRows(world: World, isThere: (leg: string) => boolean = () => true): void {
  checkTransports(world.state);
  const { calls, legs, offers, agents, queues } = world.state;
  for (const leg of legs.values()) {
    const call = calls.get(leg.call);
    rule(call?.legs.includes(leg.id) === true, () => `leg ${leg.id} belongs to no call`);
    if (leg.offer !== null && leg.ending === null && call?.partner?.leg !== leg.id)
      rule(offers.get(leg.offer)?.legs.includes(leg.id) === true, () => `leg ${leg.id} belongs to no offer`);
    const stays = leg.role === 'caller' || call?.partner?.leg === leg.id;
    if (call?.phase === 'ended' && !stays) rule(leg.ending !== null, () => `leg ${leg.id} outlives its call`);
    if (leg.phase === 'requested') rule(leg.confirmBy !== null, () => `leg ${leg.id} waits for ever to be made`);
    if (leg.ending !== null) rule(leg.confirmBy !== null, () => `leg ${leg.id} waits for ever for its end`);
  }
  for (const call of calls.values()) {
    for (const id of call.legs) rule(legs.has(id), () => `call ${call.id} names leg ${id}, which is gone`);
    for (const id of call.offers) rule(offers.has(id), () => `call ${call.id} names offer ${id}, which is over`);
    if (call.phase === 'announcing' || call.phase === 'connecting' || call.phase === 'talking')
      rule(call.partner !== null && call.claim !== null, () => `call ${call.id} is ${call.phase} with nobody`);
    const isDropping = legs.get(call.partner?.leg ?? '')?.ending != null;
    if (call.phase === 'announcing' || call.phase === 'connecting')
      rule(call.joinBy !== null || isDropping, () => `call ${call.id} waits for ever to be joined`);
    rule(call.phase !== 'talking' || !isDropping, () => `call ${call.id} is a talk with a leg that is hung up`);
    if (call.phase === 'waiting')
      rule(call.waitUntil !== null || call.ringUntil !== null, () => `call ${call.id} waits without a limit`);
    if (call.phase === 'waiting' && call.queue !== null && !queues.has(call.queue))
      rule(call.queueGone !== null, () => `call ${call.id} waits for ever in ${call.queue}, which was removed`);
    if (call.phase === 'ended') rule(call.legs.length > 0, () => `call ${call.id} has ended and stays`);
    const winners = call.offers.filter((id) => offers.get(id)?.phase === 'won');
    rule(winners.length <= 1, () => `call ${call.id} was won twice: ${winners}`);
  }
  checkOutside(world);
  for (const offer of offers.values()) {
    rule(calls.get(offer.call)?.offers.includes(offer.id) === true, () => `offer ${offer.id} belongs to no call`);
    rule(offer.legs.length > 0, () => `offer ${offer.id} rings no phone`);
    for (const id of offer.legs) rule(legs.has(id), () => `offer ${offer.id} names leg ${id}, which is gone`);
    if (offer.phase === 'confirming')
      rule(offer.confirmUntil !== null, () => `offer ${offer.id} waits for ever for a 1`);
    if (offer.phase === 'ringing') rule(offer.ringUntil !== null, () => `offer ${offer.id} rings for ever`);
  }
  const held = heldBy(world.state);
  for (const agent of agents.values()) checkAgent(world.state, agent, held.get(agent.id) ?? nothing, isThere);
}

/** No leg outside but for a call that may have one, and one at a time. What limits allow is the `PayerJudge`'s. */
function checkOutside({ state }: World): void {
  for (const call of state.calls.values()) {
    const trying = call.legs.filter((id) => {
      const leg = state.legs.get(id);
      return leg?.role === 'trunk' && leg.ending === null;
    });
    rule(call.outbound !== null || trying.length === 0, () => `call ${call.id} has a leg outside and no right to one`);
    rule(trying.length <= 1, () => `call ${call.id} rings two carriers: ${trying}`);
    rule(
      call.outbound === null || call.inbound === null || call.kind !== 'outbound',
      () => `call ${call.id} came in by one trunk and goes out by another`,
    );
  }
}

type Held = { readonly offers: Offer[]; readonly talks: Call[] };

/** The offers and the talks of each agent that has any. */
function heldBy({ offers, calls }: World['state']): Map<string, Held> {
  const all = new Map<string, Held>();
  const of = (agent: string): Held => {
    const held = all.get(agent) ?? { offers: [], talks: [] };
    all.set(agent, held);
    return held;
  };
  for (const offer of offers.values())
    if (offer.phase !== 'won' && offer.phase !== 'cancelling') of(offer.agent).offers.push(offer);
  for (const call of calls.values())
    if (call.partner?.user != null && call.phase !== 'waiting' && call.phase !== 'ended')
      of(call.partner.user).talks.push(call);
  return all;
}

const nothing: Held = { offers: [], talks: [] };

function checkAgent(state: World['state'], { id, work }: Agent, held: Held, isThere: (leg: string) => boolean): void {
  const { offers: ringing, talks } = held;
  rule(ringing.length <= 1, () => `agent ${id} is offered two calls: ${ringing.map((offer) => offer.call)}`);
  // Who has hung up may take another call by the pickup code before their end is heard of.
  const live = talks.filter(({ partner }) => isThere(partner?.leg ?? ''));
  rule(live.length <= 1, () => `agent ${id} has two calls: ${live.map((call) => call.id)}`);
  rule(ringing.length === 0 || talks.length === 0, () => `agent ${id} is offered a call while in another`);
  if (ringing.length > 0) rule(work.is === 'offered', () => `agent ${id} is ${work.is} with an offer out`);
  if (work.is === 'offered') rule(ringing.length === 1, () => `agent ${id} is offered nothing`);
  if (work.is === 'releasing') rule(work.until !== null, () => `agent ${id} is releasing for ever`);
  if (work.is === 'wrap-up' || work.is === 'backing-off') rule(work.until !== null, () => `agent ${id} rests for ever`);
  if (work.is === 'talking') rule(state.calls.has(work.call ?? ''), () => `agent ${id} talks in no call`);
}
