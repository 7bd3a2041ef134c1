import { isElsewhere } from '../agent-index.ts';
import type { CallEnding, Outcome } from '../facts.ts';
import { openRoom } from '../routing/offer.ts';
import { weightier } from '../routing/outcome.ts';
import type { HangUpCause, PhoneId, UserId } from '../settings.ts';
import type { Call } from '../state.ts';
import { changedCall, type Turn } from '../turn.ts';
import { endCall } from './call.ts';
import { followForward, forwardOutweighed } from './forward.ts';
import { hear } from './hearing.ts';
import { hangUpLeg, newLeg } from './leg.ts';
import { outsideRungOut } from './outbound.ts';

/** Rings every phone of a user, as one: a call from extension to extension, or an overflow to a user. */
export function ringUser(turn: Turn, call: Call, user: UserId): void {
  const { state, index } = turn.world;
  const phones = registeredPhones(turn, user);
  if (phones.length === 0) return endCall(turn, call, 'unreachable', 'system', 'unreachable');
  const agent = state.agents.get(user);
  const inOffer = agent !== undefined && ['offered', 'releasing', 'talking'].includes(agent.work.is);
  if (inOffer || isElsewhere(index.agents.get(user))) return endCall(turn, call, 'busy', 'system', 'busy');
  call.callee = user;
  call.ringUntil = turn.now + state.meta.limits.internalRingMs;
  for (const phone of phones) newLeg(turn, call, 'callee', phone, null);
  openRoom(turn, call);
  if (!call.answered) hear(turn, call, 'ringing');
  changedCall(turn, call);
}

/** Suspect contacts are tried too: a person asked for this one, and nobody else can take the call. */
function registeredPhones(turn: Turn, user: UserId): PhoneId[] {
  const { state } = turn.world;
  return (state.users.get(user)?.phones ?? []).filter((id) => state.phones.get(id)?.registered === true);
}

/** The call moves on: the phones of the user that it was for stop ringing. */
export function stopRingingUser(turn: Turn, call: Call): void {
  for (const id of call.legs) {
    const leg = turn.world.state.legs.get(id);
    if (leg?.role === 'callee') hangUpLeg(turn, leg, 'normal');
  }
  call.callee = null;
  call.calleeOutcome = null;
  call.forward = null;
  call.ringUntil = null;
  changedCall(turn, call);
}

/** It rang for its time and nobody came. */
export function internalRungOut(turn: Turn, call: Call): void {
  if (call.outbound !== null) return outsideRungOut(turn, call);
  call.ringUntil = null;
  changedCall(turn, call);
  forwardOutweighed(turn, call);
  endCall(turn, call, 'no-answer', 'system', 'no-answer');
}

/** One of the user's phones is out of it; with the last one the call goes on where they forward it, or the caller is told why. */
export function calleeLegGone(turn: Turn, call: Call, outcome: Outcome): void {
  const { state } = turn.world;
  const isOpen = call.phase === 'waiting' && call.callee !== null;
  if (!isOpen) return;
  // Legs of a user whom the call has left are no concern of the one it is for now.
  const left = call.legs.filter((id) => {
    const leg = state.legs.get(id);
    return leg?.role === 'callee' && leg.ending === null;
  });
  const weighed = weightier(call.calleeOutcome, outcome);
  call.calleeOutcome = weighed;
  changedCall(turn, call);
  if (outcome === 'declined') {
    for (const id of left) {
      const leg = state.legs.get(id);
      if (leg) hangUpLeg(turn, leg, 'normal');
    }
  }
  if (left.length > 0) return;
  if (weighed !== 'forwarded') forwardOutweighed(turn, call);
  else if (call.forward !== null && followForward(turn, call, call.forward)) return;
  const { ending, cause } = endings[weighed] ?? { ending: 'failed', cause: 'congestion' };
  endCall(turn, call, ending, 'system', cause);
}

const endings: Partial<Record<Outcome, { ending: CallEnding; cause: HangUpCause }>> = {
  // Asterisk would make a 403 of Q.850's "call rejected", which a phone shows as an error of its own.
  declined: { ending: 'declined', cause: 'busy' },
  busy: { ending: 'busy', cause: 'busy' },
  'no-answer': { ending: 'no-answer', cause: 'no-answer' },
  'short-ring': { ending: 'no-answer', cause: 'no-answer' },
  unreachable: { ending: 'unreachable', cause: 'unreachable' },
};
