import { describe, expect, it } from 'vitest';
import { createDice } from '../../src/simulation/dice.ts';
import { createScheduler } from '../../src/simulation/scheduler.ts';

describe('virtual time', () => {
  it('given_tasks_at_any_times_when_it_runs_then_they_come_in_order_of_time_and_then_of_asking', () => {
    const scheduler = createScheduler(100);
    const dice = createDice(3);
    const asked = Array.from({ length: 500 }, (_, order) => ({ order, at: 100 + dice.roll(40) }));
    const ran: { order: number; at: number }[] = [];
    for (const { order, at } of asked) scheduler.after(at - 100, () => ran.push({ order, at: scheduler.now() }));
    scheduler.runUntil(1_000);
    expect(ran).toEqual(asked.toSorted((a, b) => a.at - b.at || a.order - b.order));
    expect(scheduler.now()).toBe(1_000);
  });

  it('given_a_task_that_was_taken_back_when_it_runs_then_it_is_not_run', () => {
    const scheduler = createScheduler();
    const ran: string[] = [];
    scheduler.after(2, () => ran.push('kept'));
    const cancel = scheduler.after(1, () => ran.push('taken back'));
    cancel();
    expect(scheduler.nextAt()).toBe(2);
    while (scheduler.runNext());
    expect(ran).toEqual(['kept']);
  });

  it('given_a_task_that_asks_for_another_now_when_it_runs_then_the_other_runs_at_the_same_time', () => {
    const scheduler = createScheduler();
    const times: number[] = [];
    scheduler.after(5, () => scheduler.after(0, () => times.push(scheduler.now())));
    scheduler.runUntil(5);
    expect(times).toEqual([5]);
  });
});

describe('dice', () => {
  it('given_one_seed_when_thrown_then_they_fall_alike_and_fairly', () => {
    const throws = (seed: number): number[] => {
      const dice = createDice(seed);
      return Array.from({ length: 6_000 }, () => dice.roll(6));
    };
    expect(throws(9)).toEqual(throws(9));
    expect(throws(9)).not.toEqual(throws(10));
    const counts = Array.from({ length: 6 }, (_, face) => throws(9).filter((one) => one === face).length);
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
