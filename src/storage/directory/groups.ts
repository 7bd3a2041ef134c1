import type { GroupSettings } from '../../core/queue-settings.ts';
import type { GroupId, UserId } from '../../core/settings.ts';
import { parseDestination, printDestination } from '../../directory/destination.ts';
import type { DirectoryDb } from './database.ts';

/** A group's row: its settings without the ladder, which is the configuration's. */
export type GroupRow = GroupSettings & {
  readonly id: GroupId;
  readonly extension: string;
  readonly members: readonly UserId[];
  readonly revision: number;
};

type Stored = { id: string; extension: string; settings: string; revision: number };
type StoredSettings = Omit<GroupRow, 'id' | 'extension' | 'members' | 'revision' | 'overflow'> & { overflow: string };

/** The rows of groups and of their members. */
export function groupRows(db: DirectoryDb) {
  const columns = "SELECT id, extension, settings, revision FROM queues WHERE kind = 'group'";
  const one = db.prepare<[string], Stored>(`${columns} AND id = ?`);
  const all = db.prepare<[], Stored>(`${columns} ORDER BY id`);
  const changed = db.prepare<[number], Stored>(`${columns} AND revision > ? ORDER BY id`);
  const ids = db.prepare<[], { id: string }>("SELECT id FROM queues WHERE kind = 'group' ORDER BY id");
  const count = db.prepare<[], { n: number }>("SELECT count(*) AS n FROM queues WHERE kind = 'group'");
  const members = db.prepare<[string], { user: string }>(
    'SELECT user FROM queue_members WHERE queue = ? ORDER BY position, user',
  );
  const insert = db.prepare(
    "INSERT INTO queues (extension, settings, revision, id, kind, created_at) VALUES (?, ?, ?, ?, 'group', ?)",
  );
  const update = db.prepare('UPDATE queues SET extension = ?, settings = ?, revision = ? WHERE id = ?');
  const touch = db.prepare('UPDATE queues SET revision = ? WHERE id = ?');
  const touchAll = db.prepare('UPDATE queues SET revision = ?');
  const remove = db.prepare('DELETE FROM queues WHERE id = ?');
  const append = db.prepare(`INSERT INTO queue_members (user, queue, kind, position)
    VALUES (?, ?, 'group', 1 + coalesce((SELECT max(position) FROM queue_members WHERE queue = ?), 0))`);
  const drop = db.prepare("DELETE FROM queue_members WHERE user = ? AND kind = 'group'");

  const membersOf = (id: GroupId): readonly UserId[] => members.all(id).map((row) => row.user);
  const read = (row: Stored): GroupRow => {
    const settings = JSON.parse(row.settings) as StoredSettings;
    return {
      ...settings,
      id: row.id,
      extension: row.extension,
      overflow: parseDestination(settings.overflow) ?? { to: 'hang-up', cause: 'congestion' },
      members: membersOf(row.id),
      revision: row.revision,
    };
  };
  return {
    find(id: GroupId): GroupRow | null {
      const row = one.get(id);
      return row === undefined ? null : read(row);
    },
    all: (): readonly GroupRow[] => all.all().map(read),
    changedSince: (revision: number): readonly GroupRow[] => changed.all(revision).map(read),
    ids: (): readonly GroupId[] => ids.all().map((row) => row.id),
    count: (): number => count.get()?.n ?? 0,
    insert: (group: GroupRow, createdAt: number): void => void insert.run(...values(group), createdAt),
    update: (group: GroupRow): void => void update.run(...values(group)),
    touch: (id: GroupId, revision: number): void => void touch.run(revision, id),
    touchAll: (revision: number): void => void touchAll.run(revision),
    remove: (id: GroupId): void => void remove.run(id),
    append: (id: GroupId, user: UserId): void => void append.run(user, id, id),
    drop: (user: UserId): void => void drop.run(user),
  };
}

function values(group: GroupRow): (string | number)[] {
  const { id, extension, members: _, revision, overflow, ...settings } = group;
  return [extension, JSON.stringify({ ...settings, overflow: printDestination(overflow) }), revision, id];
}
