import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPasses } from '../../src/lib/passes.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('given_a_pass_that_waits_for_its_back_off_when_one_is_wished_for_anew_then_it_does_not_wait', async () => {
  let times = 0;
  let fails = true;
  const passes = createPasses(
    async () => {
      times += 1;
      if (fails) throw new Error('no answer');
    },
    50,
    () => undefined,
  );
  passes.soon(0);
  await vi.advanceTimersByTimeAsync(600_000);
  fails = false;
  const before = times;
  passes.soon(20);
  await vi.advanceTimersByTimeAsync(20);
  expect(times).toBe(before);
  passes.anew(20);
  // A later wish puts nothing off.
  passes.anew(60_000);
  await vi.advanceTimersByTimeAsync(20);
  expect(times).toBe(before + 1);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(times).toBe(before + 1);
  expect(vi.getTimerCount()).toBe(0);
});

test('given_a_pass_that_fails_when_one_was_wished_for_anew_meanwhile_then_it_comes_soon_and_not_after_the_back_off', async () => {
  let times = 0;
  const passes = createPasses(
    async () => {
      times += 1;
      if (times > 1) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
      throw new Error('no answer');
    },
    50,
    () => undefined,
  );
  passes.soon(0);
  await vi.advanceTimersByTimeAsync(5);
  passes.anew(0);
  await vi.advanceTimersByTimeAsync(55);
  expect(times).toBe(2);
});

test('given_passes_that_were_closed_during_a_pass_that_fails_then_nothing_comes_after', async () => {
  const passes = createPasses(
    async () => {
      passes.close();
      throw new Error('no answer');
    },
    50,
    () => undefined,
  );
  passes.soon(0);
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(0);
});
