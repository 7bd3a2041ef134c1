import type { AuditDetails, AuditView } from '../protocol/audit.ts';
import type { AuditEntry, AuditFilter, DirectoryStore } from '../storage/directory/store.ts';
import { Refusal } from './refusal.ts';

/** The entries that are so, the newest first. */
export function auditViews(store: DirectoryStore, filter: AuditFilter, limit: number): readonly AuditView[] {
  return store.audit.list(filter, limit).map(viewOf);
}

/** One entry with what was before and after; a `Refusal` when there is none of this number. */
export function auditDetails(store: DirectoryStore, id: string): AuditDetails {
  const entry = /^\d{1,15}$/.test(id) ? store.audit.find(Number(id)) : null;
  if (entry === null)
    throw new Refusal('unknown-entry', `There is no entry ${id} in the audit: see cordboard audit list`, 'id');
  return { ...viewOf(entry), before: entry.before, after: entry.after };
}

function viewOf(entry: AuditEntry): AuditView {
  const { id, at, who, action, subject } = entry;
  return { id, at, who, action, subject, fields: changedFields(entry.before, entry.after) };
}

/** The names of what differs, of two objects. What was made or removed has no field that changed. */
function changedFields(before: unknown, after: unknown): readonly string[] {
  if (!isRecord(before) || !isRecord(after)) return [];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
