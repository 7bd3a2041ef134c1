import { describe, expect, it } from 'vitest';
import { eventsOfSlice, firstSeeds, runSeeds } from './seeds.ts';

describe('many working days on a poor network', () => {
  it.each(firstSeeds)(
    'given_events_late_lost_doubled_and_reordered_and_requests_refused_when_seeds_from_%i_are_run_then_no_rule_is_broken',
    (first) => {
      const { events } = runSeeds(first, eventsOfSlice, { weather: 'poor' });
      expect(events).toBeGreaterThanOrEqual(eventsOfSlice);
    },
  );
});
