import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';

/** Seeds of each kind; `SIMULATION_SEEDS` (a number) runs more or fewer, and `SIMULATION_FROM` begins elsewhere. */
const seeds = Number(process.env.SIMULATION_SEEDS ?? 24);
const from = Number(process.env.SIMULATION_FROM ?? 1);

/** In slices, so that a failure names a small range, and its message the very seed. */
const slices = Array.from({ length: Math.ceil(seeds / 4) }, (_, place) => from + place * 4);

describe('many working days in virtual time', () => {
  it.each(slices)('given_fair_weather_when_seeds_from_%i_are_run_then_no_rule_is_broken', (first) => {
    for (let seed = first; seed < first + 4; seed += 1) {
      const { counts } = simulate(seed, { weather: 'fair' });
      expect(counts.get('repaired') ?? 0, `repairs in fair weather, seed ${seed}`).toBe(0);
    }
  });

  it.each(slices)('given_a_poor_network_when_seeds_from_%i_are_run_then_no_rule_is_broken', (first) => {
    for (let seed = first; seed < first + 4; seed += 1) simulate(seed, { weather: 'poor' });
  });

  it.each(slices)('given_crashes_and_cuts_when_seeds_from_%i_are_run_then_no_rule_is_broken', (first) => {
    for (let seed = first; seed < first + 4; seed += 1) simulate(seed, { weather: 'storm' });
  });

  it.each(slices)(
    'given_a_twin_that_crashes_after_every_commit_when_seeds_from_%i_are_run_then_it_does_the_same',
    (first) => {
      for (const weather of ['fair', 'poor', 'storm'] as const)
        simulate(first, { weather, twin: true, workMs: 120_000 });
    },
  );
});

describe('the simulation itself', () => {
  it('given_one_seed_when_it_is_run_twice_then_every_line_is_the_same', () => {
    const run = (): string[] => {
      const lines: string[] = [];
      simulate(5, { weather: 'storm', workMs: 120_000, trace: (line) => lines.push(line) });
      return lines;
    };
    const once = run();
    expect(once.length).toBeGreaterThan(500);
    expect(run()).toEqual(once);
  });

  it('given_the_seeds_of_this_run_when_they_are_added_up_then_everything_that_matters_happened', () => {
    const seen = new Map<string, number>();
    for (const seed of [3, 6, 9, 12])
      for (const weather of ['fair', 'poor', 'storm'] as const) {
        const { counts } = simulate(seed, { weather });
        for (const [type, count] of counts) seen.set(type, (seen.get(type) ?? 0) + count);
      }
    for (const type of wanted) expect(seen.get(type) ?? 0, type).toBeGreaterThan(0);
  });
});

const wanted = [
  'call-arrived',
  'call-queued',
  'call-connected',
  'call-overflowed',
  'call-ended',
  'offer-made',
  'offer-rang',
  'offer-answered',
  'offer-ended',
  'agent-missed',
  'agent-held',
  'agent-hold-ended',
  'agent-reachable',
  'pbx-lost',
  'pbx-ready',
  'repaired',
  'engine-started',
];
