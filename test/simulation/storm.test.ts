import { describe, expect, it } from 'vitest';
import { eventsOfSlice, firstSeeds, runSeeds } from './seeds.ts';

describe('many working days in a storm', () => {
  it.each(firstSeeds)(
    'given_crashes_cuts_stalls_full_disks_and_clocks_that_step_when_seeds_from_%i_are_run_then_no_rule_is_broken',
    (first) => {
      const { events, facts, seeds } = runSeeds(first, eventsOfSlice, { weather: 'storm' });
      expect(events).toBeGreaterThanOrEqual(eventsOfSlice);
      expect(facts.get('engine-started') ?? 0, 'the engine died and came back').toBeGreaterThan(seeds);
    },
  );
});
