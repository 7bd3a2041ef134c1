import type { GroupId, GroupSettings, UserId } from '../../core/settings.ts';
import { parseDestination, printDestination } from '../../directory/destination.ts';
import type { DirectoryDb } from './database.ts';

/** A group's row: its settings without the ladder, which is the configuration's. */
export type GroupRow = Omit<GroupSettings, 'ladder'> & { readonly revision: number };

type Stored = {
  id: string;
  extension: string;
  strategy: GroupRow['strategy'];
  on_miss: GroupRow['onMiss'];
  when_nobody: GroupRow['whenNobody'];
  ring_ms: number;
  unreachable_after_ms: number;
  max_wait_ms: number;
  wrap_up_ms: number;
  back_off_ms: number;
  max_ringing: number;
  target_ms: number;
  overflow: string;
  revision: number;
};

/** The rows of groups and of their members. */
export function groupRows(db: DirectoryDb) {
  const one = db.prepare<[string], Stored>('SELECT * FROM groups WHERE id = ?');
  const all = db.prepare<[], Stored>('SELECT * FROM groups ORDER BY id');
  const changed = db.prepare<[number], Stored>('SELECT * FROM groups WHERE revision > ? ORDER BY id');
  const ids = db.prepare<[], { id: string }>('SELECT id FROM groups ORDER BY id');
  const count = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM groups');
  const members = db.prepare<[string], { user: string }>(
    'SELECT user FROM members WHERE group_id = ? ORDER BY position',
  );
  const insert = db.prepare(`INSERT INTO groups (extension, strategy, on_miss, when_nobody, ring_ms,
    unreachable_after_ms, max_wait_ms, wrap_up_ms, back_off_ms, max_ringing, target_ms, overflow, revision, id, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const update = db.prepare(`UPDATE groups SET extension = ?, strategy = ?, on_miss = ?, when_nobody = ?, ring_ms = ?,
    unreachable_after_ms = ?, max_wait_ms = ?, wrap_up_ms = ?, back_off_ms = ?, max_ringing = ?, target_ms = ?,
    overflow = ?, revision = ? WHERE id = ?`);
  const touch = db.prepare('UPDATE groups SET revision = ? WHERE id = ?');
  const touchAll = db.prepare('UPDATE groups SET revision = ?');
  const remove = db.prepare('DELETE FROM groups WHERE id = ?');
  const append = db.prepare(`INSERT INTO members (user, group_id, position)
    VALUES (?, ?, 1 + coalesce((SELECT max(position) FROM members WHERE group_id = ?), 0))`);
  const drop = db.prepare('DELETE FROM members WHERE user = ?');

  const membersOf = (id: GroupId): readonly UserId[] => members.all(id).map((row) => row.user);
  const read = (row: Stored): GroupRow => ({
    id: row.id,
    extension: row.extension,
    strategy: row.strategy,
    onMiss: row.on_miss,
    whenNobody: row.when_nobody,
    ringMs: row.ring_ms,
    unreachableAfterMs: row.unreachable_after_ms,
    maxWaitMs: row.max_wait_ms,
    wrapUpMs: row.wrap_up_ms,
    backOffMs: row.back_off_ms,
    maxRinging: row.max_ringing,
    targetMs: row.target_ms,
    overflow: parseDestination(row.overflow) ?? { to: 'hang-up', cause: 'congestion' },
    members: membersOf(row.id),
    revision: row.revision,
  });
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
  return [
    group.extension,
    group.strategy,
    group.onMiss,
    group.whenNobody,
    group.ringMs,
    group.unreachableAfterMs,
    group.maxWaitMs,
    group.wrapUpMs,
    group.backOffMs,
    group.maxRinging,
    group.targetMs,
    printDestination(group.overflow),
    group.revision,
    group.id,
  ];
}
