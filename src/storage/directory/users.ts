import type { UserId } from '../../core/settings.ts';
import type { DirectoryDb } from './database.ts';

/** A user's row with their group, which is null for a user in none. */
export type UserRow = {
  readonly id: UserId;
  readonly name: string;
  readonly extension: string | null;
  readonly revision: number;
  readonly group: string | null;
};

/** The rows of users. All statements are prepared once. */
export function userRows(db: DirectoryDb) {
  const columns = `SELECT u.id, u.name, u.extension, u.revision, m.queue AS "group" FROM users u
    LEFT JOIN queue_members m ON m.user = u.id AND m.kind = 'group'`;
  const one = db.prepare<[string], UserRow>(`${columns} WHERE u.id = ?`);
  const all = db.prepare<[], UserRow>(`${columns} ORDER BY u.id`);
  const changed = db.prepare<[number], UserRow>(`${columns} WHERE u.revision > ? ORDER BY u.id`);
  const ids = db.prepare<[], { id: string }>('SELECT id FROM users ORDER BY id');
  const count = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM users');
  const insert = db.prepare('INSERT INTO users (id, name, extension, revision, created_at) VALUES (?, ?, ?, ?, ?)');
  const update = db.prepare('UPDATE users SET name = ?, extension = ?, revision = ? WHERE id = ?');
  const touch = db.prepare('UPDATE users SET revision = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM users WHERE id = ?');
  return {
    find: (id: UserId): UserRow | null => one.get(id) ?? null,
    all: (): readonly UserRow[] => all.all(),
    changedSince: (revision: number): readonly UserRow[] => changed.all(revision),
    ids: (): readonly UserId[] => ids.all().map((row) => row.id),
    count: (): number => count.get()?.n ?? 0,
    insert(user: Omit<UserRow, 'group'>, createdAt: number): void {
      insert.run(user.id, user.name, user.extension, user.revision, createdAt);
    },
    update(user: Omit<UserRow, 'group'>): void {
      update.run(user.name, user.extension, user.revision, user.id);
    },
    /** Something that belongs to the user changed: the engine has to hear of them. */
    touch(id: UserId, revision: number): void {
      touch.run(revision, id);
    },
    remove(id: UserId): void {
      remove.run(id);
    },
  };
}
