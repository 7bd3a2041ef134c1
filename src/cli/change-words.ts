import type * as z from 'zod';
import type { Destination } from '../core/settings.ts';
import { printDestination } from '../directory/destination.ts';
import { formatDuration } from '../lib/duration.ts';
import { rightsSchema } from '../protocol/outbound.ts';
import { queueFields } from '../protocol/queue-fields.ts';
import { printHours } from './hours.ts';
import { wrapped } from './layout.ts';
import { oneLine, orDash } from './output.ts';
import { printKeepFree, printRelax, printRises, printTiers, printWaves } from './queue-text.ts';
import { printBackOffs, printLadder } from './rona-text.ts';

/*
 * Fields of the audit, whose values are those of the wire, in words: `ringMs: 15000` is `ring: 15s`.
 */

/** A longer list is told by its count, and by what came and went. */
const LONG_LIST = 20;

const names: Readonly<Record<string, string>> = {
  wrapUpMs: 'wrap-up',
  backOffMs: 'back-off',
  backOffs: 'back-offs',
  ringAllMissEvery: 'ring-all misses',
};

/** `maxWaitMs` is `max wait`. */
export function settingName(field: string): string {
  return names[field] ?? field.replace(/Ms$/, '').replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** `  ring: 15s → 20s`, and of a long list what came and went. */
export function changeLine(field: string, from: unknown, to: unknown): string {
  return lineOf(
    field,
    Array.isArray(from) || Array.isArray(to)
      ? listChange(field, from, to)
      : `${text(field, from)} → ${text(field, to)}`,
  );
}

/** `  ring: 15s`, for what is no other than it was. */
export function valueLine(field: string, value: unknown): string {
  return lineOf(
    field,
    Array.isArray(value) && value.length > LONG_LIST ? firstOf(value.map(nameOf)) : text(field, value),
  );
}

function lineOf(field: string, what: string): string {
  return `  ${wrapped(`${settingName(field)}: ${what}`, 4)}`;
}

/** How settings of a queue are written on the command line; null for what an older version kept in another form. */
const by =
  <T>(schema: z.ZodType<T>, print: (value: T) => string) =>
  (value: unknown): string | null => {
    const read = schema.safeParse(value);
    return read.success ? print(read.data) : null;
  };
const grammars: Readonly<Record<string, (value: unknown) => string | null>> = {
  rises: by(queueFields.rises, printRises),
  relax: by(queueFields.relax, printRelax),
  tiers: by(queueFields.tiers, printTiers),
  waves: by(queueFields.waves, printWaves),
  keepFree: by(queueFields.keepFree, printKeepFree),
  backOffs: by(queueFields.backOffs, printBackOffs),
  ladder: by(queueFields.ladder, printLadder),
  hours: by(rightsSchema.shape.hours, (hours) => (hours == null ? '-' : printHours(hours) || 'always')),
};

function text(field: string, value: unknown): string {
  if (value === null || value === undefined) return field === 'ladder' && value === null ? 'default' : '-';
  const written = grammars[field]?.(value);
  if (written !== undefined && written !== null) return written;
  if (typeof value === 'number') return field.endsWith('Ms') ? formatDuration(value) : String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(itemText).join(', ') || 'none';
  if (typeof value !== 'object') return orDash(oneLine(String(value)));
  return isDestination(value) ? printDestination(value) : recordText(value);
}

function isDestination(value: object): value is Destination {
  return 'to' in value && typeof value.to === 'string';
}

function recordText(value: object): string {
  const parts = Object.entries(value).map(([name, part]) => `${settingName(name)} ${text(name, part)}`);
  return parts.join(' ') || 'none';
}

/** `anna`, or `anna (penalty 1)`: a member with what is not as for everybody; anything else as it is. */
function itemText(item: unknown): string {
  if (typeof item !== 'object' || item === null) return text('', item);
  const { username, user = username, penalty = 0, weight = 1, wrapUpMs = null } = item as Record<string, unknown>;
  if (typeof user !== 'string') return recordText(item);
  const own = [
    ...(penalty === 0 ? [] : [`penalty ${penalty}`]),
    ...(weight === 1 ? [] : [`weight ${weight}`]),
    ...(wrapUpMs === null ? [] : [`wrap-up ${text('wrapUpMs', wrapUpMs)}`]),
  ];
  return own.length === 0 ? user : `${user} (${own.join(', ')})`;
}

function nameOf(item: unknown): string {
  return itemText(item).replace(/ \(.*\)$/, '');
}

function listChange(field: string, from: unknown, to: unknown): string {
  const [old, now] = [listOf(from), listOf(to)];
  // An entry about members keeps those who came, went or are others, each with a place, and says nothing of the rest.
  const isPart = [...old, ...now].some((item) => typeof item === 'object' && item !== null && 'place' in item);
  if (!isPart && old.length <= LONG_LIST && now.length <= LONG_LIST) return `${text(field, from)} → ${text(field, to)}`;
  const [was, is] = [new Map(old.map(named)), new Map(now.map(named))];
  const told = [
    ['added', [...is.keys()].filter((name) => !was.has(name))],
    ['removed', [...was.keys()].filter((name) => !is.has(name))],
    ['changed', [...is].filter(([name, item]) => was.has(name) && was.get(name) !== item).map(([, item]) => item)],
  ] as const;
  const parts = told.flatMap(([what, which]) => (which.length === 0 ? [] : [`${what} ${firstOf(which)}`]));
  if (isPart) return parts.join('; ');
  return `${count(old.length)} → ${count(now.length)}; ${parts.join('; ') || 'in another order'}`;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function named(item: unknown): readonly [name: string, text: string] {
  return [nameOf(item), itemText(item)];
}

/** `2,000: a, b, … and 1,980 more`: `audit show --json` has all of them. */
function firstOf(which: readonly string[]): string {
  const more = which.length - LONG_LIST;
  const first = which.slice(0, LONG_LIST).join(', ');
  return `${count(which.length)}: ${first}${more > 0 ? ` and ${count(more)} more` : ''}`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
