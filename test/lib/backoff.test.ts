import { expect, test } from 'vitest';
import { createBackoff } from '../../src/lib/backoff.ts';

test('given_failures_in_a_row_when_asked_then_delays_double_up_to_the_last_and_begin_again_after_reset', () => {
  const backoff = createBackoff({ firstMs: 100, lastMs: 2_000, random: () => 1 });
  expect(Array.from({ length: 7 }, () => backoff.next())).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000]);
  expect(backoff.attempts()).toBe(7);
  backoff.reset();
  expect([backoff.attempts(), backoff.next()]).toEqual([0, 100]);
});

test('given_any_jitter_when_asked_ten_thousand_times_then_each_delay_is_in_the_upper_half', () => {
  const backoff = createBackoff({ firstMs: 100, lastMs: 2_000, random: () => 0 });
  for (let attempt = 0; attempt < 5; attempt += 1) backoff.next();
  const delays = Array.from({ length: 10_000 }, () => backoff.next());
  expect(new Set(delays)).toEqual(new Set([1_000]));
});

test('given_attempts_without_end_when_logged_then_the_lines_become_rare_but_never_stop', () => {
  const backoff = createBackoff({ firstMs: 1, lastMs: 1 });
  const said: number[] = [];
  for (let attempt = 1; attempt <= 130; attempt += 1) {
    backoff.next();
    if (backoff.worthSaying()) said.push(attempt);
  }
  expect(said).toEqual([1, 2, 4, 8, 16, 32, 64, 96, 128]);
});
