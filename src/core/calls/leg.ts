import type { Command } from '../commands.ts';
import type { TrunkId } from '../outside.ts';
import { elsewhereChanged } from '../routing/agent.ts';
import { cancelOffer, offerRang } from '../routing/offer.ts';
import { rulesOf } from '../routing/offer-rules.ts';
import { strategies } from '../routing/strategy/table.ts';
import type { HangUpCause, PhoneId } from '../settings.ts';
import type { Call, Leg, LegId, Offer, OfferId } from '../state.ts';
import { changedCall, changedLeg, isOurs, newId, send, type Turn } from '../turn.ts';
import { answered } from './answer.ts';
import { type Gone, legGone, letGo } from './gone.ts';
import { leaseRinging } from './lease.ts';
import { mannersOf } from './manners.ts';
import { trunkRang } from './outbound.ts';

/** How much longer than we Asterisk itself lets a leg ring: it ends it when we are dead. */
const graceMs = 2_000;
/** How long after a channel left us its last event may take. */
const lastEventMs = 250;
/** Looks at an unconfirmed leg before it counts as gone. */
const maxLooks = 5;
/** An internal call's phone is unreachable after this silence; a group says it for its own offers. */
export const internalSilenceMs = 5_000;

/** Asks for a leg to one phone: it is `requested` until its own event says that it exists. */
export function newLeg(turn: Turn, call: Call, role: 'agent' | 'callee', phone: PhoneId, offer: OfferId | null): Leg {
  const leg = legRow(turn, newId(turn, 'l'), call, { role, phone, offer, trunk: null });
  leg.confirmBy = turn.now + turn.world.state.meta.limits.confirmMs;
  addLeg(turn, call, leg);
  const timeoutMs = dialTimeMs(turn, leg, call);
  const manners = mannersOf(turn, leg);
  send(turn, { do: 'create-leg', leg: leg.id, call: call.id, phone, for: call.caller, timeoutMs, ...manners });
  return leg;
}

/** Asks for a leg to a number outside: the caller's wish, or where the agent of the offer takes calls. */
export function newTrunkLeg(
  turn: Turn,
  call: Call,
  trunk: TrunkId,
  to: Pick<Extract<Command, { do: 'create-trunk-leg' }>, 'number' | 'format' | 'callerId' | 'headers'>,
  offer: Offer | null = null,
): Leg {
  const role = offer === null ? 'trunk' : 'agent';
  const row = legRow(turn, newId(turn, 'l'), call, { role, phone: null, offer: offer?.id ?? null, trunk });
  const leg: Leg = offer === null ? row : { ...row, user: offer.agent, payers: offer.toNumber?.payers ?? [] };
  leg.confirmBy = turn.now + turn.world.state.meta.limits.confirmMs;
  addLeg(turn, call, leg);
  send(turn, { do: 'create-trunk-leg', leg: leg.id, call: call.id, trunk, ...to, for: call.caller });
  return leg;
}

/** The caller's own leg: it is up as far as we are concerned, since it is in our hands. */
export function callerLeg(turn: Turn, call: Call, phone: PhoneId | null, trunk: TrunkId | null): Leg {
  const leg = legRow(turn, call.caller, call, { role: 'caller', phone, offer: null, trunk });
  leg.phase = 'up';
  addLeg(turn, call, leg);
  return leg;
}

/** The channel of somebody who dialled in to take over a call that rings: it is in our hands, and answers for them. */
export function pickerLeg(turn: Turn, call: Call, id: LegId, phone: PhoneId): Leg {
  const leg = legRow(turn, id, call, { role: 'picker', phone, offer: null, trunk: null });
  leg.phase = 'up';
  addLeg(turn, call, leg);
  return leg;
}

function addLeg(turn: Turn, call: Call, leg: Leg): void {
  turn.world.state.legs.set(leg.id, leg);
  call.legs.push(leg.id);
  changedLeg(turn, leg);
  changedCall(turn, call);
  if (leg.offer === null && leg.user !== null) elsewhereChanged(turn, leg.user);
}

function legRow(turn: Turn, id: LegId, call: Call, leg: Pick<Leg, 'role' | 'phone' | 'offer' | 'trunk'>): Leg {
  const { now, world } = turn;
  return {
    id,
    call: call.id,
    ...leg,
    user: (leg.phone === null ? undefined : world.index.phoneUser.get(leg.phone)) ?? null,
    phase: 'requested',
    createdAt: now,
    changedAt: now,
    rangAt: null,
    evidence: null,
    confirmBy: null,
    looks: 0,
    silentUntil: null,
    ending: null,
    left: false,
  };
}

/** Changes a leg's phase; what was waited for is over. */
export function setPhase(turn: Turn, leg: Leg, phase: Leg['phase']): void {
  leg.phase = phase;
  leg.changedAt = turn.now;
  leg.looks = 0;
  leg.confirmBy = leg.ending === null ? null : leg.confirmBy;
  leg.silentUntil = null;
  changedLeg(turn, leg);
}

/** Decides that a leg ends. It is gone only when its last event says so. */
export function hangUpLeg(turn: Turn, leg: Leg, cause: HangUpCause): void {
  if (leg.ending !== null) return;
  leg.ending = cause;
  leg.changedAt = turn.now;
  leg.looks = 0;
  leg.silentUntil = null;
  leg.confirmBy = turn.now + turn.world.state.meta.limits.confirmMs;
  changedLeg(turn, leg);
  send(turn, { do: 'hang-up', leg: leg.id, cause });
}

/** The leg exists: now it is dialled, unless it was already. One of ours that no row knows is ended. */
export function legCreated(turn: Turn, id: LegId, isDialled: boolean): void {
  const { state } = turn.world;
  const leg = state.legs.get(id);
  if (!leg) {
    if (isOurs(id)) send(turn, { do: 'hang-up', leg: id, cause: 'normal' });
    return;
  }
  const call = state.calls.get(leg.call);
  if (leg.phase !== 'requested' || leg.ending !== null || !call) return;
  setPhase(turn, leg, 'dialling');
  leg.silentUntil = turn.now + timesOf(turn, leg, call).silentMs;
  changedLeg(turn, leg);
  const timeoutMs = dialTimeMs(turn, leg, call);
  const caller = leg.trunk === null && mannersOf(turn, leg).announces === undefined ? call.caller : null;
  if (!isDialled) send(turn, { do: 'dial-leg', leg: leg.id, for: caller, timeoutMs });
  leaseRinging(turn, call, leg, timeoutMs);
}

/** After so long Asterisk itself gives up on the phone. */
function dialTimeMs(turn: Turn, leg: Leg, call: Call): number {
  const { silentMs, ringMs } = timesOf(turn, leg, call);
  return silentMs + ringMs + graceMs;
}

/** How long this leg may stay silent, and how long it may ring at the most. */
export function timesOf(turn: Turn, leg: Leg, call: Call): { silentMs: number; ringMs: number } {
  const { state } = turn.world;
  const trunk = leg.trunk === null ? undefined : state.trunks.get(leg.trunk);
  const offer = leg.offer === null ? undefined : state.offers.get(leg.offer);
  if (trunk && !offer) return { silentMs: trunk.settings.unreachableAfterMs, ringMs: trunk.settings.ringMs };
  const rules = offer && rulesOf(state, offer);
  if (!offer || !rules) return { silentMs: internalSilenceMs, ringMs: state.meta.limits.internalRingMs };
  const left = Math.max(0, (call.waitUntil ?? turn.now) - turn.now);
  const ringMs = strategies[rules.strategy].ringsOn ? Math.max(offer.ringMs, left) : offer.ringMs;
  return { silentMs: (trunk?.settings ?? rules).unreachableAfterMs, ringMs };
}

export function legRang(turn: Turn, id: LegId, evidence: 'ringing' | 'progress'): void {
  const { state } = turn.world;
  const leg = state.legs.get(id);
  const call = leg?.role === 'trunk' ? state.calls.get(leg.call) : undefined;
  if (leg && call) trunkRang(turn, call, leg, evidence);
  if (!leg || leg.rangAt !== null || (leg.phase !== 'dialling' && leg.phase !== 'requested')) return;
  leg.rangAt = turn.now;
  leg.evidence = evidence;
  setPhase(turn, leg, 'ringing');
  const offer = leg.offer === null ? undefined : state.offers.get(leg.offer);
  if (offer) offerRang(turn, offer, evidence);
}

export function legAnswered(turn: Turn, id: LegId): void {
  const leg = turn.world.state.legs.get(id);
  if (!leg || leg.role === 'caller' || leg.phase === 'up' || leg.phase === 'joined') return;
  setPhase(turn, leg, 'up');
  answered(turn, leg);
}

/** A hang-up's last event follows at once; if it does not, one look tells whether the dialplan has the caller. */
export function legLeft(turn: Turn, id: LegId): void {
  const { state } = turn.world;
  const leg = state.legs.get(id);
  if (!leg) return;
  if (state.calls.get(leg.call)?.phase === 'ended') return legGone(turn, id, hungUpLeg);
  leg.left = true;
  leg.looks = 0;
  leg.confirmBy = turn.now + lastEventMs;
  changedLeg(turn, leg);
}

/** The request for the leg was refused: it was never made (500: no contact), or could not be dialled. */
export function legRefused(turn: Turn, id: LegId, status: number): void {
  const leg = turn.world.state.legs.get(id);
  if (!leg || status === 0) return;
  if (leg.phase === 'requested' || status === 404) {
    const outcome = leg.phase === 'requested' && status === 500 ? 'unreachable' : 'failed';
    return legGone(turn, id, { cause: 0, sip: 0, outcome });
  }
  if (leg.phase !== 'dialling') return;
  // Where an agent takes calls at a number outside it is the trunk's fault: the end of the leg has the next one tried.
  if (leg.trunk !== null && leg.offer !== null) return hangUpLeg(turn, leg, 'normal');
  giveUp(turn, leg, 'failed');
}

/** Ends a leg that cannot come to anything, with an outcome that blames nobody for it. */
export function giveUp(turn: Turn, leg: Leg, outcome: 'failed' | 'lost'): void {
  const offer = leg.offer === null ? undefined : turn.world.state.offers.get(leg.offer);
  if (offer && offer.phase !== 'won') cancelOffer(turn, offer, outcome, null, 'normal');
  else hangUpLeg(turn, leg, 'normal');
}

/** What a look at one leg found. What no event told us is made up for here. */
export function legSeen(turn: Turn, id: LegId, found: 'down' | 'ringing' | 'up' | 'away' | null): void {
  const leg = turn.world.state.legs.get(id);
  if (!leg) return;
  if (found === 'away') return letGo(turn, leg);
  if (found === null) return legGone(turn, id, leg.left ? hungUpLeg : lostLeg);
  if (leg.ending !== null) return void send(turn, { do: 'hang-up', leg: id, cause: leg.ending });
  // Nobody knows whether it was dialled, and a second dial would end it.
  if (found === 'down' && leg.phase === 'requested') giveUp(turn, leg, 'lost');
  else if (found === 'ringing') legRang(turn, id, 'ringing');
  else if (found === 'up') legAnswered(turn, id);
}

const hungUpLeg: Gone = { cause: 16, sip: 0, outcome: null };
export const lostLeg: Gone = { cause: 0, sip: 0, outcome: 'lost' };

/** One of the leg's times is due: a command is unconfirmed, or the phone showed no sign of life. */
export function legDue(turn: Turn, leg: Leg): void {
  if (leg.silentUntil !== null && leg.silentUntil <= turn.now) {
    leg.silentUntil = null;
    hangUpLeg(turn, leg, 'normal');
    return;
  }
  leg.looks += 1;
  if (leg.looks > maxLooks) return legGone(turn, leg.id, lostLeg);
  leg.confirmBy = turn.now + turn.world.state.meta.limits.confirmMs;
  changedLeg(turn, leg);
  send(turn, { do: 'look', leg: leg.id });
}
