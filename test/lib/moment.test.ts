import { afterEach, expect, test, vi } from 'vitest';
import { factLine } from '../../src/cli/fact-line.ts';
import { dateAndTime, pastPointArgument } from '../../src/cli/moment.ts';
import type { NumberedFact } from '../../src/core/facts.ts';

afterEach(() => void vi.unstubAllEnvs());

/** A moment in UTC. */
const utc = (text: string): number => Date.parse(`${text}Z`);

test.each([
  ['Europe/Paris', '2026-01-31', '2026-01-30T23:00'],
  ['Europe/Paris', '2026-07-01', '2026-06-30T22:00'],
  ['America/Los_Angeles', '2026-01-31', '2026-01-31T08:00'],
  ['America/Los_Angeles', '2026-01-31T00:00', '2026-01-31T08:00'],
  ['America/Los_Angeles', '2026-01-31 14:03:07.25', '2026-01-31T22:03:07.250'],
  ['America/Los_Angeles', '2026-01-31T14:03Z', '2026-01-31T14:03'],
  ['America/Los_Angeles', '2026-01-31T14:03+01:00', '2026-01-31T13:03'],
  ['UTC', '2028-02-29', '2028-02-29T00:00'],
])('given_a_machine_in_%s_when_%s_is_read_then_it_is_the_local_moment', (zone, text, moment) => {
  vi.stubEnv('TZ', zone);
  expect(pastPointArgument(text)).toEqual({ at: utc(moment) });
});

test.each([
  '2026-02-30',
  '2026-02-29',
  '2026-04-31T10:00',
  '2026-13-01',
  '2026-00-10',
  '2026-01-00',
  '2026-02-30T10:00Z',
])('given_%s_when_it_is_read_then_it_is_refused_for_there_is_no_such_day', (text) => {
  expect(() => pastPointArgument(text)).toThrow(/^Expected a time such as .*on a day that there is/);
});

test.each([
  ['UTC', '2026-01-31T14:03:07.250+00:00'],
  ['Europe/Paris', '2026-01-31T15:03:07.250+01:00'],
  ['America/St_Johns', '2026-01-31T10:33:07.250-03:30'],
  ['Asia/Kolkata', '2026-01-31T19:33:07.250+05:30'],
])('given_a_machine_in_%s_when_a_moment_is_printed_then_it_is_local_and_read_again_as_it_was', (zone, text) => {
  vi.stubEnv('TZ', zone);
  const at = utc('2026-01-31T14:03:07.250');
  expect(dateAndTime(at)).toBe(text);
  expect(pastPointArgument(text)).toEqual({ at });
  const fact = {
    type: 'emergency-called',
    user: 'ana',
    phone: '1001',
    dialled: '112',
    dialledAt: at,
    seq: 1,
    at,
  } as const;
  const line = factLine(fact as unknown as NumberedFact);
  expect(line).toContain(`${text.slice(11, 23)} `);
  expect(line).toContain(`dialled 112 at ${text}, while`);
});
