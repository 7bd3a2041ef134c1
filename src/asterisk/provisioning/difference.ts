import type { Attributes } from './endpoint.ts';

/** Whether a value that Asterisk gives back in words of its own is the one that was wanted. */
type Same = (wanted: string, got: string) => boolean;

/** Names of groups come in an order of Asterisk's own, and all groups with blanks between: only which ones they are counts. */
const sameGroups: Same = (wanted, got) => {
  const others = new Set(listOf(got));
  const groups = new Set(listOf(wanted));
  return groups.size === others.size && [...groups].every((group) => others.has(group));
};

/** What is compared otherwise than as text, whatever object it belongs to. */
const ownWays: Readonly<Record<string, Same>> = {
  call_group: sameGroups,
  pickup_group: sameGroups,
  named_call_group: sameGroups,
  named_pickup_group: sameGroups,
  // A caller without a name comes back without the brackets.
  callerid: (wanted, got) => wanted === got || wanted === `<${got}>`,
};

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
  const ways = { ...ownWays, ...special };
  return wanted.filter(([name, value]) => !(ways[name] ?? isSame)(value, got.get(name) ?? '')).map(([name]) => name);
}

/** The parts of a list with commas, without the blanks around them. */
export function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
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
