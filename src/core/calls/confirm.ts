import { compareIds } from '../ordered.ts';
import { cancelOffer } from '../routing/offer.ts';
import type { Call, Leg, LegId, Offer } from '../state.ts';
import { changedOffer, send, type Turn, tell } from '../turn.ts';
import { tooLate, win } from './answer.ts';

/** How much longer than we Asterisk itself lets a leg wait for a 1: it ends it when we are dead. */
const graceMs = 5_000;

/**
 * Somebody, or a machine, answered at the agent's number outside. The call waits on and others may still take it: it is the
 * agent's only when 1 is pressed, so that no voicemail ever eats a caller.
 */
export function beginConfirming(turn: Turn, call: Call, offer: Offer, leg: Leg): void {
  offer.phase = 'confirming';
  offer.ringUntil = null;
  tell(turn, { type: 'offer-confirming', offer: offer.id, call: call.id, agent: offer.agent, leg: leg.id });
  ask(turn, offer, leg.id);
}

function ask(turn: Turn, offer: Offer, leg: LegId): void {
  const forMs = turn.world.state.meta.limits.confirmStationMs;
  offer.confirmUntil = turn.now + forMs;
  changedOffer(turn, offer);
  // Asterisk's own time-out is over with the answer. Later it cannot be leased: nothing may be asked of a leg that is spoken to.
  send(turn, { do: 'lease', leg, leaseMs: forMs + graceMs, peer: null, talked: false });
  const sound = turn.world.state.queues.get(offer.queue)?.announceSound ?? null;
  send(turn, { do: 'say', leg, what: 'confirm', sound, forMs });
}

/** A key was pressed: 1 takes the call, every other one declines it. */
export function pressed(turn: Turn, id: LegId, accepts: boolean): void {
  const { state } = turn.world;
  const leg = state.legs.get(id);
  const offer = state.offers.get(leg?.offer ?? '');
  const call = state.calls.get(offer?.call ?? '');
  if (!leg || !offer || !call || leg.trunk === null || leg.phase !== 'up') return;
  // It crossed our hang-up: who pressed 1 has not missed it.
  if (offer.phase === 'cancelling' && accepts) return tooLate(turn, leg);
  if (offer.phase !== 'confirming') return;
  if (!accepts) return cancelOffer(turn, offer, 'declined', null, 'normal');
  win(turn, call, offer, leg);
}

/** Nobody pressed 1 in time. */
export function confirmOver(turn: Turn, offer: Offer): void {
  cancelOffer(turn, offer, 'no-answer', null, 'normal');
}

/** We were away, and a key that was pressed meanwhile is lost: everybody is asked anew, with all of the time. */
export function askAgain(turn: Turn): void {
  const asked = [...turn.world.state.offers.values()].filter(({ phase }) => phase === 'confirming');
  for (const offer of asked.sort((a, b) => compareIds(a.id, b.id)))
    for (const leg of offer.legs) {
      if (turn.world.state.legs.get(leg)?.phase !== 'up') continue;
      send(turn, { do: 'hush', leg });
      ask(turn, offer, leg);
    }
}
