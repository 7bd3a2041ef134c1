import { expect, test } from 'vitest';
import { runFiveHundred } from './five-hundred.ts';

test('given_200_talk_and_300_wait_when_the_daemon_is_killed_and_started_then_all_keep_what_they_had_and_offers_are_made_again', async () => {
  const outcome = await runFiveHundred({ talking: 200, waiting: 300 });
  process.stdout.write(`${outcome.fault}: ${outcome.note}\n`);
  expect(outcome.failure).toBeNull();
}, 400_000);
