import type { ForwardPolicy } from '../../core/forwards.ts';
import type { QueueId, UserId } from '../../core/settings.ts';
import type { DirectoryDb } from './database.ts';

/** A user's row with their group, which is null for a user in none. */
export type UserRow = {
  readonly id: UserId;
  readonly name: string;
  readonly extension: string | null;
  /** Where their phones may forward calls to. */
  readonly forwards: ForwardPolicy;
  readonly revision: number;
  readonly group: string | null;
  /** The standalone queues that they are a member of, by name. */
  readonly queues: readonly QueueId[];
  /** Levels 1 to 10 by the skill's name. */
  readonly skills: Readonly<Record<string, number>>;
};

type Stored = Omit<UserRow, 'queues' | 'skills'> & { readonly queues: string; readonly skills: string };
/** What is in the user's own row. */
type Own = Omit<UserRow, 'group' | 'queues' | 'skills'>;

/** The rows of users. All statements are prepared once. */
export function userRows(db: DirectoryDb) {
  const columns = `SELECT u.id, u.name, u.extension, u.forwards, u.revision, m.queue AS "group",
    (SELECT json_group_array(q.queue ORDER BY q.queue) FROM queue_members q WHERE q.user = u.id AND q.kind = 'queue') AS queues,
    (SELECT json_group_object(s.skill, s.level ORDER BY s.skill) FROM skills s WHERE s.user = u.id) AS skills
    FROM users u LEFT JOIN queue_members m ON m.user = u.id AND m.kind = 'group'`;
  const one = db.prepare<[string], Stored>(`${columns} WHERE u.id = ?`);
  const all = db.prepare<[], Stored>(`${columns} ORDER BY u.id`);
  const changed = db.prepare<[number], Stored>(`${columns} WHERE u.revision > ? ORDER BY u.id`);
  const ids = db.prepare<[], { id: string }>('SELECT id FROM users ORDER BY id');
  const count = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM users');
  const insert = db.prepare(
    'INSERT INTO users (id, name, extension, forwards, revision, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const update = db.prepare('UPDATE users SET name = ?, extension = ?, forwards = ?, revision = ? WHERE id = ?');
  const give = db.prepare('UPDATE users SET extension = ? WHERE id = ?');
  const touch = db.prepare('UPDATE users SET revision = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM users WHERE id = ?');
  return {
    find: (id: UserId): UserRow | null => {
      const row = one.get(id);
      return row === undefined ? null : read(row);
    },
    all: (): readonly UserRow[] => all.all().map(read),
    changedSince: (revision: number): readonly UserRow[] => changed.all(revision).map(read),
    ids: (): readonly UserId[] => ids.all().map((row) => row.id),
    count: (): number => count.get()?.n ?? 0,
    insert(user: Own, createdAt: number): void {
      insert.run(user.id, user.name, user.extension, user.forwards, user.revision, createdAt);
    },
    update(user: Own): void {
      update.run(user.name, user.extension, user.forwards, user.revision, user.id);
    },
    giveExtension: (id: UserId, extension: string): void => void give.run(extension, id),
    /** Something that belongs to the user changed: the engine has to hear of them. */
    touch(id: UserId, revision: number): void {
      touch.run(revision, id);
    },
    remove(id: UserId): void {
      remove.run(id);
    },
  };
}

function read({ queues, skills, ...row }: Stored): UserRow {
  return {
    ...row,
    queues: JSON.parse(queues) as UserRow['queues'],
    skills: JSON.parse(skills) as UserRow['skills'],
  };
}
