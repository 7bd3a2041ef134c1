import type { Outcome } from '../facts.ts';
import type { OutsideNumber, PayerId } from '../outside.ts';
import { shownNumber } from '../permission.ts';
import { barStation } from '../routing/agent.ts';
import { isOpen } from '../routing/offer.ts';
import type { UserId } from '../settings.ts';
import type { Agent, Call, Leg, Offer } from '../state.ts';
import type { StationBar } from '../station.ts';
import { isFull, trunksInOrder } from '../trunks.ts';
import { changedOffer, type Turn, tell } from '../turn.ts';
import { type BarredFor, barredFor, payersOf, rightsOf } from './call-out.ts';
import type { Gone } from './gone.ts';
import { newTrunkLeg } from './leg.ts';
import { meterOf, noteBegun, noteIfLimit, noteInternational } from './meter.ts';
import { trunkVerdict } from './trunk-verdict.ts';

/*
 * The leg of an offer to an agent who takes calls at a number outside: the same rights, limits, trunks and failover as for a
 * call out of theirs.
 */

/** Whether the number cannot be rung just now; then it is left alone for a while, and the agent is not reachable. */
export function isStationBarred(turn: Turn, call: Call, agent: Agent): boolean {
  const bar = barOf(turn, agent);
  if (bar === null) return false;
  const { payer, why } = bar;
  noteIfLimit(turn, call, payer, why);
  barStation(turn, agent, why);
  return true;
}

function barOf(turn: Turn, { id, station }: Agent): { readonly payer: PayerId; readonly why: StationBar } | null {
  if (station.kind !== 'number') return null;
  const { state } = turn.world;
  const barred = numberBarred(turn, id, station);
  if (barred !== null) return barred;
  const hasRoom = trunksInOrder(turn).some((one) => {
    const trunk = state.trunks.get(one);
    return trunk !== undefined && !isFull(turn, trunk);
  });
  return hasRoom ? null : { payer: id, why: 'no-trunk' };
}

/** Why the agent, or their group for all of its members, may not dial it now; null when they may. */
export function numberBarred(turn: Turn, user: UserId, to: OutsideNumber): BarredFor | null {
  return barredFor(turn, payersOf(turn, user), to, null);
}

/** Rings the agent's number over the first trunk that has room; `isStationBarred` has seen to it that there is one. */
export function ringStation(turn: Turn, call: Call, offer: Offer, { id, station }: Agent): void {
  if (station.kind !== 'number') return;
  const { number, class: numberClass } = station;
  const payers = payersOf(turn, id);
  for (const payer of payers) noteBegun(turn, payer);
  if (numberClass === 'international') noteInternational(turn, call, id);
  const callerId = shownNumber(rightsOf(turn, id), meterOf(turn, id));
  offer.toNumber = { number, class: numberClass, callerId, payers, left: trunksInOrder(turn) };
  ringNext(turn, call, offer);
}

/** The next trunk that is there and has room; false when there is none left. */
function ringNext(turn: Turn, call: Call, offer: Offer): boolean {
  const to = offer.toNumber;
  if (to === null) return false;
  for (let id = to.left.shift(); id !== undefined; id = to.left.shift()) {
    const trunk = turn.world.state.trunks.get(id);
    if (!trunk) continue;
    if (isFull(turn, trunk)) {
      tell(turn, { type: 'trunk-full', call: call.id, trunk: id });
      continue;
    }
    const { settings } = trunk;
    const callerId = to.callerId ?? settings.callerId;
    const { format, headers } = settings;
    const leg = newTrunkLeg(turn, call, id, { number: to.number, format, callerId, headers }, offer);
    offer.legs.push(leg.id);
    changedOffer(turn, offer);
    tell(turn, { type: 'trunk-tried', call: call.id, trunk: id, leg: leg.id });
    return true;
  }
  return false;
}

/** The trunk failed, and not the number: another one is tried in the same offer. False when none is left, or none would do better. */
export function retried(turn: Turn, call: Call, offer: Offer, leg: Leg, gone: Gone): boolean {
  if (leg.trunk === null || offer.toNumber === null || (offer.phase !== 'made' && offer.phase !== 'ringing'))
    return false;
  if (gone.outcome === 'lost' || gone.outcome === 'lost-pbx') return false;
  const { cause, sip } = gone;
  const fails = isTrunksFault(leg, gone);
  offer.legs = offer.legs.filter((id) => id !== leg.id);
  tell(turn, { type: 'trunk-failed', call: call.id, trunk: leg.trunk, leg: leg.id, cause, sip, next: fails });
  return fails && ringNext(turn, call, offer);
}

/**
 * How a leg to an agent's number ended, where another table than that of phones says it: a trunk's fault is not the agent's,
 * and who answered but never pressed 1 has not answered. Null: the table of phones says it.
 */
export function outcomeAtNumber(turn: Turn, leg: Leg, gone: Gone): Outcome | null {
  const offer = leg.offer === null ? undefined : turn.world.state.offers.get(leg.offer);
  if (leg.trunk === null || !offer || !isOpen(offer)) return null;
  if (offer.phase === 'confirming') return 'no-answer';
  return isTrunksFault(leg, gone) ? 'unreachable' : null;
}

function isTrunksFault(leg: Leg, { cause, sip, outcome }: Gone): boolean {
  const byUs = leg.ending !== null;
  return trunkVerdict({ cause, sip, rang: leg.rangAt !== null, byUs, refused: outcome !== null }) === 'next';
}
