import type { AuditDetails, AuditView } from '../protocol/audit.ts';
import type { AuditEntry, AuditFilter } from '../storage/directory/audit.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { Refusal } from './refusal.ts';

/** The entries that are so, the newest first. */
export function auditViews(store: DirectoryStore, filter: AuditFilter, limit: number): readonly AuditView[] {
  return store.audit.list(filter, limit);
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
  const { id, at, who, action, subject, fields, undoes } = entry;
  return { id, at, who, action, subject, fields, undoes };
}
