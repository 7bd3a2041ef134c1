import { type Member, memberOf, type QueueSettings, queueOf } from '../../core/queue-settings.ts';
import type { QueueId, UserId } from '../../core/settings.ts';
import { parseDestination, printDestination } from '../../directory/destination.ts';
import type { DirectoryDb } from './database.ts';

/** A queue's row: its settings. A ladder of null is the configuration's. */
export type QueueRow = Omit<QueueSettings, 'ladder'> & {
  readonly ladder: QueueSettings['ladder'] | null;
  readonly revision: number;
};

type Kind = QueueRow['kind'];
type Stored = { id: string; kind: Kind; extension: string | null; settings: string; revision: number };
type StoredMember = { user: string; penalty: number; weight: number; wrapUpMs: number | null };

/** The rows of queues, the groups' own among them, and of their members. */
export function queueRows(db: DirectoryDb) {
  const columns = 'SELECT id, kind, extension, settings, revision FROM queues';
  const one = db.prepare<[string], Stored>(`${columns} WHERE id = ?`);
  const all = db.prepare<[], Stored>(`${columns} ORDER BY id`);
  const changed = db.prepare<[number], Stored>(`${columns} WHERE revision > ? ORDER BY id`);
  const ids = db.prepare<[], { id: string }>('SELECT id FROM queues ORDER BY id');
  const count = db.prepare<[string], { n: number }>('SELECT count(*) AS n FROM queues WHERE kind = ?');
  const members = db.prepare<[string], StoredMember>(
    'SELECT user, penalty, weight, wrap_up_ms AS wrapUpMs FROM queue_members WHERE queue = ? ORDER BY position, user',
  );
  const queuesOf = db.prepare<[string, string], { queue: string }>(
    'SELECT queue FROM queue_members WHERE user = ? AND kind = ? ORDER BY queue',
  );
  const insert = db.prepare(
    'INSERT INTO queues (extension, settings, revision, id, kind, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const update = db.prepare('UPDATE queues SET extension = ?, settings = ?, revision = ? WHERE id = ?');
  const touch = db.prepare('UPDATE queues SET revision = ? WHERE id = ?');
  const touchAll = db.prepare('UPDATE queues SET revision = ?');
  const remove = db.prepare('DELETE FROM queues WHERE id = ?');
  const put = db.prepare(`INSERT INTO queue_members (queue, user, kind, penalty, weight, wrap_up_ms, position)
    VALUES (?, ?, ?, ?, ?, ?, 1 + coalesce((SELECT max(position) FROM queue_members WHERE queue = ?), 0))
    ON CONFLICT (queue, user) DO UPDATE SET penalty = excluded.penalty, weight = excluded.weight,
      wrap_up_ms = excluded.wrap_up_ms`);
  const drop = db.prepare('DELETE FROM queue_members WHERE queue = ? AND user = ?');

  const read = ({ id, kind, extension, settings, revision }: Stored): QueueRow => {
    const {
      overflow,
      ladder = null,
      ...said
    } = JSON.parse(settings) as Partial<Omit<QueueRow, 'overflow'>> & {
      overflow: string;
    };
    const row = queueOf({
      ...said,
      overflow: parseDestination(overflow) ?? { to: 'hang-up', cause: 'congestion' },
      id,
      kind,
      extension,
      members: members.all(id).map((member) => memberOf(member)),
    });
    return { ...row, ladder, revision };
  };
  return {
    find(id: QueueId): QueueRow | null {
      const row = one.get(id);
      return row === undefined ? null : read(row);
    },
    all: (): readonly QueueRow[] => all.all().map(read),
    changedSince: (revision: number): readonly QueueRow[] => changed.all(revision).map(read),
    ids: (): readonly QueueId[] => ids.all().map((row) => row.id),
    count: (kind: Kind): number => count.get(kind)?.n ?? 0,
    /** The standalone queues, or the one group, that a user is a member of. */
    ofUser: (user: UserId, kind: Kind): readonly QueueId[] => queuesOf.all(user, kind).map((row) => row.queue),
    insert: (queue: QueueRow, createdAt: number): void => void insert.run(...values(queue), queue.kind, createdAt),
    update: (queue: QueueRow): void => void update.run(...values(queue)),
    touch: (id: QueueId, revision: number): void => void touch.run(revision, id),
    touchAll: (revision: number): void => void touchAll.run(revision),
    remove: (id: QueueId): void => void remove.run(id),
    /** Adds a member at the end, or changes one where they stand. */
    putMember({ id, kind }: Pick<QueueRow, 'id' | 'kind'>, { user, penalty, weight, wrapUpMs }: Member): void {
      put.run(id, user, kind, penalty, weight, wrapUpMs, id);
    },
    dropMember: (id: QueueId, user: UserId): void => void drop.run(id, user),
  };
}

function values(queue: QueueRow): (string | number | null)[] {
  const { id, kind: _, extension, members: __, revision, overflow, ...settings } = queue;
  return [extension, JSON.stringify({ ...settings, overflow: printDestination(overflow) }), revision, id];
}
