import { expect, test } from 'vitest';
import type { Event } from '../../src/core/events.ts';
import { isAsItShouldBe } from '../../src/core/reconcile.ts';
import { asRowsSay, type Surveyed } from './as-rows-say.ts';
import { type Driver, placeOf, rowsOf } from './driver.ts';
import { everyEvent } from './every-event.ts';
import { situations } from './situations.ts';

// A periodic survey that finds nothing is told in a word: the journal would keep each leg every ten seconds.

const isPeriodic = (event: Event): event is Surveyed => event.type === 'surveyed' && !event.full;

/** What comes of an event, as text. */
function outcome(driver: Driver, event: Event): string {
  const [commands, facts] = [driver.commands.length, driver.facts.length];
  driver.step(event);
  return JSON.stringify([driver.commands.slice(commands), driver.facts.slice(facts), rowsOf(driver.world)]);
}

test('given_every_situation_and_all_that_a_survey_can_find_when_it_agrees_then_the_word_for_it_does_the_same_as_the_whole', () => {
  let agreed = 0;
  let disagreed = 0;
  for (const make of Object.values(situations)) {
    for (const [settledMs, doubts] of [
      [0, []],
      [6_000, []],
      [6_000, ['leg-missing caller-1']],
    ] as const) {
      const first = make();
      first.now += settledMs;
      first.world.state.meta.doubts = [...doubts];
      const there = placeOf(first);
      const { askedAt } = first.world.state.meta;
      const found = doubts.length > 0 || settledMs === 0 ? [] : everyEvent(first.world).filter(isPeriodic);
      for (const survey of [asRowsSay(first), ...found]) {
        const whole: Surveyed = { ...survey, pbxStarted: first.world.state.meta.pbxStarted, askedAt };
        if (!isAsItShouldBe(first.world, whole, first.now)) {
          disagreed += 1;
          continue;
        }
        agreed += 1;
        expect(outcome(there(), { type: 'survey-agreed', askedAt })).toBe(outcome(there(), whole));
      }
    }
  }
  expect(agreed).toBeGreaterThan(50);
  expect(disagreed).toBeGreaterThan(50);
});
