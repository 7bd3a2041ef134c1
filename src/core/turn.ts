import type { Command } from './commands.ts';
import type { Fact, NumberedFact } from './facts.ts';
import type { Meter, Trunk } from './outside.ts';
import {
  forgetAgent,
  forgetLeg,
  forgetOffer,
  reindexAgent,
  reindexLeg,
  reindexMeta,
  reindexOffer,
  reindexPhone,
} from './reindex.ts';
import { forgetCall, reindexCall } from './reindex-call.ts';
import type { Agent, Call, Leg, Offer, Phone } from './state.ts';
import type { World } from './world.ts';

/** One step in the making: the world, the time, and what has come of it so far. */
export type Turn = {
  readonly world: World;
  /** Engine time in ms. */
  readonly now: number;
  readonly commands: Command[];
  /** Commands that need not be the first on the wire: a phone rings before its caller hears music. */
  readonly later: Command[];
  readonly facts: NumberedFact[];
};

export function begin(world: World, now: number): Turn {
  return { world, now, commands: [], later: [], facts: [] };
}

/** Says whose call is dealt with from here on. */
export function about(turn: Turn, call: string | null | undefined): void {
  turn.world.index.about.call = call ?? null;
}

export function tell(turn: Turn, fact: Fact): void {
  const { meta } = turn.world.state;
  // Numbered in place: whoever tells hands the fact over, and a copy of each would cost more than all else here.
  const numbered = fact as Fact & { seq: number; at: number };
  numbered.seq = meta.nextFact;
  numbered.at = turn.now;
  turn.facts.push(numbered);
  meta.nextFact += 1;
  countedMeta(turn);
}

export function send(turn: Turn, command: Command): void {
  turn.commands.push(command);
}

/** An answer, or the news that none came, is there by then: each of the three requests ends by itself within 15 s. */
const surveyedByMs = 60_000;

/**
 * Asks what is in Asterisk; only the answer to the latest question counts, so nothing is asked anew while one is on its way: where
 * answers take longer than the time between two surveys, none would ever count.
 */
export function askSurvey(turn: Turn, full: boolean): void {
  const { meta } = turn.world.state;
  meta.askedAt = turn.now;
  meta.surveyAt = turn.now + Math.max(surveyedByMs, meta.limits.surveyMs);
  changedMeta(turn);
  send(turn, { do: 'survey', full, askedAt: turn.now });
}

/** Sent after everything else of this step. */
export function sendLater(turn: Turn, command: Command): void {
  turn.later.push(command);
}

/** A new id of our own: the random epoch keeps it from ever being used again. */
export function newId(turn: Turn, kind: 'c' | 'l' | 'o'): string {
  const { meta } = turn.world.state;
  const id = `cb-${meta.epoch}-${kind}${meta.nextId}`;
  meta.nextId += 1;
  countedMeta(turn);
  return id;
}

/** Whether an id is one that a daemon of ours has made, in this life or another. */
export function isOurs(id: string): boolean {
  return id.startsWith('cb-');
}

/*
 * Whoever changes a row says so with one of these, after the change: the row is written with the batch, and the index
 * follows at once.
 */

export function changedMeta(turn: Turn): void {
  countedMeta(turn);
  reindexMeta(turn.world);
}

/** A number of the row went on, which nothing is derived from. */
function countedMeta(turn: Turn): void {
  turn.world.dirty.ids.meta.add('meta');
}

export function changedAgent(turn: Turn, agent: Agent): void {
  turn.world.dirty.ids.agents.add(agent.id);
  reindexAgent(turn.world, agent);
}

export function removeAgent(turn: Turn, agent: Agent): void {
  turn.world.dirty.ids.agents.add(agent.id);
  forgetAgent(turn.world, agent);
  turn.world.state.agents.delete(agent.id);
}

export function changedPhone(turn: Turn, phone: Phone): void {
  turn.world.dirty.ids.phones.add(phone.id);
  reindexPhone(turn.world, phone);
}

export function changedTrunk(turn: Turn, trunk: Trunk): void {
  turn.world.dirty.ids.trunks.add(trunk.id);
}

export function changedMeter(turn: Turn, meter: Meter): void {
  turn.world.dirty.ids.meters.add(meter.id);
}

export function changedCall(turn: Turn, call: Call): void {
  turn.world.dirty.ids.calls.add(call.id);
  reindexCall(turn.world, call);
}

export function removeCall(turn: Turn, call: Call): void {
  turn.world.dirty.ids.calls.add(call.id);
  forgetCall(turn.world, call);
  turn.world.state.calls.delete(call.id);
}

export function changedOffer(turn: Turn, offer: Offer): void {
  turn.world.dirty.ids.offers.add(offer.id);
  reindexOffer(turn.world, offer);
}

export function removeOffer(turn: Turn, offer: Offer): void {
  turn.world.dirty.ids.offers.add(offer.id);
  forgetOffer(turn.world, offer);
  turn.world.state.offers.delete(offer.id);
}

export function changedLeg(turn: Turn, leg: Leg): void {
  turn.world.dirty.ids.legs.add(leg.id);
  reindexLeg(turn.world, leg);
}

export function removeLeg(turn: Turn, leg: Leg): void {
  turn.world.dirty.ids.legs.add(leg.id);
  forgetLeg(turn.world, leg);
  turn.world.state.legs.delete(leg.id);
}
