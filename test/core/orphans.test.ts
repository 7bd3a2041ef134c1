import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/core/events.ts';
import type { Rows } from '../../src/core/world.ts';
import { asRowsSay } from './as-rows-say.ts';
import { type Driver, drive, rowsOf } from './driver.ts';
import { situations } from './situations.ts';

type AllRows = { readonly [K in keyof Rows]: Rows[K][] };

/** The answer to the latest question: Asterisk is as it should be. */
function asItShouldBe(driver: Driver): Event {
  return { ...asRowsSay(driver), pbxStarted: 'p1', askedAt: driver.world.state.meta.askedAt };
}

function stuck(driver: Driver): string[] {
  return driver.facts.flatMap((fact) => (fact.type === 'repaired' && fact.what.endsWith('-stuck') ? [fact.what] : []));
}

function there(name: string): Driver {
  const make = situations[name];
  if (make === undefined) throw new Error(`there is no situation "${name}"`);
  return make();
}

function one<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('there is no such row');
  return row;
}

describe('rows that no event can free', () => {
  it.each(Object.entries(situations))('given_%s_when_it_is_surveyed_then_nothing_is_taken_for_stuck', (_name, make) => {
    const driver = make();
    for (let round = 0; round < 3; round += 1) driver.step(asItShouldBe(driver));
    expect(stuck(driver)).toEqual([]);
  });

  const breakages: readonly [what: string, from: string, said: string, (rows: AllRows) => void][] = [
    ['an agent who is offered nothing', 'all are idle', 'agent-stuck', ({ agents }) => work(agents, 'offered')],
    ['an agent who talks in no call', 'all are idle', 'agent-stuck', ({ agents }) => work(agents, 'talking')],
    ['an agent who releases for ever', 'all are idle', 'agent-stuck', ({ agents }) => work(agents, 'releasing')],
    ['a wrap-up without an end', 'all are idle', 'agent-stuck', ({ agents }) => work(agents, 'wrap-up')],
    ['an agent busy with nothing', 'all are idle', 'agent-stuck', ({ agents }) => work(agents, 'busy-elsewhere')],
    [
      'a claim of nobody',
      'a call waits and nobody is ready',
      'call-stuck',
      ({ calls }) => void Object.assign(one(calls), { claim: 'cb-e-o9' }),
    ],
    [
      'a lease that is not renewed',
      'a call waits and nobody is ready',
      'call-stuck',
      ({ calls }) => void Object.assign(one(calls), { leaseAt: null }),
    ],
    [
      'a wait without an end',
      'a call waits and nobody is ready',
      'call-stuck',
      ({ calls }) => void Object.assign(one(calls), { waitUntil: null }),
    ],
    [
      'an offer whose legs are gone',
      'a leg is ringing',
      'offer-stuck',
      (rows) => {
        const offer = one(rows.offers);
        rows.legs.splice(0, rows.legs.length, ...rows.legs.filter((leg) => leg.offer !== offer.id));
      },
    ],
    ['an offer of a call that is gone', 'a leg is ringing', 'offer-stuck', ({ calls }) => void calls.splice(0, 1)],
    ['a leg whose offer is gone', 'a leg is ringing', 'leg-stuck', ({ offers }) => void offers.splice(0, 1)],
    ['a leg of a call that is gone', 'two talk', 'leg-stuck', ({ calls }) => void calls.splice(0, 1)],
    [
      'a talk whose partner is gone',
      'two talk',
      'call-stuck',
      ({ legs }) => {
        legs.splice(0, legs.length, ...legs.filter((leg) => leg.role === 'caller'));
      },
    ],
  ];

  it.each(breakages)('given_%s_when_it_is_surveyed_then_it_is_freed_and_said', (_what, from, said, breakRows) => {
    const before = there(from);
    const rows = rowsOf(before.world);
    breakRows(rows);
    // The twin is a reload of broken rows too: it frees the same, in the same order.
    const driver = drive(rows);
    driver.now = before.now;
    driver.step(asItShouldBe(driver));
    expect(stuck(driver)).toContain(said);
    const first = stuck(driver).length;
    driver.step(asItShouldBe(driver));
    expect(stuck(driver).length).toBe(first);
  });
});

function work(agents: AllRows['agents'], is: Rows['agents']['work']['is']): void {
  one(agents).work = { is, since: 0, until: null, call: 'cb-e-c9', extended: false };
}
