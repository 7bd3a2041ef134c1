import type { QueueSettings } from '../queue-settings.ts';
import type { Call, Leg, LegId, Offer } from '../state.ts';
import { changedCall, send, type Turn, tell } from '../turn.ts';
import { connect, holdFor } from './call.ts';
import { leasePartner } from './lease.ts';

/** What is said may take so long at the most: then they are joined, whatever Asterisk says. */
const mostAnnouncedMs = 10_000;

/**
 * The agent has the call, and is joined with the caller: at once, or after what they hear first. Asterisk joins nobody to whom
 * it is still speaking, and answers nothing else until then: a prompt is ended, and its end waited for.
 */
export function takeUp(turn: Turn, call: Call, offer: Offer, leg: Leg): void {
  const queue = turn.world.state.queues.get(offer.queue);
  if (leg.trunk !== null) {
    holdFor(turn, call, leg, offer.agent, turn.world.state.meta.limits.confirmMs);
    send(turn, { do: 'hush', leg: leg.id });
  } else if (queue?.announce === 'whisper') whisper(turn, call, offer, leg, queue);
  else connect(turn, call, leg, offer.agent);
}

function whisper(turn: Turn, call: Call, offer: Offer, leg: Leg, { announceSound }: QueueSettings): void {
  holdFor(turn, call, leg, offer.agent, mostAnnouncedMs);
  // Later it cannot be: nothing may be asked of a leg that is spoken to.
  leasePartner(turn, call, send);
  const said = { offer: offer.id, call: call.id, agent: offer.agent, sound: announceSound };
  tell(turn, { type: 'offer-announced', ...said });
  send(turn, { do: 'say', leg: leg.id, what: 'announce', sound: announceSound, forMs: mostAnnouncedMs });
}

/** What was said to this leg is over. */
export function told(turn: Turn, id: LegId): void {
  const leg = turn.world.state.legs.get(id);
  const call = turn.world.state.calls.get(leg?.call ?? '');
  if (leg && call) joinAnnounced(turn, call, leg);
}

/** Nobody said that it is over: should it go on, it is ended. */
export function announcedForLong(turn: Turn, call: Call): void {
  const leg = turn.world.state.legs.get(call.partner?.leg ?? '');
  if (!leg) return;
  if (leg.ending === null) send(turn, { do: 'hush', leg: leg.id });
  joinAnnounced(turn, call, leg);
}

function joinAnnounced(turn: Turn, call: Call, leg: Leg): void {
  if (call.phase !== 'announcing' || call.partner?.leg !== leg.id) return;
  if (leg.ending === null) return connect(turn, call, leg, call.partner.user);
  // It is being hung up: its end makes the call wait again.
  call.joinBy = null;
  changedCall(turn, call);
}
