import type { NumberedFact } from '../core/facts.ts';
import { desired, differences } from '../core/topology.ts';
import { isOurs } from '../core/turn.ts';
import type { World } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';
import { AgentBooks } from './agent-books.ts';
import type { SimulatedAsterisk } from './asterisk.ts';
import { ForwardJudge } from './forward-judge.ts';
import { Ledger } from './ledger.ts';
import { LineJudge } from './lines.ts';
import { NumberJudge } from './numbers.ts';
import { OwnerJudge } from './owners.ts';
import { PayerJudge } from './payers.ts';
import { PickupJudge } from './pickup-judge.ts';
import { QueueBooks } from './queue-books.ts';
import { TurnJudge } from './turns.ts';
import { WishJudge } from './wishes.ts';

/**
 * Judges a simulation with a small model of its own. It knows the rules of the trade, not how the core keeps them; each
 * broken rule throws with a sentence that says which.
 */
export type Auditor = {
  /** After each batch: the facts against the ledger, the rows against the invariants. */
  afterBatch(batch: Batch, world: World): void;
  /** When the faults are over for long enough. */
  whenHealed(world: World): void;
  /** When all is calm and healed: what should be in Asterisk is what is there. */
  whenCalm(world: World): void;
  /** When the last caller has gone and the last rest is over: nothing is left anywhere. */
  whenEmpty(world: World): void;
  readonly ledger: Ledger;
};

export function createAuditor(asterisk: SimulatedAsterisk): Auditor {
  const ledger = new Ledger();
  const books = new AgentBooks();
  const lines = new LineJudge();
  const queues = new QueueBooks();
  const wishes = new WishJudge(asterisk);
  const payers = new PayerJudge();
  const numbers = new NumberJudge(asterisk);
  const owners = new OwnerJudge(asterisk);
  const turns = new TurnJudge();
  const talked = new Set<string>();
  const forwards = new ForwardJudge();
  const pickups = new PickupJudge();
  const isThere = (leg: string): boolean => asterisk.look().channels.has(leg);
  return {
    ledger,
    afterBatch(batch, world) {
      for (const step of batch.steps) {
        queues.begin(step);
        for (const fact of step.facts) {
          ledger.note(fact);
          queues.note(fact, ledger);
        }
        books.note(step);
        wishes.note(step);
        forwards.note(step);
        pickups.note(step);
      }
      checkRows(world, isThere);
      pickups.afterBatch(world);
      lines.afterBatch(batch, world);
      payers.afterBatch(batch, world);
      numbers.afterBatch(batch, world);
      owners.afterBatch(batch, world);
      turns.afterBatch(batch, world);
      books.compare(world);
      queues.compare(world, batch.steps.at(-1)?.at ?? 0);
      checkAsterisk(asterisk);
      // Who picked a call up has a channel of their own that came in by the dialplan, like a caller's.
      for (const call of world.state.calls.values())
        if (call.connectedAt !== null || call.phase === 'connecting')
          for (const leg of [call.caller, call.partner?.leg ?? '']) talked.add(leg);
      for (const caller of asterisk.look().cutOff.splice(0))
        rule(talked.has(caller), `the caller ${caller} was hung up by the dialplan and had talked to nobody`);
    },
    whenHealed: (world) => owners.whenHealed(world),
    whenCalm(world) {
      checkRows(world, isThere);
      const seen = seenIn(asterisk);
      const found = differences(desired(world.state), seen, isOurs).filter(({ kind }) => kind !== 'in-room');
      rule(found.length === 0, `at a quiet point Asterisk is not as it should be: ${JSON.stringify(found)}`);
    },
    whenEmpty(world) {
      const { calls, legs, offers, agents } = world.state;
      rule(calls.size === 0, `calls are left: ${[...calls.keys()]}`);
      rule(legs.size === 0, `legs are left: ${[...legs.keys()]}`);
      rule(offers.size === 0, `offers are left: ${[...offers.keys()]}`);
      rule(asterisk.channels().length === 0, `channels are left: ${asterisk.channels()}`);
      rule(asterisk.bridges().length === 0, `bridges are left: ${asterisk.bridges()}`);
      for (const agent of agents.values())
        rule(agent.work.is === 'idle', `agent ${agent.id} is ${agent.work.is} with no call left`);
      ledger.expectAllEnded();
    },
  };
}

/** Throws the sentence when the rule does not hold. */
export function rule(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(`broken rule: ${sentence}`);
}

/** A phone that came by another transport than its own is alarmed for just as long. A secure WebSocket is called `ws` as well. */
function checkTransports({ users, phones, alarms }: World['state']): void {
  for (const { id, user, by } of phones.values()) {
    const own = users.get(user)?.transports?.[id];
    const isWrong = own !== undefined && by !== undefined && by !== own && !(own === 'wss' && by === 'ws');
    rule(
      isWrong === alarms.has(`wrong-transport/${id}`),
      `phone ${id} is for ${own}, came by ${by}, and is judged otherwise`,
    );
  }
  for (const { kind, about } of alarms.values())
    rule(kind !== 'wrong-transport' || phones.has(about), `an alarm is about phone ${about}, which is gone`);
}

/**
 * The invariants of the rows: everything has an owner, and everything that waits has a time at which it ends. `isThere`: a leg lives in
 * Asterisk, whatever was told of it.
 */
export function checkRows(world: World, isThere: (leg: string) => boolean = () => true): void {
  checkTransports(world.state);
  const { calls, legs, offers, agents, queues } = world.state;
  for (const leg of legs.values()) {
    const call = calls.get(leg.call);
    rule(call?.legs.includes(leg.id) === true, `leg ${leg.id} belongs to no call`);
    if (leg.offer !== null && leg.ending === null && call?.partner?.leg !== leg.id)
      rule(offers.get(leg.offer)?.legs.includes(leg.id) === true, `leg ${leg.id} belongs to no offer`);
    const stays = leg.role === 'caller' || call?.partner?.leg === leg.id;
    if (call?.phase === 'ended' && !stays) rule(leg.ending !== null, `leg ${leg.id} outlives its call`);
    if (leg.phase === 'requested') rule(leg.confirmBy !== null, `leg ${leg.id} waits for ever to be made`);
    if (leg.ending !== null) rule(leg.confirmBy !== null, `leg ${leg.id} waits for ever for its end`);
  }
  for (const call of calls.values()) {
    for (const id of call.legs) rule(legs.has(id), `call ${call.id} names leg ${id}, which is gone`);
    for (const id of call.offers) rule(offers.has(id), `call ${call.id} names offer ${id}, which is over`);
    if (call.phase === 'announcing' || call.phase === 'connecting' || call.phase === 'talking')
      rule(call.partner !== null && call.claim !== null, `call ${call.id} is ${call.phase} with nobody`);
    const isDropping = legs.get(call.partner?.leg ?? '')?.ending !== null;
    if (call.phase === 'announcing' || call.phase === 'connecting')
      rule(call.joinBy !== null || isDropping, `call ${call.id} waits for ever to be joined`);
    if (call.phase === 'waiting')
      rule(call.waitUntil !== null || call.ringUntil !== null, `call ${call.id} waits without a limit`);
    if (call.phase === 'waiting' && call.queue !== null && !queues.has(call.queue))
      rule(call.queueGone !== null, `call ${call.id} waits for ever in ${call.queue}, which was removed`);
    if (call.phase === 'ended') rule(call.legs.length > 0, `call ${call.id} has ended and stays`);
    const winners = call.offers.filter((id) => offers.get(id)?.phase === 'won');
    rule(winners.length <= 1, `call ${call.id} was won twice: ${winners}`);
  }
  checkOutside(world);
  for (const offer of offers.values()) {
    rule(calls.get(offer.call)?.offers.includes(offer.id) === true, `offer ${offer.id} belongs to no call`);
    rule(offer.legs.length > 0, `offer ${offer.id} rings no phone`);
    for (const id of offer.legs) rule(legs.has(id), `offer ${offer.id} names leg ${id}, which is gone`);
    if (offer.phase === 'confirming') rule(offer.confirmUntil !== null, `offer ${offer.id} waits for ever for a 1`);
    if (offer.phase === 'ringing') rule(offer.ringUntil !== null, `offer ${offer.id} rings for ever`);
  }
  for (const agent of agents.values()) checkAgent(world, agent.id, isThere);
}

/** No leg outside but for a call that may have one, and one at a time. What limits allow is the `PayerJudge`'s. */
function checkOutside({ state }: World): void {
  for (const call of state.calls.values()) {
    const trying = call.legs.filter((id) => {
      const leg = state.legs.get(id);
      return leg?.role === 'trunk' && leg.ending === null;
    });
    rule(call.outbound !== null || trying.length === 0, `call ${call.id} has a leg outside and no right to one`);
    rule(trying.length <= 1, `call ${call.id} rings two carriers: ${trying}`);
    rule(
      call.outbound === null || call.inbound === null || call.kind !== 'outbound',
      `call ${call.id} came in by one trunk and goes out by another`,
    );
  }
}

function checkAgent({ state }: World, id: string, isThere: (leg: string) => boolean): void {
  const { work } = state.agents.get(id) ?? {};
  const mine = [...state.offers.values()].filter((offer) => offer.agent === id);
  const ringing = mine.filter((offer) => offer.phase !== 'won' && offer.phase !== 'cancelling');
  const talks = [...state.calls.values()].filter(
    (call) => call.partner?.user === id && call.phase !== 'waiting' && call.phase !== 'ended',
  );
  rule(ringing.length <= 1, `agent ${id} is offered two calls: ${ringing.map((offer) => offer.call)}`);
  // Who has hung up may take another call by the pickup code before their end is heard of.
  const live = talks.filter(({ partner }) => isThere(partner?.leg ?? ''));
  rule(live.length <= 1, `agent ${id} has two calls: ${live.map((call) => call.id)}`);
  rule(ringing.length === 0 || talks.length === 0, `agent ${id} is offered a call while in another`);
  if (ringing.length > 0) rule(work?.is === 'offered', `agent ${id} is ${work?.is} with an offer out`);
  if (work?.is === 'offered') rule(ringing.length === 1, `agent ${id} is offered nothing`);
  if (work?.is === 'releasing') rule(work.until !== null, `agent ${id} is releasing for ever`);
  if (work?.is === 'wrap-up' || work?.is === 'backing-off') rule(work.until !== null, `agent ${id} rests for ever`);
  if (work?.is === 'talking') rule(state.calls.has(work.call ?? ''), `agent ${id} talks in no call`);
}

/** What must hold in Asterisk at any moment, faults or not. */
function checkAsterisk(asterisk: SimulatedAsterisk): void {
  const { channels, bridges } = asterisk.look();
  for (const bridge of bridges.values())
    rule(bridge.channels.length <= 2, `bridge ${bridge.id} has three: ${bridge.channels}`);
  const up = new Map<string, string>();
  for (const channel of channels.values()) {
    rule(!channel.isBlocking, `something was asked of ${channel.id} while it was spoken to`);
    if (channel.kind === 'inbound' || channel.bridge === null) continue;
    rule(channel.saying === null, `${channel.id} is in ${channel.bridge} while it is spoken to`);
    // A trunk has as many talks as it has lines.
    if (channel.endpoint.startsWith('trunk-')) continue;
    rule(!up.has(channel.endpoint), `phone ${channel.endpoint} talks in ${up.get(channel.endpoint)} and ${channel.id}`);
    up.set(channel.endpoint, channel.id);
  }
}

function seenIn(asterisk: SimulatedAsterisk): Parameters<typeof differences>[1] {
  const { channels, bridges } = asterisk.look();
  const states = { Down: 'down', Ring: 'down', Ringing: 'ringing', Up: 'up' } as const;
  return {
    legs: [...channels.values()].map((channel) => ({
      leg: channel.id,
      state: channel.inStasis || channel.kind === 'created' ? states[channel.state] : 'away',
      arrival: channel.kind === 'inbound' && channel.inStasis ? { dialled: channel.args[0] ?? '', phone: null } : null,
    })),
    rooms: [...bridges.values()].map((bridge) => ({ call: bridge.id, legs: [...bridge.channels] })),
  };
}

/** All facts of a type, for tests. */
export function factsOf<T extends NumberedFact['type']>(
  facts: readonly NumberedFact[],
  type: T,
): Extract<NumberedFact, { type: T }>[] {
  return facts.filter((fact): fact is Extract<NumberedFact, { type: T }> => fact.type === type);
}
