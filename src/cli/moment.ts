import { InvalidArgumentError } from 'commander';

/** A place in the past: the number of a step in the journal, or a time in ms since 1970. */
export type PastPoint = { readonly step: number } | { readonly at: number };

const forms =
  'a time such as 14:03, 14:03:07, 2026-01-31, 2026-01-31T14:03:07 or 5m (ago), on a day that there is, or a step such as #1234';

/** Reads a point of the past; what names no zone is in the machine's, a time of day is today's. `now` is in ms since 1970. */
export function pastPointArgument(text: string, now = Date.now()): PastPoint {
  const step = /^#(\d{1,15})$/.exec(text)?.[1];
  if (step !== undefined) return { step: Number(step) };
  const at = ago(text, now) ?? timeOfDay(text, now) ?? dated(text);
  if (at === null) throw new InvalidArgumentError(`Expected ${forms}.`);
  return { at };
}

function ago(text: string, now: number): number | null {
  const [, count, unit] = /^(\d{1,6})(s|m|h)$/.exec(text) ?? [];
  if (count === undefined) return null;
  return now - Number(count) * (unit === 's' ? 1_000 : unit === 'm' ? 60_000 : 3_600_000);
}

function timeOfDay(text: string, now: number): number | null {
  const [, hour, minute, second = '0', ms = '0'] = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?$/.exec(text) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  return new Date(now).setHours(Number(hour), Number(minute), Number(second), Number(ms.padEnd(3, '0')));
}

function dated(text: string): number | null {
  const [, day, time] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?))?$/.exec(text) ?? [];
  if (day === undefined || !isDay(day)) return null;
  // A date alone would be read as midnight in UTC (ECMA-262, Date Time String Format).
  const at = new Date(`${day}T${time ?? '00:00'}`).getTime();
  return Number.isNaN(at) ? null : at;
}

/** `Date` makes 2 March of 30 February. */
function isDay(day: string): boolean {
  const midnight = new Date(`${day}T00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/** `2026-01-31T14:03:07.250+01:00`, in the machine's zone as every time that is printed, and as `pastPointArgument` reads it. */
export function dateAndTime(atMs: number): string {
  const east = -new Date(atMs).getTimezoneOffset();
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  const zone = `${east < 0 ? '-' : '+'}${two(Math.abs(east) / 60)}:${two(Math.abs(east) % 60)}`;
  return new Date(atMs + east * 60_000).toISOString().replace('Z', zone);
}
