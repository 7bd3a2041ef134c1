import type { PhoneId, UserId } from '../../core/settings.ts';
import type { Transport } from '../../protocol/users.ts';
import type { DirectoryDb } from './database.ts';

/** A phone's row. `applied` is the hash of what Asterisk has of it, `failure` why the last push was refused. */
export type PhoneRow = {
  readonly id: PhoneId;
  readonly user: UserId;
  readonly userName: string;
  readonly transport: Transport;
  readonly codecs: readonly string[];
  readonly ha1: string;
  readonly applied: string | null;
  readonly failure: string | null;
};

type Stored = Omit<PhoneRow, 'codecs'> & { readonly codecs: string };

/** The rows of phones, of endpoints that still have to go, and of throw-away endpoints. */
export function phoneRows(db: DirectoryDb) {
  const columns = 'SELECT p.*, u.name AS userName FROM phones p JOIN users u ON u.id = p.user';
  const one = db.prepare<[string], Stored>(`${columns} WHERE p.id = ?`);
  const ofUser = db.prepare<[string], Stored>(`${columns} WHERE p.user = ? ORDER BY p.id`);
  const all = db.prepare<[], Stored>(`${columns} ORDER BY p.id`);
  const unapplied = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM phones WHERE applied IS NULL');
  const insert = db.prepare('INSERT INTO phones (id, user, transport, codecs, ha1) VALUES (?, ?, ?, ?, ?)');
  const update = db.prepare(
    'UPDATE phones SET transport = ?, codecs = ?, ha1 = ?, applied = NULL, failure = NULL WHERE id = ?',
  );
  const mark = db.prepare('UPDATE phones SET applied = ?, failure = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM phones WHERE id = ?');
  const leave = db.prepare('INSERT OR IGNORE INTO removed_phones (id) VALUES (?)');
  const forget = db.prepare('DELETE FROM removed_phones WHERE id = ?');
  const removed = db.prepare<[], { id: string }>('SELECT id FROM removed_phones ORDER BY id');
  const addTrial = db.prepare('INSERT INTO trial_phones (id, created_at) VALUES (?, ?)');
  const dropTrial = db.prepare('DELETE FROM trial_phones WHERE id = ?');
  const trials = db.prepare<[], { id: string }>('SELECT id FROM trial_phones ORDER BY id');
  return {
    find: (id: PhoneId): PhoneRow | null => read(one.get(id)),
    ofUser: (user: UserId): readonly PhoneRow[] => ofUser.all(user).flatMap((row) => read(row) ?? []),
    all: (): readonly PhoneRow[] => all.all().flatMap((row) => read(row) ?? []),
    unappliedCount: (): number => unapplied.get()?.n ?? 0,
    /** A phone that comes back is no longer to be removed. */
    insert(phone: Pick<PhoneRow, 'id' | 'user' | 'transport' | 'codecs' | 'ha1'>): void {
      insert.run(phone.id, phone.user, phone.transport, JSON.stringify(phone.codecs), phone.ha1);
      forget.run(phone.id);
    },
    /** Also marks it as not applied. */
    update(phone: Pick<PhoneRow, 'id' | 'transport' | 'codecs' | 'ha1'>): void {
      update.run(phone.transport, JSON.stringify(phone.codecs), phone.ha1, phone.id);
    },
    mark(id: PhoneId, applied: string | null, failure: string | null): void {
      mark.run(applied, failure, id);
    },
    /** Removes the row and remembers that Asterisk must be told. */
    remove(id: PhoneId): void {
      remove.run(id);
      leave.run(id);
    },
    removed: (): readonly PhoneId[] => removed.all().map((row) => row.id),
    leave: (id: PhoneId): void => void leave.run(id),
    forget: (id: PhoneId): void => void forget.run(id),
    addTrial: (id: PhoneId, at: number): void => void addTrial.run(id, at),
    dropTrial: (id: PhoneId): boolean => dropTrial.run(id).changes > 0,
    trials: (): readonly PhoneId[] => trials.all().map((row) => row.id),
  };
}

function read(row: Stored | undefined): PhoneRow | null {
  return row === undefined ? null : { ...row, codecs: JSON.parse(row.codecs) as readonly string[] };
}
