import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/core/events.ts';
import { createDice } from '../../src/simulation/dice.ts';
import { type Driver, placeOf, running } from './driver.ts';
import { everyEvent } from './every-event.ts';
import { situations } from './situations.ts';

// Every state × every event, those that must be ignored included: no assertion trips, the invariants hold, a reloaded twin
// does the same (the driver sees to these three), an intent is answered exactly once, and nothing is stuck afterwards.

/** Ends whatever lives as the world would end it: callers first, then every other leg; then lets all times run out. */
function windUp(driver: Driver): void {
  const { state } = driver.world;
  driver.twin = false;
  for (let round = 0; round < 50 && state.legs.size > 0; round += 1) {
    const legs = [...state.legs.values()].sort((a, b) => Number(b.role === 'caller') - Number(a.role === 'caller'));
    for (const leg of legs) driver.step({ type: 'leg-gone', leg: leg.id, cause: 16, sip: 0 });
  }
  for (let round = 0; round < 8; round += 1) driver.pass(60_000);
  expect([...state.legs.keys(), ...state.calls.keys(), ...state.offers.keys()]).toEqual([]);
  for (const agent of state.agents.values()) expect(agent.work.is, agent.id).toBe('idle');
}

function applyOne(driver: Driver, event: Event): void {
  const commands = driver.step(event);
  if (event.type === 'intent') expect(commands.filter((command) => command.do === 'reply')).toHaveLength(1);
  // Where no row changed, the twin would be what the situation itself was made of, and that one is told of a tick as well.
  if (driver.changed === 0) driver.twin = false;
  driver.pass(0);
  windUp(driver);
}

describe('every state and every event', () => {
  it.each(Object.entries(situations))(
    'given_%s_when_anything_at_all_is_told_then_all_invariants_hold',
    (name, make) => {
      const there = make();
      const again = placeOf(there);
      const events = everyEvent(there.world);
      expect(events.length).toBeGreaterThan(60);
      for (const event of events) {
        try {
          applyOne(again(), event);
        } catch (error) {
          throw new Error(`${name}, then ${JSON.stringify(event)}: ${String(error)}`, { cause: error });
        }
      }
    },
  );

  it.each(Object.entries(situations))(
    'given_%s_when_hours_pass_and_nothing_is_heard_then_it_ends_by_itself',
    (_name, make) => {
      const driver = make();
      driver.step({ type: 'pbx-connected' });
      driver.step({ type: 'surveyed', full: true, pbxStarted: 'p2', legs: [], rooms: [] });
      for (let round = 0; round < 30; round += 1) driver.pass(10_000);
      expect(driver.world.state.legs.size).toBe(0);
      windUp(driver);
    },
  );

  it('given_all_situations_when_their_rows_are_looked_at_then_every_phase_is_among_them', () => {
    const seen = { call: new Set<string>(), leg: new Set<string>(), offer: new Set<string>(), work: new Set<string>() };
    for (const make of Object.values(situations)) {
      const { calls, legs, offers, agents } = make().world.state;
      for (const { phase } of calls.values()) seen.call.add(phase);
      for (const { phase } of legs.values()) seen.leg.add(phase);
      for (const { phase } of offers.values()) seen.offer.add(phase);
      for (const { work } of agents.values()) seen.work.add(work.is);
    }
    expect([...seen.call].sort()).toEqual(['announcing', 'connecting', 'ended', 'talking', 'waiting']);
    expect([...seen.leg].sort()).toEqual(['dialling', 'joined', 'requested', 'ringing', 'up']);
    expect([...seen.offer].sort()).toEqual(['cancelling', 'confirming', 'made', 'ringing', 'won']);
    const works = ['backing-off', 'busy-elsewhere', 'idle', 'offered', 'releasing', 'talking', 'wrap-up'];
    expect([...seen.work].sort()).toEqual(works);
  });
});

describe('walks', () => {
  const walks = Array.from({ length: 60 }, (_, place) => place + 1);

  it.each(walks)('given_seed_%i_when_anything_is_told_in_any_order_then_all_invariants_hold', (seed) => {
    const dice = createDice(seed);
    const driver = running(undefined, seed % 4 === 0);
    const told: Event[] = [];
    try {
      for (let count = 0; count < 80; count += 1) {
        const event = dice.pick(everyEvent(driver.world));
        told.push(event);
        driver.now += dice.pick([0, 1, 50, 900, 6_000]);
        driver.step(event);
        driver.step({ type: 'tick' });
      }
      windUp(driver);
    } catch (error) {
      const last = told.slice(-6).map((event) => JSON.stringify(event));
      throw new Error(`${String(error)}\nafter ${told.length} events, the last:\n${last.join('\n')}`, { cause: error });
    }
  });
});
