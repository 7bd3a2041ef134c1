import { hangUpLeg, newLeg } from '../calls/leg.ts';
import { ringStation } from '../calls/station-leg.ts';
import type { OfferWhy, Outcome, RescindWhy } from '../facts.ts';
import type { OfferRules, QueueSettings } from '../queue-settings.ts';
import type { HangUpCause } from '../settings.ts';
import type { Agent, Call, Leg, Offer } from '../state.ts';
import { changedCall, changedOffer, newId, removeOffer, send, type Turn, tell } from '../turn.ts';
import { backOff, countGiven, goIdle, reachablePhones, releaseMs, setWork, suspectPhones } from './agent.ts';
import { idleForCall } from './choose.ts';
import { book, bookOffer, rankAnew } from './ledger.ts';
import { rulesOf } from './offer-rules.ts';
import { weightier } from './outcome.ts';
import { sendTo } from './overflow.ts';
import { policies } from './policy.ts';
import { judge } from './rona.ts';
import { strategies } from './strategy/table.ts';
import { giveTurnBack, spendTurn, takeTurn } from './turns.ts';

/** A phone that refuses at once would be rung in a tight loop where the group gives no back-off. */
const leastBackOffMs = 1_000;

/** Offers the call to the agent: claims them first, then asks for a leg to each of their phones. */
export function makeOffer(turn: Turn, call: Call, agent: Agent, group: QueueSettings, why: OfferWhy): void {
  const offer: Offer = {
    id: newId(turn, 'o'),
    call: call.id,
    agent: agent.id,
    queue: group.id,
    phase: 'made',
    madeAt: turn.now,
    rangAt: null,
    ringMs: group.ringMs,
    rules: null,
    ringUntil: null,
    confirmUntil: null,
    toNumber: null,
    legs: [],
    outcome: null,
    why: null,
    cause: 0,
    sip: 0,
    forgiven: false,
    turn: takeTurn(turn, agent, group.id),
  };
  turn.world.state.offers.set(offer.id, offer);
  call.offers.push(offer.id);
  for (const phone of reachablePhones(turn, agent.id)) offer.legs.push(newLeg(turn, call, 'agent', phone, offer.id).id);
  openRoom(turn, call);
  changedOffer(turn, offer);
  changedCall(turn, call);
  tell(turn, { type: 'offer-made', offer: offer.id, call: call.id, agent: agent.id, queue: group.id, why });
  if (agent.station.kind === 'number') ringStation(turn, call, offer, agent);
  bookOffer(turn, agent);
  setWork(turn, agent, 'offered', null, call.id);
}

/** The call's room is made with its first leg, so that it stands when somebody answers. */
export function openRoom(turn: Turn, call: Call): void {
  if (call.roomOpen) return;
  call.roomOpen = true;
  send(turn, { do: 'open-room', call: call.id });
}

/** A phone of the agent shows that it rings: the one ring clock of the offer begins with the first. */
export function offerRang(turn: Turn, offer: Offer, evidence: 'ringing' | 'progress'): void {
  if (offer.phase !== 'made') return;
  offer.phase = 'ringing';
  offer.rangAt = turn.now;
  offer.ringUntil = turn.now + offer.ringMs;
  changedOffer(turn, offer);
  tell(turn, { type: 'offer-rang', offer: offer.id, call: offer.call, agent: offer.agent, evidence });
}

/** The ring time is over. Ring-all goes on ringing unless its place is wanted by a member who was not rung yet. */
export function offerRungOut(turn: Turn, offer: Offer): void {
  const { state, index } = turn.world;
  const rules = rulesOf(state, offer);
  const call = state.calls.get(offer.call);
  if (rules && call && strategies[rules.strategy].ringsOn) {
    const ending = call.offers.filter((id) => state.offers.get(id)?.phase === 'cancelling').length;
    if (idleForCall(index, call) <= ending) {
      offer.ringUntil = turn.now + offer.ringMs;
      return changedOffer(turn, offer);
    }
  }
  cancelOffer(turn, offer, 'no-answer', null, 'normal');
}

/** Ends an offer of our own accord. It is cancelling until its last leg is gone: an answer may be on its way. */
export function cancelOffer(turn: Turn, offer: Offer, outcome: Outcome, why: RescindWhy, cause: HangUpCause): void {
  const { state } = turn.world;
  if (offer.phase === 'cancelling') return;
  offer.phase = 'cancelling';
  offer.outcome = outcome;
  offer.why = why;
  changedOffer(turn, offer);
  for (const id of offer.legs) {
    const leg = state.legs.get(id);
    if (leg) hangUpLeg(turn, leg, cause);
  }
  const agent = state.agents.get(offer.agent);
  if (agent) setWork(turn, agent, 'releasing', turn.now + releaseMs, offer.call);
}

/** Takes back every offer of a call but the one that won it. */
export function rescindAll(turn: Turn, call: Call, why: RescindWhy, but: string | null = null): void {
  const cause = why === 'race-lost' || why === 'picked-up' ? 'answered-elsewhere' : 'normal';
  for (const id of [...call.offers]) {
    const offer = turn.world.state.offers.get(id);
    if (offer && id !== but) cancelOffer(turn, offer, 'rescinded', why, cause);
  }
}

/** Nobody has it, and nothing has ended it yet. */
export function isOpen({ phase }: Offer): boolean {
  return phase === 'made' || phase === 'ringing' || phase === 'confirming';
}

/** A leg of the offer is gone with this outcome; with the last one the offer ends. */
export function offerLegGone(turn: Turn, offer: Offer, leg: Leg, outcome: Outcome, cause: number, sip: number): void {
  offer.legs = offer.legs.filter((id) => id !== leg.id);
  if (isOpen(offer)) {
    const weighed = weightier(offer.outcome, outcome);
    if (weighed !== offer.outcome) {
      offer.outcome = weighed;
      offer.cause = cause;
      offer.sip = sip;
    }
  }
  if (offer.legs.length > 0) return changedOffer(turn, offer);
  endOffer(turn, offer, offer.outcome ?? outcome);
}

/** The offer is over: the agent's next state and the call's memory follow from the outcome. */
export function endOffer(turn: Turn, offer: Offer, outcome: Outcome): void {
  const { state } = turn.world;
  removeOffer(turn, offer);
  const rangMs = offer.rangAt === null ? 0 : turn.now - offer.rangAt;
  const why = outcome === 'rescinded' ? offer.why : null;
  const { id, call: callId, agent: agentId, cause, sip } = offer;
  tell(turn, { type: 'offer-ended', offer: id, call: callId, agent: agentId, outcome, why, cause, sip, rangMs });
  const rules = rulesOf(state, offer);
  const agent = state.agents.get(offer.agent);
  if (agent) settleAgent(turn, agent, offer, outcome, rules);
  const call = state.calls.get(offer.call);
  if (!call) return;
  call.offers = call.offers.filter((other) => other !== offer.id);
  if (policies[outcome].asked) call.asked[offer.agent] = (call.asked[offer.agent] ?? 0) + 1;
  changedCall(turn, call);
  if (!policies[outcome].onMiss || rules?.onMiss !== 'overflow') return;
  // Where it goes is a decision of now.
  const queue = state.queues.get(offer.queue);
  if (queue && call.phase === 'waiting' && call.queue === queue.id) sendTo(turn, call, queue.overflow, 'miss');
}

/** What the outcome's policy says is done to the agent, unless they have something else in hand by now. */
function settleAgent(turn: Turn, agent: Agent, offer: Offer, outcome: Outcome, rules: OfferRules | undefined): void {
  const policy = policies[outcome];
  book(turn, agent, outcome);
  if (policy.given || policy.asked) spendTurn(turn, agent, offer);
  else giveTurnBack(turn, agent, offer);
  if (policy.given) countGiven(turn, agent);
  if (outcome === 'answered') return;
  const mine =
    (agent.work.is === 'offered' || agent.work.is === 'releasing' || agent.work.is === 'talking') &&
    agent.work.call === offer.call;
  if (!mine || hasPickedUp(turn, agent, offer)) return;
  if (policy.given) rankAnew(turn, agent);
  if (policy.suspects) suspectPhones(turn, agent);
  if (rules && !offer.forgiven) judge(turn, agent, offer, outcome, rules);
  if (policy.backsOff && !offer.forgiven) backOff(turn, agent, Math.max(leastBackOffMs, restOf(rules, outcome)));
  else goIdle(turn, agent);
}

/** They talk in the very call that was offered to them, by the pickup code: this offer is none of it. */
function hasPickedUp(turn: Turn, agent: Agent, offer: Offer): boolean {
  const call = turn.world.state.calls.get(offer.call);
  return agent.work.is === 'talking' && call?.partner?.user === agent.id && call.claim !== offer.id;
}

function restOf(rules: OfferRules | undefined, outcome: Outcome): number {
  return rules?.backOffs[outcome] ?? rules?.backOffMs ?? 0;
}
