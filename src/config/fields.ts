import * as z from 'zod';
import { DESTINATION_FORMS, parseDestination, placesOf } from '../directory/destination.ts';
import { parseDuration } from '../lib/duration.ts';
import { createNumbering, isCountry } from '../numbering/numbering.ts';
import type { ExtensionRange } from './config.ts';

/** Names that stand in addresses and files, and paths; each with what is said of it when it is not so. */
export const WORD = /^[A-Za-z0-9._-]{1,64}$/;
export const WORD_IN_WORDS = 'letters, digits, dot, underscore or dash (1 to 64)';
export const PATH = /^[^\0]{1,512}$/;
export const PATH_IN_WORDS = 'a path; a relative one is below the home directory';

/** A duration of the file (`15s`) as milliseconds, from `least` to `most`. */
export function duration(byDefault: string, least = '100ms', most = '24h') {
  return durationIn(least, most).prefault(byDefault);
}

/** Like `duration`, with no default. */
export function durationIn(least: string, most: string) {
  const expected = `a duration from ${least} to ${most}, such as ${most === '1m' ? '2s' : '15s'}`;
  return z.string({ error: expected }).transform((text, context) => {
    const ms = parseDuration(text);
    if (ms === null || ms < (parseDuration(least) ?? 0) || ms > (parseDuration(most) ?? 0)) {
      context.issues.push({ code: 'custom', message: expected, input: text });
      return z.NEVER;
    }
    return ms;
  });
}

/**
 * For a rule about several keys of one section. Without it zod looks at no rule where any key of the section is wrong, and the
 * next start finds what this one has not said. Where one of `keys` is wrong, that is said and not the rule.
 */
export function judging(...keys: readonly string[]) {
  return {
    when: ({ value, issues }: z.core.ParsePayload) =>
      typeof value === 'object' &&
      value !== null &&
      issues.every(({ code, path }) => code === 'unrecognized_keys' || isOfAnother(path, keys)),
  };
}

function isOfAnother(path: readonly PropertyKey[] | undefined, keys: readonly string[]): boolean {
  return path?.[0] !== undefined && !keys.includes(String(path[0]));
}

/** The same for a rule about the items of a list, which then sees the wrong ones too. */
export const judgingItems = { when: ({ value }: z.core.ParsePayload) => Array.isArray(value) };

/** A TCP or UDP port. */
export function port(byDefault: number) {
  return integer(byDefault, 1, 65_535, 'a port number from 1 to 65535');
}

/** A whole number from `least` to `most`. */
export function integer(byDefault: number, least: number, most: number, expected?: string) {
  const error = expected ?? `a whole number from ${least} to ${most}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error }).prefault(byDefault);
}

/** A text that matches `pattern`; `expected` says so in words. */
export function text(byDefault: string, pattern: RegExp, expected: string) {
  return z.string({ error: expected }).regex(pattern, { error: expected }).prefault(byDefault);
}

/** One of `names`. */
export function oneOf<const T extends readonly string[]>(names: T, byDefault: T[number]) {
  return z
    .enum(names, { error: `one of ${names.join(', ')}` })
    .default(byDefault as z.util.NoUndefined<z.core.$InferEnumOutput<z.core.util.ToEnum<T[number]>>>);
}

/** `1000-7999`: two numbers with the same count of digits, the first not above the second. */
export function extensionRange(byDefault: string) {
  const expected = 'a range of extensions such as 1000-7999, both ends with the same count of digits (2 to 8)';
  return z
    .string({ error: expected })
    .transform((range, context): ExtensionRange => {
      const [, from, to] = /^(\d{2,8})-(\d{2,8})$/.exec(range) ?? [];
      if (from === undefined || to === undefined || from.length !== to.length || from > to) {
        context.issues.push({ code: 'custom', message: expected, input: range });
        return z.NEVER;
      }
      return { from, to };
    })
    .prefault(byDefault);
}

/** Whether no number lies in both. */
export function isApart(one: ExtensionRange, other: ExtensionRange): boolean {
  return one.to < other.from || other.to < one.from || one.to.length !== other.to.length;
}

/** The head starts of the priorities 1 to 10 in ms: durations, some of them with a minus, that never fall. */
export function headStarts() {
  const error = 'ten durations from -1h to 1h that never fall, the fifth 0s, such as [-2m, -90s, …, 10m]';
  return z
    .array(z.string({ error }), { error })
    .transform((list, context): readonly number[] => {
      const times = list.map((text) =>
        text.startsWith('-') ? minus(parseDuration(text.slice(1))) : parseDuration(text),
      );
      const known = times.filter((ms) => ms !== null && Math.abs(ms) <= 3_600_000);
      const rises = known.every((ms, i) => i === 0 || (ms ?? 0) >= (known[i - 1] ?? 0));
      if (known.length === 10 && list.length === 10 && rises && known[4] === 0) return known as number[];
      context.issues.push({ code: 'custom', message: error, input: list });
      return z.NEVER;
    })
    .prefault(['-2m', '-90s', '-1m', '-30s', '0s', '30s', '1m', '2m', '5m', '10m']);
}

function minus(ms: number | null): number | null {
  return ms === null ? null : 0 - ms;
}

/** A destination as `parseDestination` reads it. */
export function destination(byDefault: string) {
  const expected = `a destination: ${DESTINATION_FORMS}`;
  return z
    .string({ error: expected })
    .transform((written, context) => {
      const to = parseDestination(written);
      if (to === null) {
        context.issues.push({ code: 'custom', message: expected, input: written });
        return z.NEVER;
      }
      if (placesOf(to).some((place) => place.to === 'number' && numbering.classOf(place.number) === null)) {
        const message = 'a number that somebody can have, such as number:+33144556677';
        context.issues.push({ code: 'custom', message, input: written });
        return z.NEVER;
      }
      return to;
    })
    .prefault(byDefault);
}

/** Whether a number with a plus is one depends on no country. */
const numbering = createNumbering({ country: null, outsidePrefix: '', areaPrefix: '' });

/** An IANA time zone, or `local` for the machine's own. */
export function timeZone() {
  const expected = 'an IANA time zone such as Europe/Paris, or local';
  return z
    .string({ error: expected })
    .transform((name, context) => {
      const local = new Intl.DateTimeFormat().resolvedOptions().timeZone;
      try {
        return new Intl.DateTimeFormat('en', { timeZone: name === 'local' ? local : name }).resolvedOptions().timeZone;
      } catch {
        context.issues.push({ code: 'custom', message: expected, input: name });
        return z.NEVER;
      }
    })
    .prefault('local');
}

/** A country that numbers can be read for, or `none`. */
export function country() {
  const expected = 'a country as two capitals (ISO 3166-1) such as FR, or none';
  return z
    .string({ error: expected })
    .refine((name) => name === 'none' || isCountry(name), { error: expected })
    .prefault('none');
}
