import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepCalendar } from '../../src/calendar.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 22, 0) }));
afterEach(() => void vi.useRealTimers());

test('given_a_clock_that_is_set_after_the_start_when_the_calendar_is_told_then_engine_time_and_zone_make_the_hour_on_the_wall', () => {
  let monotonicMs = 0;
  const began = Date.now();
  const engineNow = () => began + monotonicMs;
  const told: [string, number][] = [];
  const calendar = keepCalendar('Europe/Paris', engineNow, (day, zoneMs) => told.push([day, zoneMs]));
  const pass = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      monotonicMs += 1_000;
      vi.advanceTimersByTime(1_000);
    }
  };
  pass(5_000);
  expect(told).toEqual([['2026-11-22', 3_600_000]]);
  // Nothing is told of a step that changes no hour.
  vi.setSystemTime(Date.now() + 500);
  pass(5_000);
  expect(told).toHaveLength(1);
  vi.setSystemTime(Date.now() + 11 * 3_600_000);
  pass(5_000);
  const [day, zoneMs] = told.at(-1) ?? ['', 0];
  expect(day).toBe('2026-11-23');
  expect(new Date(engineNow() + zoneMs).toISOString()).toMatch(/^2026-11-23T10:00:/);
  const count = told.length;
  pass(60_000);
  expect(told).toHaveLength(count);
  calendar.close();
});
