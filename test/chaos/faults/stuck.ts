import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Agent, Call, Leg, Offer } from '../../../src/core/state.ts';
import { createDice } from '../../../src/simulation/dice.ts';
import { waitUntil } from '../../lab/deadline.ts';
import { readRows } from '../../lab/live-rows.ts';
import type { Expectation, Fault } from '../fault.ts';
import { crowd, first } from '../floor.ts';
import type { Stage } from '../stage.ts';
import { summary } from './daemon.ts';

const family = 'stuck';
const repaired: Expectation = { talks: 'kept', waiting: 'kept', repairs: 'some' };
/** Longer than the contract's 15 s, since this machine may have other things to do. */
const repairMs = 30_000;

/** States that should never be, put there by hand: each is seen and repaired, and said. */
export const stuckFaults: readonly Fault[] = [
  {
    family,
    name: 'a leg that no row knows',
    expect: repaired,
    async strike({ lab }) {
      const place = 'endpoint=Local%2Fwait@chaos&context=chaos&extension=wait&priority=1';
      await lab.asterisk.ari('POST', `channels?${place}&channelId=cb-chaos-l1&otherChannelId=cb-chaos-l2`);
      await lab.fact('repaired', { what: 'leg-stranger', entity: 'cb-chaos-l1' });
      return 'it was ended';
    },
  },
  {
    family,
    name: 'a bridge that no row knows',
    expect: repaired,
    async strike({ lab }) {
      await lab.asterisk.ari('POST', 'bridges?type=mixing&bridgeId=cb-chaos-c1');
      await lab.fact('repaired', { what: 'room-stranger', entity: 'cb-chaos-c1' });
      return 'it was closed';
    },
  },
  {
    family,
    name: 'the bridge of a talk is destroyed',
    expect: repaired,
    async strike({ lab }, { talk }) {
      await lab.asterisk.ari('DELETE', `bridges/${talk.call}`);
      await waitUntil(async () => (await membersOf(lab, talk.call)) === 2, 'the two to be joined again', repairMs);
      return 'the two are joined again';
    },
  },
  {
    family,
    name: 'a fifth of the events never come: legs end unseen',
    long: true,
    expect: { ...repaired, repairs: 'any' },
    async strike(stage, _floor, dice) {
      const noEvents = { late: 0, lateMs: 0, doubled: 0, staleMs: 0, lost: 200 };
      stage.proxy.disturb({ dice: createDice(dice.roll(1 << 30)), ...noEvents });
      const result = await crowd(stage, 2);
      stage.proxy.disturb(null);
      return `of the rush ${summary(result)}`;
    },
    restore: async ({ proxy }) => proxy.disturb(null),
  },
  byHand('a leg row without a channel', ({ edit, floor, chaosLeg }) => {
    edit<Call>('calls', floor.ring.call, (call) => call.legs.push(chaosLeg));
    edit<Leg>('legs', null, (leg) =>
      Object.assign(leg, { id: chaosLeg, call: floor.ring.call, role: 'agent', offer: null }),
    );
  }),
  byHand('an offer row without a leg', ({ edit, floor, agent }) => {
    edit<Agent>('agents', agent, ({ work }) =>
      Object.assign(work, { is: 'offered', until: null, call: floor.wait.call }),
    );
    edit<Call>('calls', floor.wait.call, (call) => call.offers.push('cb-chaos-o9'));
    edit<Offer>('offers', null, (offer) =>
      Object.assign(offer, {
        id: 'cb-chaos-o9',
        call: floor.wait.call,
        agent,
        phase: 'ringing',
        ringUntil: null,
        legs: [],
      }),
    );
  }),
  byHand(
    'an agent who talks in no call',
    ({ edit, agent }) => {
      edit<Agent>('agents', agent, ({ work }) =>
        Object.assign(work, { is: 'talking', until: null, call: 'cb-chaos-c9' }),
      );
    },
    false,
  ),
  byHand('an agent who is offered nothing', ({ edit, agent }) => {
    edit<Agent>('agents', agent, ({ work }) =>
      Object.assign(work, { is: 'offered', until: null, call: 'cb-chaos-c9' }),
    );
  }),
  byHand('an agent who is releasing for ever', ({ edit, agent }) => {
    edit<Agent>('agents', agent, ({ work }) =>
      Object.assign(work, { is: 'releasing', until: null, call: 'cb-chaos-c9' }),
    );
  }),
  byHand('a lease that nobody renews', ({ edit, floor }) => {
    edit<Call>('calls', floor.wait.call, (call) => {
      call.leaseAt = null;
    });
  }),
  byHand(
    'a claim of an offer that is not there',
    ({ edit, floor }) => {
      edit<Call>('calls', floor.wait.call, (call) => {
        call.claim = 'cb-chaos-o9';
      });
    },
    false,
  ),
];

type Hand = {
  /** Changes the row of this id; null makes a new one out of any other of its kind. */
  readonly edit: <T extends { readonly id: string }>(
    table: string,
    id: string | null,
    change: (row: T) => void,
  ) => void;
  readonly floor: Parameters<Fault['strike']>[1];
  /** An agent with nothing to do. */
  readonly agent: string;
  readonly chaosLeg: string;
};

/** Rows are changed while the daemon is dead; then it is given the time to see it and put it right. */
function byHand(name: string, change: (hand: Hand) => unknown, long = true): Fault {
  return {
    family,
    name: `by hand: ${name}`,
    ...(long ? { long: true } : {}),
    expect: { talks: 'kept', waiting: 'kept', repairs: 'any' },
    async strike(stage, floor) {
      const { lab, crowd: team } = stage;
      const before = lab.facts().at(-1)?.seq ?? 0;
      const agent = first(team).name;
      await lab.kill9();
      const db = new Database(join(lab.home, 'live.db'));
      change({ edit: (...args) => editRow(db, ...args), floor, agent, chaosLeg: 'cb-chaos-l9' });
      db.close();
      await lab.serve();
      const ready = await lab.fact('pbx-ready', {}, before);
      const repairs = () =>
        lab.facts().flatMap((fact) => {
          return fact.seq > before && fact.type === 'repaired' ? [`${fact.what} ${fact.entity}`] : [];
        });
      await waitUntil(() => repairs().length > 0 || ready.lost > 0, 'somebody to say that it was repaired', repairMs);
      await waitUntil(() => isFree(lab.home, agent), `agent ${agent} to be free`, repairMs);
      return `${ready.lost} lost at the start; repaired: ${repairs().join(', ') || 'nothing more'}`;
    },
  };
}

function editRow<T extends { readonly id: string }>(
  db: Database.Database,
  table: string,
  id: string | null,
  change: (row: T) => void,
): void {
  const sql = id === null ? `SELECT body FROM ${table} LIMIT 1` : `SELECT body FROM ${table} WHERE id = ?`;
  const found = db.prepare<string[], { body: string }>(sql).get(...(id === null ? [] : [id]));
  if (!found) throw new Error(`there is no row of ${table} to change`);
  const row = JSON.parse(found.body) as T;
  change(row);
  db.prepare(
    `INSERT INTO ${table} (id, version, body) VALUES (?, 1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  ).run(row.id, JSON.stringify(row));
}

function isFree(home: string, agent: string): boolean {
  return readRows<Agent>(home, 'SELECT body FROM agents').some((row) => row.id === agent && row.work.is === 'idle');
}

async function membersOf(lab: Stage['lab'], bridge: string): Promise<number> {
  const { body } = await lab.asterisk.ari('GET', `bridges/${bridge}`);
  return (body as { channels?: unknown[] } | null)?.channels?.length ?? 0;
}
