import { isDeepStrictEqual } from 'node:util';
import type { AuditDetails, AuditView } from '../protocol/audit.ts';
import type { AuditEntry, AuditFilter } from '../storage/directory/audit.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { Refusal } from './refusal.ts';

/** The entries that are so, the newest first. */
export function auditViews(store: DirectoryStore, filter: AuditFilter, limit: number): readonly AuditView[] {
  return store.audit.list(filter, limit).map(auditView);
}

/** One entry with what was before and after; a `Refusal` when there is none of this number. */
export function auditDetails(store: DirectoryStore, id: string): AuditDetails {
  const entry = existingEntry(store, id);
  return { ...auditView(entry), before: entry.before, after: entry.after };
}

/** The entry of this number, or a `Refusal`. */
export function existingEntry(store: DirectoryStore, id: string): AuditEntry {
  const entry = /^\d{1,15}$/.test(id) ? store.audit.find(Number(id)) : null;
  if (entry === null)
    throw new Refusal('unknown-entry', `There is no entry ${id} in the audit: see cordboard audit list`, 'id');
  return entry;
}

/** An entry as people see it. */
export function auditView(entry: AuditEntry): AuditView {
  const { id, at, who, action, subject, undoes } = entry;
  return { id, at, who, action, subject, fields: changedFields(entry), undoes };
}

/** Values by the name of the field. */
export type Fields = Readonly<Record<string, unknown>>;

/** The names of what differs. What was made or removed has no field that changed. */
export function changedFields({ before, after }: Pick<AuditEntry, 'before' | 'after'>): readonly string[] {
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
