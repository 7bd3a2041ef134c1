import type { ReasonView } from '../../protocol/reasons.ts';
import type { DirectoryDb } from './database.ts';

/** The rows of reasons for being not ready, in the order in which they were added. */
export function reasonRows(db: DirectoryDb) {
  const columns = 'SELECT id AS name, name AS label, limit_ms AS limitMs FROM reasons';
  const one = db.prepare<[string], ReasonView>(`${columns} WHERE id = ?`);
  const all = db.prepare<[], ReasonView>(`${columns} ORDER BY position, id`);
  const put = db.prepare(`INSERT INTO reasons (id, name, limit_ms, position)
    VALUES (?, ?, ?, 1 + coalesce((SELECT max(position) FROM reasons), 0))
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, limit_ms = excluded.limit_ms`);
  const remove = db.prepare('DELETE FROM reasons WHERE id = ?');
  // The list is sent as a whole: when it changed is known of all of it.
  const changedAt = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'reasons'");
  const touch = db.prepare(
    "INSERT INTO meta (key, value) VALUES ('reasons', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  return {
    /** The revision of the directory at which the list last changed; 0 when it never did. */
    revision: (): number => Number(changedAt.get()?.value ?? '0'),
    touch: (revision: number): void => void touch.run(String(revision)),
    find: (name: string): ReasonView | null => one.get(name) ?? null,
    all: (): readonly ReasonView[] => all.all(),
    /** Adds a reason at the end, or changes one where it stands. */
    put: ({ name, label, limitMs }: ReasonView): void => void put.run(name, label, limitMs),
    remove: (name: string): void => void remove.run(name),
  };
}
