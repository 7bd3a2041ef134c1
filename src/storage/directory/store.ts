import type { DirectoryDb } from './database.ts';
import { mailboxRows } from './mailboxes.ts';
import { outsideRows } from './outside.ts';
import { phoneRows } from './phones.ts';
import { queueRows } from './queues.ts';
import { reasonRows } from './reasons.ts';
import { skillRows } from './skills.ts';
import { userRows } from './users.ts';

/** Who holds a number. */
export type ExtensionOwner = { readonly kind: 'user' | 'group' | 'queue'; readonly owner: string };

/** One change that somebody made. `before` is null for what was made, `after` for what was removed. */
export type AuditRow = {
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
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
export type AuditEntry = AuditRow & { readonly id: number };
type StoredEntry = AuditEntry & { readonly before: string | null; readonly after: string | null };

/** Everything that `directory.db` holds, as typed rows. */
export type DirectoryStore = ReturnType<typeof createStore>;

/** Prepares the store on an open database. */
export function createStore(db: DirectoryDb) {
  const getMeta = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?');
  const setMeta = db.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const owner = db.prepare<[string], ExtensionOwner>('SELECT kind, owner FROM extensions WHERE number = ?');
  const numbersBetween = db.prepare<[string, string, string], { number: string }>(
    'SELECT number FROM extensions WHERE number BETWEEN ? AND ? AND length(number) = length(?)',
  );
  const takeNumber = db.prepare('INSERT INTO extensions (number, kind, owner) VALUES (?, ?, ?)');
  const freeNumber = db.prepare('DELETE FROM extensions WHERE number = ?');
  const emptyMailbox = db.prepare('UPDATE mailboxes SET new_count = 0, old_count = 0 WHERE number = ?');
  const addAudit = db.prepare('INSERT INTO audit (at, who, action, subject, before, after) VALUES (?, ?, ?, ?, ?, ?)');
  const listAudit = db.prepare<[AuditFilter & { limit: number }], StoredEntry>(
    `SELECT id, at, who, action, subject, before, after FROM audit
     WHERE (@subject IS NULL OR subject = @subject) AND (@who IS NULL OR instr(who, @who) > 0)
       AND (@action IS NULL OR action = @action OR substr(action, 1, length(@action) + 1) = @action || '.')
       AND (@since IS NULL OR at >= @since) AND (@until IS NULL OR at <= @until)
     ORDER BY id DESC LIMIT @limit`,
  );
  const oneAudit = db.prepare<[number], StoredEntry>(
    'SELECT id, at, who, action, subject, before, after FROM audit WHERE id = ?',
  );
  const fallbacks = db.prepare<[], { extension: string; dial: string }>(
    'SELECT extension, dial FROM fallbacks ORDER BY extension',
  );
  const putFallback = db.prepare(
    'INSERT INTO fallbacks (extension, dial) VALUES (?, ?) ON CONFLICT (extension) DO UPDATE SET dial = excluded.dial',
  );
  const dropFallback = db.prepare('DELETE FROM fallbacks WHERE extension = ?');

  const meta = {
    get: (key: string): string | null => getMeta.get(key)?.value ?? null,
    set: (key: string, value: string): void => void setMeta.run(key, value),
  };
  return {
    meta,
    users: userRows(db),
    phones: phoneRows(db),
    queues: queueRows(db),
    skills: skillRows(db),
    reasons: reasonRows(db),
    mailboxes: mailboxRows(db),
    outside: outsideRows(db),
    /** Runs `work` in one transaction: all of it is on the disk afterwards, or none. */
    transaction: <T>(work: () => T): T => db.transaction(work).immediate(),
    revision: (): number => Number(meta.get('revision') ?? '0'),
    setRevision: (revision: number): void => meta.set('revision', String(revision)),
    extensions: {
      owner: (number: string): ExtensionOwner | null => owner.get(number) ?? null,
      /** Those taken from `from` to `to`, which have the same count of digits. */
      between: (from: string, to: string): readonly string[] =>
        numbersBetween.all(from, to, from).map((row) => row.number),
      take: (number: string, kind: ExtensionOwner['kind'], by: string): void => void takeNumber.run(number, kind, by),
      /** Whoever gets it next has no messages. */
      free: (number: string): void => {
        freeNumber.run(number);
        emptyMailbox.run(number);
      },
    },
    fallbacks: {
      all: (): ReadonlyMap<string, string> => new Map(fallbacks.all().map((row) => [row.extension, row.dial])),
      put: (extension: string, dial: string): void => void putFallback.run(extension, dial),
      drop: (extension: string): void => void dropFallback.run(extension),
    },
    audit: {
      add(row: AuditRow): void {
        addAudit.run(row.at, row.who, row.action, row.subject, json(row.before), json(row.after));
      },
      /** The newest first. */
      last: (count: number): readonly AuditRow[] =>
        listAudit
          .all({ ...anything, limit: count })
          .map(entry)
          .map(({ id: _, ...row }) => row),
      /** Those that are so, the newest first. */
      list: (filter: AuditFilter, limit: number): readonly AuditEntry[] =>
        listAudit.all({ ...filter, limit }).map(entry),
      find(id: number): AuditEntry | null {
        const row = oneAudit.get(id);
        return row === undefined ? null : entry(row);
      },
    },
  };
}

const anything: AuditFilter = { subject: null, who: null, action: null, since: null, until: null };

function entry(row: StoredEntry): AuditEntry {
  return { ...row, before: parsed(row.before), after: parsed(row.after) };
}

function json(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
