import { describe, expect, test } from 'vitest';
import { type CallingRights, internalOnly, type NumberClass, type OutsideNumber } from '../../src/core/outside.ts';
import { mayDial, numberClasses, shownNumber, talkLeftMs, type Usage } from '../../src/core/permission.ts';

// 2026-11-22, a Sunday, 12:00 UTC.
const noon = Date.UTC(2026, 10, 22, 12);
const idle: Usage = { meter: null, openCalls: 0, talking: 0, talkingMs: 0, day: '2026-11-22', now: noon, zoneMs: 0 };
const all: CallingRights = { ...internalOnly, outbound: true, classes: numberClasses };
const meter = { id: 'ann', day: '2026-11-22', talkedMs: 0, begun: [], international: false, callerId: null };

function number(is: NumberClass, digits = '+33144556677'): OutsideNumber {
  return { number: digits, class: is };
}

describe('classes', () => {
  test.each(numberClasses)('given_only_%s_when_each_class_is_dialled_then_no_other_may_be', (given) => {
    const rights = { ...all, classes: [given] };
    const may = numberClasses.filter((one) => mayDial(rights, number(one), idle) === null);
    expect(may).toEqual([given]);
  });

  test('given_nothing_was_said_when_anything_outside_is_dialled_then_it_may_not_be', () => {
    expect(numberClasses.map((one) => mayDial(internalOnly, number(one), idle))).toEqual(Array(4).fill('no-rights'));
  });

  test('given_the_switch_of_the_group_is_off_when_a_class_was_given_then_it_may_not_be_dialled', () => {
    expect(mayDial({ ...all, outbound: false }, number('national'), idle)).toBe('no-rights');
  });
});

describe('prefixes', () => {
  const rights = { ...all, classes: ['national'] as const, allow: ['+4930', '+331445'], bar: ['+33144', '+33899'] };
  test.each([
    ['+49301234', 'international', null],
    ['+4989123', 'international', 'class'],
    ['+33144000000', 'national', 'prefix'],
    ['+33144556677', 'national', null],
    ['+33899123456', 'premium', 'prefix'],
    ['+33155000000', 'national', null],
  ] as const)('given_lists_when_%s_is_dialled_then_the_longest_prefix_decides', (digits, is, verdict) => {
    expect(mayDial(rights, number(is, digits), idle)).toBe(verdict);
  });

  test('given_the_same_prefix_allowed_and_barred_when_dialled_then_it_is_barred', () => {
    expect(mayDial({ ...all, allow: ['+33'], bar: ['+33'] }, number('national'), idle)).toBe('prefix');
  });
});

describe('hours', () => {
  const office = { ...all, hours: [{ days: [1, 2, 3, 4, 5], from: 480, to: 1080 }] };
  const at = (day: number, hour: number, minute = 0, zoneMs = 0): Usage => ({
    ...idle,
    now: Date.UTC(2026, 10, day, hour, minute),
    zoneMs,
  });
  test.each([
    ['a Sunday at noon', at(22, 12), 'hours'],
    ['a Monday at 7:59', at(23, 7, 59), 'hours'],
    ['a Monday at 8:00', at(23, 8), null],
    ['a Friday at 17:59', at(27, 17, 59), null],
    ['a Friday at 18:00', at(27, 18), 'hours'],
    ['a Monday at 7:30 UTC, an hour ahead of it', at(23, 7, 30, 3_600_000), null],
    ['a Sunday at 23:30 UTC, nine hours ahead of it', at(22, 23, 30, 9 * 3_600_000), null],
  ] as const)('given_office_hours_when_it_is_%s_then_they_are_kept', (_when, usage, verdict) => {
    expect(mayDial(office, number('national'), usage)).toBe(verdict);
  });
});

describe('limits', () => {
  test('given_two_calls_at_once_when_the_third_is_dialled_then_it_may_not_be', () => {
    const rights = { ...all, maxCalls: 2 };
    const verdicts = [0, 1, 2].map((openCalls) => mayDial(rights, number('national'), { ...idle, openCalls }));
    expect(verdicts).toEqual([null, null, 'calls-at-once']);
  });

  test('given_two_a_minute_when_a_third_is_dialled_then_it_has_to_wait_until_the_first_is_a_minute_old', () => {
    const rights = { ...all, callsPerMinute: 2 };
    const begun = [noon - 59_999, noon - 1];
    expect(mayDial(rights, number('national'), { ...idle, meter: { ...meter, begun } })).toBe('calls-per-minute');
    expect(mayDial(rights, number('national'), { ...idle, meter: { ...meter, begun }, now: noon + 1 })).toBeNull();
  });

  test('given_ten_minutes_a_day_when_they_are_used_then_it_may_not_be_dialled_until_the_next_day', () => {
    const rights = { ...all, minutesPerDay: 10 };
    const used = { ...idle, meter: { ...meter, talkedMs: 540_000 } };
    expect([mayDial(rights, number('national'), used), talkLeftMs(rights, used)]).toEqual([null, 60_000]);
    const talking = { ...used, talkingMs: 60_000 };
    expect([mayDial(rights, number('national'), talking), talkLeftMs(rights, talking)]).toEqual(['minutes-per-day', 0]);
    expect(mayDial(rights, number('national'), { ...used, day: '2026-11-23' })).toBeNull();
  });
});

test('given_a_number_was_chosen_when_it_is_no_longer_allowed_then_the_usual_one_is_shown', () => {
  const rights = { ...all, callerId: '+33170000001', callerIds: ['+33170000002'] };
  const chosen = { ...meter, callerId: '+33170000002' };
  expect([shownNumber(rights, null), shownNumber(rights, chosen)]).toEqual(['+33170000001', '+33170000002']);
  expect(shownNumber({ ...rights, callerIds: [] }, chosen)).toBe('+33170000001');
});
