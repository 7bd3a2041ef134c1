import type { CallEnding } from '../facts.ts';
import type { Outbound, Trunk } from '../outside.ts';
import { openRoom } from '../routing/offer.ts';
import { sendTo } from '../routing/overflow.ts';
import type { HangUpCause } from '../settings.ts';
import type { Call, Leg } from '../state.ts';
import { isFull, trunksInOrder } from '../trunks.ts';
import { changedCall, send, type Turn, tell } from '../turn.ts';
import { endCall } from './call.ts';
import type { Gone } from './gone.ts';
import { hear } from './hearing.ts';
import { giveAway } from './lease.ts';
import { hangUpLeg, newTrunkLeg } from './leg.ts';
import { trunkVerdict } from './trunk-verdict.ts';

/** A call goes out: the trunks are tried one after the other. That it may was decided before (`call-out.ts`). */
export function begin(
  turn: Turn,
  call: Call,
  to: Pick<Outbound, 'number' | 'class' | 'callerId' | 'payers' | 'otherwise' | 'sentBy'>,
): void {
  const outbound: Outbound = { ...to, left: trunksInOrder(turn), leg: null, early: null, talkUntil: null };
  call.outbound = outbound;
  changedCall(turn, call);
  tryNext(turn, call, outbound);
}

/** Gives who dialled to the dialplan, which says why and hangs up. */
export function refuse(turn: Turn, call: Call, ending: 'barred' | 'no-trunk', exten: string): void {
  hear(turn, call, 'silence');
  giveAway(turn, call, { to: 'dialplan', context: 'cordboard-refused', exten, priority: 1 });
  endCall(turn, call, ending, 'system', null);
}

/** The number was not reached: the call goes on to where its rule says, or ends. */
function unreached(turn: Turn, call: Call, ending: CallEnding, cause: HangUpCause): void {
  const otherwise = call.outbound?.otherwise ?? null;
  if (otherwise !== null) return sendTo(turn, call, otherwise, 'unreached');
  if (ending === 'no-trunk' && call.kind === 'outbound') return refuse(turn, call, ending, 'notrunk');
  endCall(turn, call, ending, 'system', cause);
}

/** It rang for its time and nobody came, or no trunk ever said anything. */
export function outsideRungOut(turn: Turn, call: Call): void {
  call.ringUntil = null;
  changedCall(turn, call);
  unreached(turn, call, 'no-answer', 'no-answer');
}

/** The call moves on: the trunk that is being tried is let go. */
export function stopDialling(turn: Turn, call: Call): void {
  const leg = turn.world.state.legs.get(call.outbound?.leg ?? '');
  if (leg) hangUpLeg(turn, leg, 'normal');
  call.outbound = null;
  call.ringUntil = null;
  changedCall(turn, call);
}

/** The next trunk that is there and has room. */
function tryNext(turn: Turn, call: Call, outbound: Outbound): void {
  for (;;) {
    const id = outbound.left.shift();
    if (id === undefined) return unreached(turn, call, 'no-trunk', 'congestion');
    const trunk = turn.world.state.trunks.get(id);
    if (!trunk) continue;
    if (isFull(turn, trunk)) {
      tell(turn, { type: 'trunk-full', call: call.id, trunk: id });
      continue;
    }
    return tryTrunk(turn, call, outbound, trunk);
  }
}

function tryTrunk(turn: Turn, call: Call, outbound: Outbound, { id, settings }: Trunk): void {
  outbound.early = null;
  call.ringUntil = turn.now + settings.unreachableAfterMs + settings.ringMs;
  changedCall(turn, call);
  const leg = newTrunkLeg(turn, call, id, {
    number: outbound.number,
    format: settings.format,
    callerId: outbound.callerId ?? settings.callerId,
    headers: settings.headers,
  });
  outbound.leg = leg.id;
  changedCall(turn, call);
  openRoom(turn, call);
  tell(turn, { type: 'trunk-tried', call: call.id, trunk: id, leg: leg.id });
}

/** The far phone rings, or the network speaks: what it says, the caller hears, before anybody pays. */
export function trunkRang(turn: Turn, call: Call, leg: Leg, evidence: 'ringing' | 'progress'): void {
  const { outbound } = call;
  if (outbound === null || call.phase !== 'waiting' || leg.ending !== null || outbound.early === leg.id) return;
  if (evidence === 'ringing') return hear(turn, call, 'ringing');
  if (isAnotherLeaving(turn, call)) {
    outbound.speaks = leg.id;
    return changedCall(turn, call);
  }
  outbound.early = leg.id;
  changedCall(turn, call);
  hear(turn, call, 'silence');
  if (!call.answered) send(turn, { do: 'progress', leg: call.caller });
  send(turn, { do: 'join', call: call.id, legs: [call.caller, leg.id] });
}

/** A carrier that the call moved away from may be heard until its end is heard of: three would be in one room. */
function isAnotherLeaving({ world }: Turn, call: Call): boolean {
  return call.legs.some((id) => {
    const leg = world.state.legs.get(id);
    return leg?.role === 'trunk' && leg.ending !== null;
  });
}

/** The number was not reached over this trunk: the cause says whether it was the trunk's fault or the number's. */
export function trunkLegGone(turn: Turn, call: Call, leg: Leg, gone: Gone): void {
  const { outbound } = call;
  if (outbound === null || call.phase !== 'waiting' || leg.trunk === null) return;
  if (outbound.leg !== null && outbound.leg !== leg.id) {
    const speaks = turn.world.state.legs.get(outbound.speaks ?? '');
    if (speaks) trunkRang(turn, call, speaks, 'progress');
    return;
  }
  if (gone.outcome === 'lost' || gone.outcome === 'lost-pbx')
    return endCall(turn, call, gone.outcome, 'system', 'congestion');
  const { cause, sip } = gone;
  const verdict = trunkVerdict({
    cause,
    sip,
    rang: leg.rangAt !== null,
    byUs: leg.ending !== null,
    refused: gone.outcome !== null,
  });
  const next = verdict === 'next';
  tell(turn, { type: 'trunk-failed', call: call.id, trunk: leg.trunk, leg: leg.id, cause, sip, next });
  if (next) return tryNext(turn, call, outbound);
  unreached(turn, call, verdict.ending, verdict.cause);
}
