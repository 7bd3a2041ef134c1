import type { NumberedFact } from '../core/facts.ts';
import { desired, differences } from '../core/topology.ts';
import { isOurs } from '../core/turn.ts';
import type { World } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';
import { AgentBooks } from './agent-books.ts';
import type { SimulatedAsterisk } from './asterisk.ts';
import { ForwardJudge } from './forward-judge.ts';
import { checkRows } from './invariants.ts';
import { Ledger } from './ledger.ts';
import { LineJudge } from './lines.ts';
import { NumberJudge } from './numbers.ts';
import { OwnerJudge } from './owners.ts';
import { PayerJudge } from './payers.ts';
import { PickupJudge } from './pickup-judge.ts';
import { QueueBooks } from './queue-books.ts';
import { rule } from './rule.ts';
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
        rule(talked.has(caller), () => `the caller ${caller} was hung up by the dialplan and had talked to nobody`);
      const [cut] = asterisk.look().cutInTalk.splice(0);
      rule(cut === undefined, () => `the talk of ${cut}, which the dialplan has, was cut by us`);
    },
    whenHealed: (world) => owners.whenHealed(world),
    whenCalm(world) {
      checkRows(world, isThere);
      const seen = seenIn(asterisk);
      const found = differences(desired(world.state), seen, isOurs).filter(({ kind }) => kind !== 'in-room');
      rule(found.length === 0, () => `at a quiet point Asterisk is not as it should be: ${JSON.stringify(found)}`);
    },
    whenEmpty(world) {
      const { calls, legs, offers, agents } = world.state;
      rule(calls.size === 0, () => `calls are left: ${[...calls.keys()]}`);
      rule(legs.size === 0, () => `legs are left: ${[...legs.keys()]}`);
      rule(offers.size === 0, () => `offers are left: ${[...offers.keys()]}`);
      rule(asterisk.channels().length === 0, () => `channels are left: ${asterisk.channels()}`);
      rule(asterisk.bridges().length === 0, () => `bridges are left: ${asterisk.bridges()}`);
      for (const agent of agents.values())
        rule(agent.work.is === 'idle', () => `agent ${agent.id} is ${agent.work.is} with no call left`);
      ledger.expectAllEnded();
    },
  };
}

/** What must hold in Asterisk at any moment, faults or not. */
function checkAsterisk(asterisk: SimulatedAsterisk): void {
  const { channels, bridges } = asterisk.look();
  for (const bridge of bridges.values())
    rule(bridge.channels.length <= 2, () => `bridge ${bridge.id} has three: ${bridge.channels}`);
  const up = new Map<string, string>();
  for (const channel of channels.values()) {
    rule(!channel.isBlocking, () => `something was asked of ${channel.id} while it was spoken to`);
    if (channel.kind === 'inbound' || channel.bridge === null) continue;
    rule(channel.saying === null, () => `${channel.id} is in ${channel.bridge} while it is spoken to`);
    // A trunk has as many talks as it has lines.
    if (channel.endpoint.startsWith('trunk-')) continue;
    rule(
      !up.has(channel.endpoint),
      () => `phone ${channel.endpoint} talks in ${up.get(channel.endpoint)} and ${channel.id}`,
    );
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
