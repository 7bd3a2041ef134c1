import type { CallEnding, Outcome } from '../facts.ts';
import { goIdle, releaseMs, setWork } from '../routing/agent.ts';
import { bookDirect, rankAnew } from '../routing/ledger.ts';
import { endOffer, openRoom, rescindAll } from '../routing/offer.ts';
import { beginWrapUp } from '../routing/wrap-up.ts';
import type { HangUpCause, UserId } from '../settings.ts';
import type { Agent, Call, Leg, LegId } from '../state.ts';
import { changedCall, changedOffer, removeCall, send, type Turn, tell } from '../turn.ts';
import { hear } from './hearing.ts';
import { lease } from './lease.ts';
import { hangUpLeg, setPhase } from './leg.ts';
import { noteTalked } from './meter.ts';
import { shareMinutes } from './minutes.ts';

/** Joins the caller and the one who answered; the dialplan keeps them together should we die. */
export function connect(turn: Turn, call: Call, leg: Leg, user: UserId | null): void {
  keepFor(turn, call, leg, user, 'connecting', turn.world.state.meta.limits.confirmMs);
  if (!call.answered) send(turn, { do: 'answer', leg: call.caller });
  call.answered = true;
  hear(turn, call, 'silence');
  openRoom(turn, call);
  // Before the join: should we die between the two, the dialplan joins them.
  lease(turn, call, send);
  send(turn, { do: 'join', call: call.id, legs: [call.caller, leg.id] });
  hangUpOthers(turn, call, leg);
  changedCall(turn, call);
}

/**
 * Something is said to who answered, for so long at the most, before they are joined. The caller hears what they heard. Nothing
 * may be asked of a leg that is spoken to: Asterisk would answer when that is over, and nothing else until then.
 */
export function holdFor(turn: Turn, call: Call, leg: Leg, user: UserId | null, ms: number): void {
  keepFor(turn, call, leg, user, 'announcing', ms);
  lease(turn, call, send);
  hangUpOthers(turn, call, leg);
  changedCall(turn, call);
}

function keepFor(
  turn: Turn,
  call: Call,
  leg: Leg,
  user: UserId | null,
  phase: 'announcing' | 'connecting',
  ms: number,
): void {
  call.phase = phase;
  call.partner = { leg: leg.id, user, ...(leg.payers ? { payers: leg.payers } : {}) };
  call.joinBy = turn.now + ms;
  call.leaseAt = turn.now + turn.world.state.meta.limits.renewMs;
}

/** The other phones of who answered, and of a callee. */
function hangUpOthers(turn: Turn, call: Call, leg: Leg): void {
  for (const id of call.legs) {
    const other = turn.world.state.legs.get(id);
    const isLoser = other && other.role !== 'caller' && other.id !== leg.id;
    if (isLoser && (other.offer === null || other.offer === leg.offer)) hangUpLeg(turn, other, 'answered-elsewhere');
  }
}

/** Somebody has the call, and is not yet in the room with the caller. */
export function isBeingJoined({ phase }: Call): boolean {
  return phase === 'announcing' || phase === 'connecting';
}

/**
 * The room has both: they talk, and the offer that brought it about ends answered. Not where that comes too late: whoever
 * answered is being hung up by then, and the caller waits on.
 */
export function callJoined(turn: Turn, call: Call): void {
  const { state } = turn.world;
  if (call.phase !== 'connecting' || call.partner === null) return;
  if (isLetGo(turn, call.partner.leg)) return;
  call.phase = 'talking';
  call.connectedAt = turn.now;
  call.joinBy = null;
  changedCall(turn, call);
  const payers = call.outbound?.payers ?? call.partner.payers;
  if (payers) shareMinutes(turn, payers);
  for (const id of [call.caller, call.partner.leg]) {
    const leg = state.legs.get(id);
    if (leg) setPhase(turn, leg, 'joined');
  }
  const offer = state.offers.get(call.claim ?? '');
  if (offer) endOffer(turn, offer, 'answered');
  const waitedMs = turn.now - call.enteredAt;
  tell(turn, { type: 'call-connected', call: call.id, user: call.partner.user, offer: offer?.id ?? null, waitedMs });
}

function isLetGo({ world }: Turn, leg: LegId): boolean {
  return (world.state.legs.get(leg)?.ending ?? null) !== null;
}

/** The one who answered is gone before the room had both: the call keeps its place and its first time of entry. */
export function dropped(turn: Turn, call: Call, leg: Leg, lost: 'lost' | 'lost-pbx' | null): void {
  const { state } = turn.world;
  const offer = state.offers.get(call.claim ?? '');
  const { partner } = call;
  call.phase = 'waiting';
  call.claim = null;
  call.partner = null;
  call.joinBy = null;
  lease(turn, call);
  if (!offer) freePicker(turn, call, partner?.user);
  // Whoever picked up a call of a queue is gone: it waits on, like after any drop.
  if (!offer && call.queue === null) return endCall(turn, call, lost ?? 'failed', 'agent', 'normal');
  hear(turn, call, 'music');
  // Nobody is asked any more for a queue that was removed meanwhile.
  if (call.queue !== null && !state.queues.has(call.queue)) call.waitUntil = turn.now;
  changedCall(turn, call);
  if (!offer) return;
  offer.legs = offer.legs.filter((id) => id !== leg.id);
  const outcome: Outcome = lost === null ? 'dropped' : 'lost';
  if (offer.legs.length === 0) return endOffer(turn, offer, outcome);
  offer.phase = 'cancelling';
  offer.outcome = outcome;
  changedOffer(turn, offer);
  const agent = state.agents.get(offer.agent);
  // Should nothing be heard of their other phones, agent and call go on without.
  if (agent) setWork(turn, agent, 'releasing', turn.now + releaseMs, call.id);
}

/** Who picked a call up had no offer whose end would free them. */
function freePicker(turn: Turn, call: Call, user: UserId | null | undefined): void {
  const agent = turn.world.state.agents.get(user ?? '');
  if (agent?.work.is === 'talking' && agent.work.call === call.id) goIdle(turn, agent);
}

/** The other side of a talk is gone; the agent rests, and a call that still runs ends with them. */
export function partnerLeft(turn: Turn, call: Call, lost: 'lost' | 'lost-pbx' | null): void {
  if (call.phase === 'ended') {
    const agent = turn.world.state.agents.get(call.partner?.user ?? '');
    if (agent?.work.is === 'talking' && agent.work.call === call.id) restAfterTalk(turn, call, agent, true);
    return;
  }
  endCall(turn, call, lost ?? 'completed', lost === null ? 'agent' : 'system', 'normal');
}

/**
 * Ends a call: its offers are taken back, its legs are hung up with `cause` (null leaves the caller's leg to the
 * dialplan), and the agent who talked goes into wrap-up in the same step.
 */
export function endCall(
  turn: Turn,
  call: Call,
  ending: CallEnding,
  by: 'caller' | 'agent' | 'system',
  cause: HangUpCause | null,
): void {
  const { state } = turn.world;
  if (call.phase === 'ended') return;
  const talked = call.phase === 'talking';
  const connecting = isBeingJoined(call);
  const partner = call.partner;
  call.phase = 'ended';
  changedCall(turn, call);
  const won = state.offers.get(call.claim ?? '');
  if (connecting && won) {
    won.why = 'caller-gone';
    endOffer(turn, won, ending === 'lost' || ending === 'lost-pbx' ? 'lost' : 'rescinded');
  }
  if (connecting && !won) freePicker(turn, call, partner?.user);
  rescindAll(turn, call, 'caller-gone');
  const leavesTalk = cause === null && talked;
  for (const id of call.legs) {
    const leg = state.legs.get(id);
    if (!leg || (cause === null && leg.role === 'caller') || (leavesTalk && leg.id === partner?.leg)) continue;
    hangUpLeg(turn, leg, cause ?? 'normal');
  }
  const agent = talked ? state.agents.get(partner?.user ?? '') : undefined;
  const goesOn = leavesTalk && partner !== null && state.legs.has(partner.leg);
  if (agent?.work.is === 'talking' && agent.work.call === call.id && !goesOn) {
    restAfterTalk(turn, call, agent, ending === 'completed');
  }
  const talkedMs = call.connectedAt === null ? 0 : turn.now - call.connectedAt;
  const waitedMs = (call.connectedAt ?? turn.now) - call.enteredAt;
  if (talked) bookDirect(turn, call, talkedMs);
  if (call.outbound !== null) {
    for (const payer of call.outbound.payers) noteTalked(turn, payer, talkedMs);
    if (talked) shareMinutes(turn, call.outbound.payers);
  }
  if (talked && partner?.payers) {
    for (const payer of partner.payers) noteTalked(turn, payer, talkedMs);
    shareMinutes(turn, partner.payers);
  }
  tell(turn, { type: 'call-ended', call: call.id, ending, by, waitedMs, talkedMs });
  if (call.legs.length === 0) finishCall(turn, call);
}

function restAfterTalk(turn: Turn, call: Call, agent: Agent, wrapUp: boolean): void {
  const group = turn.world.state.queues.get(call.queue ?? '');
  rankAnew(turn, agent);
  const own = turn.world.index.queues.get(call.queue ?? '')?.members.get(agent.id)?.wrapUpMs ?? null;
  if (wrapUp && group) beginWrapUp(turn, agent, own ?? group.wrapUpMs);
  else goIdle(turn, agent);
}

/** The last leg is gone: nothing of the call is left in Asterisk or here. */
export function finishCall(turn: Turn, call: Call): void {
  // The last leg can be what ends it: then the end has finished it already.
  if (!turn.world.state.calls.has(call.id)) return;
  if (call.roomOpen) send(turn, { do: 'close-room', call: call.id });
  removeCall(turn, call);
}

/** The join was refused or never confirmed: the answered leg ends, and the call goes on waiting as after a drop. */
export function joinFailed(turn: Turn, call: Call): void {
  if (call.phase !== 'connecting' || call.partner === null) return;
  const leg = turn.world.state.legs.get(call.partner.leg);
  call.joinBy = null;
  changedCall(turn, call);
  if (leg) hangUpLeg(turn, leg, 'normal');
}
