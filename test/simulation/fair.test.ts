import { describe, expect, it } from 'vitest';
import { eventsOfSlice, firstSeeds, runSeeds } from './seeds.ts';

describe('many working days in fair weather', () => {
  it.each(firstSeeds)('given_nothing_goes_wrong_when_seeds_from_%i_are_run_then_no_rule_is_broken', (first) => {
    const { events, facts } = runSeeds(first, eventsOfSlice, { weather: 'fair' });
    expect(events).toBeGreaterThanOrEqual(eventsOfSlice);
    expect(facts.get('repaired') ?? 0, 'repairs in fair weather').toBe(0);
  });
});
