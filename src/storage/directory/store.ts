import { auditRows } from './audit.ts';
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
    audit: auditRows(db),
  };
}
