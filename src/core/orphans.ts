import { isElsewhere } from './agent-index.ts';
import { endCall, finishCall, isBeingJoined } from './calls/call.ts';
import { hangUpLeg } from './calls/leg.ts';
import { compareIds } from './ordered.ts';
import { goIdle } from './routing/agent.ts';
import { endOffer, isOpen } from './routing/offer.ts';
import type { Agent, Call, Leg, Offer } from './state.ts';
import { about, changedCall, changedLeg, changedOffer, removeLeg, send, type Turn, tell } from './turn.ts';

/**
 * Rows that no event can free any more: they point at what is not there, or wait without a time. Between two steps there are
 * none; a bug, a half-restored database or a hand that edited rows may leave one. Each survey looks, frees it through the
 * functions that events go through, and says so. Asterisk's side of it is `reconcile`'s.
 */
export function freeOrphans(turn: Turn): void {
  const { state } = turn.world;
  if (state.meta.pbx !== 'ready') return;
  for (const leg of sorted(state.legs, (one) => isLegOrphan(turn, one))) freeLeg(turn, leg);
  for (const call of sorted(state.calls, (one) => isCallOrphan(turn, one))) freeCall(turn, call);
  for (const offer of sorted(state.offers, (one) => isOfferOrphan(turn, one))) freeOffer(turn, offer);
  const offered = new Map<string, Offer[]>();
  for (const offer of state.offers.values()) {
    const known = offered.get(offer.agent);
    if (known === undefined) offered.set(offer.agent, [offer]);
    else known.push(offer);
  }
  for (const agent of sorted(state.agents, (one) => isAgentOrphan(turn, one, offered))) {
    goIdle(turn, agent);
    tell(turn, { type: 'repaired', what: 'agent-stuck', entity: agent.id });
  }
}

/** By id: the order of a Map is another one after a reload. */
function sorted<T extends { readonly id: string }>(rows: ReadonlyMap<string, T>, isOrphan: (row: T) => boolean): T[] {
  // There is hardly ever one: of the rows that are as they should be no list is made.
  const orphans: T[] = [];
  for (const row of rows.values()) if (isOrphan(row)) orphans.push(row);
  return orphans.sort((a, b) => compareIds(a.id, b.id));
}

function isLegOrphan(turn: Turn, leg: Leg): boolean {
  const { state } = turn.world;
  about(turn, leg.call);
  const call = state.calls.get(leg.call);
  if (!call?.legs.includes(leg.id)) return true;
  return leg.offer !== null && leg.ending === null && call.partner?.leg !== leg.id && !state.offers.has(leg.offer);
}

function freeLeg(turn: Turn, leg: Leg): void {
  about(turn, leg.call);
  const call = turn.world.state.calls.get(leg.call);
  if (!call) {
    removeLeg(turn, leg);
    send(turn, { do: 'hang-up', leg: leg.id, cause: 'normal' });
  } else {
    if (!call.legs.includes(leg.id)) call.legs.push(leg.id);
    changedCall(turn, call);
    changedLeg(turn, leg);
    if (leg.role !== 'caller' && call.partner?.leg !== leg.id) hangUpLeg(turn, leg, 'normal');
  }
  tell(turn, { type: 'repaired', what: 'leg-stuck', entity: leg.id });
}

function isCallOrphan(turn: Turn, call: Call): boolean {
  const { legs, offers } = turn.world.state;
  about(turn, call.id);
  if (call.legs.some((id) => !legs.has(id)) || call.offers.some((id) => !offers.has(id))) return true;
  if (call.phase === 'ended') return call.legs.length === 0;
  if (call.leaseAt === null || !call.legs.includes(call.caller)) return true;
  if (call.phase === 'waiting') return call.claim !== null || (call.waitUntil === null && call.ringUntil === null);
  if (call.partner === null || !legs.has(call.partner.leg)) return true;
  return isBeingJoined(call) && call.joinBy === null && legs.get(call.partner.leg)?.ending === null;
}

function freeCall(turn: Turn, call: Call): void {
  about(turn, call.id);
  const { legs, offers } = turn.world.state;
  call.legs = call.legs.filter((id) => legs.has(id));
  call.offers = call.offers.filter((id) => offers.has(id));
  tell(turn, { type: 'repaired', what: 'call-stuck', entity: call.id });
  if (call.phase === 'ended') {
    if (call.legs.length === 0) finishCall(turn, call);
    return;
  }
  call.leaseAt ??= turn.now;
  const hasCaller = call.legs.includes(call.caller);
  const hasPartner = call.phase === 'waiting' || (call.partner !== null && legs.has(call.partner.leg));
  if (!hasCaller || !hasPartner) return endCall(turn, call, 'lost', 'system', 'normal');
  if (call.phase === 'waiting') {
    call.claim = null;
    if (call.ringUntil === null) call.waitUntil ??= turn.now;
  } else if (isBeingJoined(call)) call.joinBy ??= turn.now;
  changedCall(turn, call);
}

function isOfferOrphan(turn: Turn, offer: Offer): boolean {
  const { state } = turn.world;
  about(turn, offer.call);
  const call = state.calls.get(offer.call);
  if (!call?.offers.includes(offer.id) || !offer.legs.some((id) => state.legs.has(id))) return true;
  if (offer.phase === 'won') return !isBeingJoined(call) || call.claim !== offer.id;
  if (offer.phase === 'confirming') return offer.confirmUntil === null;
  return offer.phase === 'ringing' && offer.ringUntil === null;
}

/** Nobody is blamed: what became of it is not known. */
function freeOffer(turn: Turn, offer: Offer): void {
  about(turn, offer.call);
  const { legs, calls } = turn.world.state;
  offer.legs = offer.legs.filter((id) => legs.has(id));
  changedOffer(turn, offer);
  tell(turn, { type: 'repaired', what: 'offer-stuck', entity: offer.id });
  for (const id of offer.legs) {
    const leg = legs.get(id);
    if (leg && calls.get(offer.call)?.partner?.leg !== id) hangUpLeg(turn, leg, 'normal');
  }
  endOffer(turn, offer, 'lost');
}

function isAgentOrphan(
  { now, world: { state, index } }: Turn,
  agent: Agent,
  offered: ReadonlyMap<string, readonly Offer[]>,
): boolean {
  const { is, until, call } = agent.work;
  switch (is) {
    case 'idle':
      return false;
    case 'offered':
      return !offered.get(agent.id)?.some(isOpen);
    case 'talking':
      if (state.calls.get(call ?? '')?.partner?.user === agent.id) return false;
      return !offered.get(agent.id)?.some((offer) => offer.call === call);
    case 'releasing':
    case 'wrap-up':
    case 'backing-off':
      return until === null || until - now > longestRestMs;
    case 'busy-elsewhere':
      return !isElsewhere(index.agents.get(agent.id));
  }
}

/** No group can give a longer rest (24 h): an end beyond it is none. */
const longestRestMs = 86_400_000;
