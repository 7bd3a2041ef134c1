import { InvalidArgumentError } from 'commander';
import type { HoursView } from '../protocol/outbound.ts';

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** `mon-fri 8:00-18:00, sat 9:00-12:00` as days and minutes; `always` is an empty list. */
export function hoursArgument(text: string): readonly HoursView[] {
  if (text.trim() === 'always') return [];
  return text.split(',').map((part) => {
    const [, first = '', last = first, from = '', to = ''] =
      /^\s*([a-z]{3})(?:-([a-z]{3}))?\s+(\d{1,2}:\d{2})-(\d{1,2}:\d{2})\s*$/.exec(part) ?? [];
    const [begin, end] = [days.indexOf(first as 'sun'), days.indexOf(last as 'sun')];
    const [fromMinute, toMinute] = [minutesOf(from), minutesOf(to)];
    if (begin < 0 || end < 0 || fromMinute === null || toMinute === null || fromMinute >= toMinute)
      throw new InvalidArgumentError('Expected hours such as "mon-fri 8:00-18:00, sat 9:00-12:00", or always.');
    const count = ((end - begin + 7) % 7) + 1;
    return { days: Array.from({ length: count }, (_, at) => (begin + at) % 7), from: fromMinute, to: toMinute };
  });
}

/** Writes hours the way `hoursArgument` reads them. */
export function printHours(hours: readonly HoursView[]): string {
  return hours
    .map(({ days: on, from, to }) => {
      const [first, last] = [days[on[0] ?? 0], days[on.at(-1) ?? 0]];
      return `${first === last ? first : `${first}-${last}`} ${clock(from)}-${clock(to)}`;
    })
    .join(', ');
}

function minutesOf(text: string): number | null {
  const [hours = 25, minutes = 61] = text.split(':').map(Number);
  const all = hours * 60 + minutes;
  return minutes < 60 && all <= 1_440 ? all : null;
}

function clock(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}
