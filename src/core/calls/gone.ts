import type { Outcome } from '../facts.ts';
import { elsewhereChanged } from '../routing/agent.ts';
import { offerLegGone } from '../routing/offer.ts';
import { outcomeOf } from '../routing/outcome.ts';
import type { Call, Leg, LegId } from '../state.ts';
import { changedCall, changedOffer, removeLeg, send, type Turn } from '../turn.ts';
import { callJoined, dropped, endCall, finishCall, isBeingJoined, partnerLeft } from './call.ts';
import { noteForward, offerForwarded } from './forward.ts';
import { calleeLegGone } from './internal.ts';
import { timesOf } from './leg.ts';
import { trunkLegGone } from './outbound.ts';
import { outcomeAtNumber, retried } from './station-leg.ts';

/** How a leg ended: Q.850 cause, SIP status (0: none), or an outcome that is known without them. */
export type Gone = { readonly cause: number; readonly sip: number; readonly outcome: Outcome | 'lost-pbx' | null };

/** The leg's last event: what it means depends on whose leg it was and how far the call had come. */
export function legGone(turn: Turn, id: LegId, gone: Gone): void {
  const { state } = turn.world;
  const leg = state.legs.get(id);
  if (!leg) return;
  const call = state.calls.get(leg.call);
  const outcome = call ? outcomeOfLeg(turn, leg, call, gone) : 'lost';
  removeLeg(turn, leg);
  if (call) {
    call.legs = call.legs.filter((other) => other !== id);
    changedCall(turn, call);
    tellOwner(turn, call, leg, outcome, gone);
    if (call.phase === 'ended' && call.legs.length === 0) finishCall(turn, call);
  }
  if (leg.offer === null && leg.user !== null) elsewhereChanged(turn, leg.user);
}

/**
 * The dialplan has the caller: their lease ran out while we were away. A talk goes on there without us. `isThere`: whether a
 * leg was seen, where Asterisk was asked for all of them.
 */
export function letGo(turn: Turn, leg: Leg, isThere: (leg: LegId) => boolean = () => true): void {
  const call = turn.world.state.calls.get(leg.call);
  if (call && leg.role === 'caller') {
    joinedByTheDialplan(turn, call, isThere);
    endLeases(turn, call);
    endCall(turn, call, 'released', 'system', null);
  }
  legGone(turn, leg.id, { cause: 0, sip: 0, outcome: 'lost' });
}

/** Two who were about to be joined when the lease ended: the dialplan has done that, if the other one was there still. */
function joinedByTheDialplan(turn: Turn, call: Call, isThere: (leg: LegId) => boolean): void {
  const partner = isBeingJoined(call) ? turn.world.state.legs.get(call.partner?.leg ?? '') : undefined;
  if (!partner || partner.ending !== null || !isThere(partner.id)) return;
  call.phase = 'connecting';
  callJoined(turn, call);
}

/** A renewal may have come after the caller had left: it would cut them off in the dialplan, a lease later. */
function endLeases(turn: Turn, call: Call): void {
  const partner = call.phase === 'talking' ? call.partner : null;
  for (const leg of [call.caller, ...(partner === null ? [] : [partner.leg])])
    send(turn, { do: 'lease', leg, leaseMs: 0, peer: null, talked: false });
}

function tellOwner(turn: Turn, call: Call, leg: Leg, outcome: Outcome, gone: Gone): void {
  const lost = gone.outcome === 'lost' || gone.outcome === 'lost-pbx' ? gone.outcome : null;
  if (leg.role === 'caller') return callerLeft(turn, call, lost);
  const isPartner = call.partner?.leg === leg.id;
  if (isPartner && (call.phase === 'talking' || call.phase === 'ended')) return partnerLeft(turn, call, lost);
  if (isPartner && isBeingJoined(call)) return dropped(turn, call, leg, lost);
  // The phones of a user whom the call has left say nothing about the one it is for now.
  if (leg.role === 'trunk') return trunkLegGone(turn, call, leg, gone);
  if (leg.role === 'callee') {
    if (outcome === 'forwarded') noteForward(turn, call, leg);
    return leg.user === call.callee ? calleeLegGone(turn, call, outcome) : undefined;
  }
  if (leg.role === 'agent' && outcome === 'forwarded') offerForwarded(turn, call, leg);
  const offer = leg.offer === null ? undefined : turn.world.state.offers.get(leg.offer);
  if (offer && offer.phase !== 'won' && retried(turn, call, offer, leg, gone)) return;
  if (offer && offer.phase !== 'won') return offerLegGone(turn, offer, leg, outcome, gone.cause, gone.sip);
  if (offer?.phase !== 'won') return;
  offer.legs = offer.legs.filter((other) => other !== leg.id);
  changedOffer(turn, offer);
}

function callerLeft(turn: Turn, call: Call, lost: 'lost' | 'lost-pbx' | null): void {
  if (call.phase === 'ended') return;
  const ending = lost ?? (call.phase === 'talking' ? 'completed' : 'abandoned');
  endCall(turn, call, ending, lost === null ? 'caller' : 'system', 'normal');
}

function outcomeOfLeg(turn: Turn, leg: Leg, call: Call, gone: Gone): Outcome {
  if (gone.outcome === 'lost-pbx') return 'lost';
  if (gone.outcome !== null) return gone.outcome;
  const atNumber = outcomeAtNumber(turn, leg, gone);
  if (atNumber !== null) return atNumber;
  const { silentMs, ringMs } = timesOf(turn, leg, call);
  // The end of a leg that we ended says nothing of the phone, whatever code it carries.
  const ours = leg.ending !== null;
  const rangMs = leg.rangAt === null ? null : turn.now - leg.rangAt;
  return outcomeOf({
    cause: ours ? 16 : gone.cause,
    sip: ours ? 0 : gone.sip,
    rangMs,
    silentMs: turn.now - leg.createdAt,
    unreachableAfterMs: silentMs,
    ringMs,
  });
}
