import { changedFields } from './audit-fields.ts';
import type { DirectoryDb } from './database.ts';

/** One change that somebody made. `before` is null for what was made, `after` for what was removed. */
export type AuditRow = {
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
  /** The entry that it put back; null for every other change. */
  readonly undoes?: number | null;
  /** The revision of the change that it is a part of; null for entries of before, and for what the daemon found by itself. */
  readonly revision?: number | null;
};

/** What an entry of the audit must be like to be listed; null takes any. Times are ms since 1970. */
export type AuditFilter = {
  readonly subject: string | null;
  /** A part of who did it. */
  readonly who: string | null;
  /** An action such as `phone.set`, or what it is about, such as `phone`. */
  readonly action: string | null;
  readonly since: number | null;
  readonly until: number | null;
};

/** An entry with its number, which grows. */
export type AuditEntry = AuditRow & {
  readonly id: number;
  readonly undoes: number | null;
  readonly revision: number | null;
  /** The names of what differs. What was made or removed has no field that changed. */
  readonly fields: readonly string[];
};
/** An entry in a list: without what was before and after, which may be large. */
export type ListedEntry = Pick<AuditEntry, 'id' | 'at' | 'who' | 'action' | 'subject' | 'undoes' | 'fields'>;
/** `before`, `after` and `fields` are JSON; `fields` is null in entries of before. */
type Texts = { readonly before: string | null; readonly after: string | null; readonly fields: string | null };
type StoredEntry = Omit<AuditEntry, keyof Texts> & Texts;
type StoredInList = Omit<ListedEntry, 'fields'> & Texts;

/** The rows of the audit. They are added, never changed, and removed when they are old. */
export function auditRows(db: DirectoryDb) {
  const columns = 'SELECT id, at, who, action, subject, before, after, undoes, revision, fields FROM audit';
  const add = db.prepare(
    'INSERT INTO audit (at, who, action, subject, before, after, undoes, revision, fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const list = db.prepare<[AuditFilter & { limit: number }], StoredInList>(
    `SELECT id, at, who, action, subject, undoes, fields,
       CASE WHEN fields IS NULL THEN before END AS before, CASE WHEN fields IS NULL THEN after END AS after FROM audit
     WHERE (@subject IS NULL OR subject = @subject) AND (@who IS NULL OR instr(who, @who) > 0)
       AND (@action IS NULL OR action = @action OR substr(action, 1, length(@action) + 1) = @action || '.')
       AND (@since IS NULL OR at >= @since) AND (@until IS NULL OR at <= @until)
     ORDER BY id DESC LIMIT @limit`,
  );
  const last = db.prepare<[number], StoredEntry>(`${columns} ORDER BY id DESC LIMIT ?`);
  const one = db.prepare<[number], StoredEntry>(`${columns} WHERE id = ?`);
  const after = db.prepare<[string, number], StoredEntry>(`${columns} WHERE subject = ? AND id > ? ORDER BY id DESC`);
  // No more than `most` rows are looked at, whatever the clock did between them.
  const oldest = db.prepare<[number, number], { id: number | null }>(
    'SELECT max(id) AS id FROM (SELECT id, at FROM audit ORDER BY id LIMIT ?) WHERE at < ?',
  );
  const drop = db.prepare<[number]>('DELETE FROM audit WHERE id <= ?');
  const undoing = db.prepare<[number], StoredEntry>(`${columns} WHERE undoes = ? ORDER BY id DESC LIMIT 1`);
  const found = (row: StoredEntry | undefined): AuditEntry | null => (row === undefined ? null : entry(row));
  return {
    /** Adds an entry, but none of a change that altered nothing. */
    add({ at, who, action, subject, before, after, undoes = null, revision = null }: AuditRow): void {
      const fields = changedFields({ before, after });
      if (fields.length === 0 && before !== null && after !== null) return;
      add.run(at, who, action, subject, json(before), json(after), undoes, revision, JSON.stringify(fields));
    },
    /** The newest first. */
    last: (count: number): readonly AuditEntry[] => last.all(count).map(entry),
    /** Those that are so, the newest first. */
    list: (filter: AuditFilter, limit: number): readonly ListedEntry[] =>
      Array.from(list.iterate({ ...filter, limit }), ({ before, after, fields, ...row }) => ({
        ...row,
        fields: fieldsIn({ before, after, fields }),
      })),
    /** Removes those before this time, the oldest first and at most so many; true when there may be more. */
    prune(before: number, most: number): boolean {
      const last = oldest.get(most, before)?.id ?? null;
      return last !== null && drop.run(last).changes === most;
    },
    find: (id: number): AuditEntry | null => found(one.get(id)),
    /** What came after this entry to what has this name, the newest first. */
    after: (subject: string, id: number): readonly AuditEntry[] => after.all(subject, id).map(entry),
    /** The newest entry that put this one back. */
    undoing: (id: number): AuditEntry | null => found(undoing.get(id)),
  };
}

function entry(row: StoredEntry): AuditEntry {
  return { ...row, before: parsed(row.before), after: parsed(row.after), fields: fieldsIn(row) };
}

function fieldsIn({ before, after, fields }: Texts): readonly string[] {
  if (fields !== null) return JSON.parse(fields) as readonly string[];
  return changedFields({ before: parsed(before), after: parsed(after) });
}

function json(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
