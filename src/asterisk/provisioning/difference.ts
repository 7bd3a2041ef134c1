import type { Attributes } from './endpoint.ts';

/** Whether a value that Asterisk gives back in words of its own is the one that was wanted. */
type Same = (wanted: string, got: string) => boolean;

/**
 * The names of the attributes that an object in Asterisk has otherwise; `body` is ARI's list of attributes and values. `special`
 * compares those that no spelling rule serves.
 */
export function differing(
  wanted: Attributes,
  body: unknown,
  special: Readonly<Record<string, Same>> = {},
): readonly string[] {
  const pairs = Array.isArray(body) ? (body as readonly { attribute?: unknown; value?: unknown }[]) : [];
  const got = new Map<string, string>();
  for (const { attribute, value } of pairs) {
    // A list comes as one attribute for each of its values.
    const before = got.get(String(attribute));
    got.set(String(attribute), before === undefined ? String(value) : `${before},${String(value)}`);
  }
  const isSame: Same = (one, other) => plain(one) === plain(other);
  return wanted.filter(([name, value]) => !(special[name] ?? isSame)(value, got.get(name) ?? '')).map(([name]) => name);
}

/** One spelling for what Asterisk spells in several: `yes` and `true`, `3.0` and `3.000000`, `!all,opus` and `(opus)`. */
function plain(value: string): string {
  const text = value.toLowerCase();
  if (text === 'yes' || text === 'true') return 'yes';
  if (text === 'no' || text === 'false') return 'no';
  if (/^\d+\.\d+$/.test(text)) return String(Number(text));
  const list = /^\((.*)\)$/.exec(value)?.[1];
  return list === undefined ? value.replace(/^!all,/, '') : list.replaceAll('|', ',');
}
