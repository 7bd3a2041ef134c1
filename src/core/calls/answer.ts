import { setWork } from '../routing/agent.ts';
import { massMissOver } from '../routing/mass-miss.ts';
import { rescindAll } from '../routing/offer.ts';
import { endHold, forgiveMisses } from '../routing/rona.ts';
import type { Agent, Call, Leg, Offer } from '../state.ts';
import { changedOffer, type Turn, tell } from '../turn.ts';
import { takeUp } from './announce.ts';
import { connect } from './call.ts';
import { beginConfirming } from './confirm.ts';
import { hangUpLeg } from './leg.ts';

/**
 * Somebody picked up. The first answer takes the call; every later one is told that it was answered elsewhere. A hang-up
 * that is on its way cannot be taken back, so an answer that crosses it comes too late, but it never counts as a miss.
 */
export function answered(turn: Turn, leg: Leg): void {
  const { state } = turn.world;
  const call = state.calls.get(leg.call);
  const offer = leg.offer === null ? undefined : state.offers.get(leg.offer);
  const free = call?.phase === 'waiting' && call.claim === null && leg.ending === null;
  if (!call || !free || (leg.role === 'agent' && !offer)) return tooLate(turn, leg);
  if (offer && leg.trunk !== null) beginConfirming(turn, call, offer, leg);
  else if (offer) win(turn, call, offer, leg);
  else if (leg.role === 'trunk') winOutside(turn, call, leg);
  else winInternal(turn, call, leg);
}

/** It is hung up; an agent who answered just after the ring time has not missed it. */
export function tooLate(turn: Turn, leg: Leg): void {
  const offer = turn.world.state.offers.get(leg.offer ?? '');
  if (offer?.phase === 'cancelling' && offer.outcome === 'no-answer') {
    offer.outcome = 'short-ring';
    changedOffer(turn, offer);
  }
  hangUpLeg(turn, leg, 'answered-elsewhere');
}

/** The agent has the call: it is joined, and whoever else was asked is told that it was answered elsewhere. */
export function win(turn: Turn, call: Call, offer: Offer, leg: Leg): void {
  const agent = turn.world.state.agents.get(offer.agent);
  offer.phase = 'won';
  offer.outcome = null;
  offer.why = null;
  changedOffer(turn, offer);
  tell(turn, { type: 'offer-answered', offer: offer.id, call: call.id, agent: offer.agent, leg: leg.id });
  call.claim = offer.id;
  takeUp(turn, call, offer, leg);
  if (agent) {
    setWork(turn, agent, 'talking', null, call.id);
    isThere(turn, agent);
  }
  massMissOver(turn, offer.queue);
  rescindAll(turn, call, 'race-lost', offer.id);
}

function winOutside(turn: Turn, call: Call, leg: Leg): void {
  if (call.outbound === null) return tooLate(turn, leg);
  call.claim = leg.id;
  connect(turn, call, leg, null);
}

function winInternal(turn: Turn, call: Call, leg: Leg): void {
  if (call.callee === null) return tooLate(turn, leg);
  call.claim = leg.id;
  const agent = turn.world.state.agents.get(call.callee);
  if (agent) isThere(turn, agent);
  connect(turn, call, leg, call.callee);
}

/** Whoever answers anything is there: what was held against them is over. */
function isThere(turn: Turn, agent: Agent): void {
  forgiveMisses(turn, agent);
  endHold(turn, agent, 'answered');
}
