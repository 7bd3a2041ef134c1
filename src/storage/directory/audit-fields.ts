import { isDeepStrictEqual } from 'node:util';

/** Values by the name of the field. */
export type Fields = Readonly<Record<string, unknown>>;

/** The names of what differs. What was made or removed has no field that changed. */
export function changedFields({
  before,
  after,
}: {
  readonly before: unknown;
  readonly after: unknown;
}): readonly string[] {
  if (before === null || after === null) return [];
  return differing(fieldsOf(before), fieldsOf(after));
}

/** The names of the fields in which the two differ; the order of keys within a value says nothing. */
export function differing(one: Fields, other: Fields): readonly string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => !isDeepStrictEqual(one[name], other[name]));
}

/** What an entry keeps, by fields: a list is that of the members, and a user's first phone has its fields each by itself. */
export function fieldsOf(kept: unknown): Fields {
  if (Array.isArray(kept)) return { members: kept };
  if (!isRecord(kept)) return {};
  const { phone, ...rest } = kept;
  if (!isRecord(phone)) return kept;
  const ofPhone = Object.entries(phone).map(([name, value]) => [`phone.${name}`, value]);
  return { ...rest, ...Object.fromEntries(ofPhone) };
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
