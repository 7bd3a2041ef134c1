import type { Attributes } from './endpoint.ts';

/** The names of the attributes that an object in Asterisk has otherwise; `body` is ARI's list of attributes and values. */
export function differing(wanted: Attributes, body: unknown): readonly string[] {
  const pairs = Array.isArray(body) ? (body as readonly { attribute?: unknown; value?: unknown }[]) : [];
  const got = new Map(pairs.map(({ attribute, value }) => [String(attribute), String(value)]));
  return wanted.filter(([name, value]) => plain(value) !== plain(got.get(name) ?? '')).map(([name]) => name);
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
