import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/simulation/simulate.ts';
import { addUp } from '../../src/simulation/summary.ts';
import { firstSeeds } from './seeds.ts';

const weathers = ['fair', 'poor', 'storm'] as const;

describe('the simulation itself', () => {
  it.each(firstSeeds.slice(0, 4))(
    'given_a_twin_that_crashes_after_every_commit_when_seed_%i_is_run_in_each_weather_then_it_does_the_same',
    (seed) => {
      for (const weather of weathers) simulate(seed, { weather, twin: true, workMs: 120_000 });
    },
  );

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

  it('given_a_few_seeds_when_they_are_added_up_then_everything_that_matters_happened', () => {
    const results = [3, 6, 9, 12].flatMap((seed) => weathers.map((weather) => simulate(seed, { weather })));
    const { facts } = addUp(results);
    for (const type of wanted) expect(facts.get(type) ?? 0, type).toBeGreaterThan(0);
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
  'offer-confirming',
  'offer-ended',
  'call-picked-up',
  'agent-missed',
  'agent-held',
  'agent-hold-ended',
  'agent-reachable',
  'pbx-lost',
  'pbx-ready',
  'repaired',
  'engine-started',
];
