import type { PhoneId, UserId } from '../../core/settings.ts';
import type { AutoAnswer, Nat, Transport } from '../../protocol/phone-settings.ts';
import type { PhoneDrift } from '../../protocol/phones.ts';
import type { DirectoryDb } from './database.ts';

/** What can be set of a phone. `ha1` is the digest of its password. */
export type PhoneSettings = {
  readonly transport: Transport;
  readonly codecs: readonly string[];
  readonly nat: Nat;
  readonly context: string;
  readonly callGroups: readonly string[];
  readonly pickupGroups: readonly string[];
  /** Null: the extension's own, for a phone that asks. */
  /** Whether it answers by itself: offers of queues alone, or calls by colleagues too. */
  readonly autoAnswer: AutoAnswer;
  readonly mailboxes: readonly string[] | null;
  /** Null: the user's name, or extension. */
  readonly callerName: string | null;
  readonly callerNumber: string | null;
  readonly ha1: string;
};

/** A phone's row. `applied` is the hash of what Asterisk has of it, `failure` why the last push was refused. */
export type PhoneRow = PhoneSettings & {
  readonly id: PhoneId;
  readonly user: UserId;
  readonly userName: string;
  readonly extension: string;
  /** Null for the user's first phone. */
  readonly label: string | null;
  readonly applied: string | null;
  readonly failure: string | null;
  readonly drift: PhoneDrift | null;
};

type Stored = Omit<PhoneRow, 'codecs' | 'callGroups' | 'pickupGroups' | 'mailboxes' | 'drift'> & {
  readonly codecs: string;
  readonly callGroups: string;
  readonly pickupGroups: string;
  readonly mailboxes: string | null;
  readonly drift: string | null;
};

const columns = `SELECT p.id, p.user, u.name AS userName, u.extension, p.label, p.transport, p.codecs, p.nat, p.context,
  p.call_groups AS callGroups, p.pickup_groups AS pickupGroups, p.auto_answer AS autoAnswer, p.mailboxes, p.caller_name AS callerName,
  p.caller_number AS callerNumber, p.ha1, p.applied, p.failure, p.drift
  FROM phones p JOIN users u ON u.id = p.user`;

/** The rows of phones, of endpoints that still have to go, and of throw-away endpoints. */
export function phoneRows(db: DirectoryDb) {
  const one = db.prepare<[string], Stored>(`${columns} WHERE p.id = ?`);
  const ofUser = db.prepare<[string], Stored>(`${columns} WHERE p.user = ? ORDER BY p.label IS NOT NULL, p.id`);
  const all = db.prepare<[], Stored>(`${columns} ORDER BY p.id`);
  const unapplied = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM phones WHERE applied IS NULL');
  const insert =
    db.prepare(`INSERT INTO phones (transport, codecs, nat, context, call_groups, pickup_groups, auto_answer, mailboxes,
    caller_name, caller_number, ha1, id, user, label) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const update = db.prepare(`UPDATE phones SET transport = ?, codecs = ?, nat = ?, context = ?, call_groups = ?,
    pickup_groups = ?, auto_answer = ?, mailboxes = ?, caller_name = ?, caller_number = ?, ha1 = ?, applied = NULL, failure = NULL WHERE id = ?`);
  const mark = db.prepare('UPDATE phones SET applied = ?, failure = ? WHERE id = ?');
  const drifted = db.prepare('UPDATE phones SET drift = ?, applied = NULL WHERE id = ?');
  const remove = db.prepare('DELETE FROM phones WHERE id = ?');
  const leave = db.prepare('INSERT OR IGNORE INTO removed_phones (id) VALUES (?)');
  const forget = db.prepare('DELETE FROM removed_phones WHERE id = ?');
  const removed = db.prepare<[], { id: string }>('SELECT id FROM removed_phones ORDER BY id');
  const addTrial = db.prepare('INSERT INTO trial_phones (id, created_at) VALUES (?, ?)');
  const dropTrial = db.prepare('DELETE FROM trial_phones WHERE id = ?');
  const trials = db.prepare<[], { id: string }>('SELECT id FROM trial_phones ORDER BY id');
  return {
    find: (id: PhoneId): PhoneRow | null => read(one.get(id)),
    /** The first one comes first, the others by their ids. */
    ofUser: (user: UserId): readonly PhoneRow[] => ofUser.all(user).flatMap((row) => read(row) ?? []),
    all: (): readonly PhoneRow[] => all.all().flatMap((row) => read(row) ?? []),
    unappliedCount: (): number => unapplied.get()?.n ?? 0,
    /** A phone that comes back is no longer to be removed. */
    insert(phone: PhoneSettings & Pick<PhoneRow, 'id' | 'user' | 'label'>): void {
      insert.run(...values(phone), phone.id, phone.user, phone.label);
      forget.run(phone.id);
    },
    /** Also marks it as not applied. */
    update(phone: PhoneSettings & Pick<PhoneRow, 'id'>): void {
      update.run(...values(phone), phone.id);
    },
    mark(id: PhoneId, applied: string | null, failure: string | null): void {
      mark.run(applied, failure, id);
    },
    /** Notes what was found otherwise in Asterisk; the phone counts as not applied. */
    drifted(id: PhoneId, drift: PhoneDrift): void {
      drifted.run(JSON.stringify(drift), id);
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

function values(phone: PhoneSettings): (string | null)[] {
  const {
    transport,
    codecs,
    nat,
    context,
    callGroups,
    pickupGroups,
    autoAnswer,
    mailboxes,
    callerName,
    callerNumber,
    ha1,
  } = phone;
  const lists = [
    JSON.stringify(callGroups),
    JSON.stringify(pickupGroups),
    autoAnswer,
    mailboxes === null ? null : JSON.stringify(mailboxes),
  ];
  return [transport, JSON.stringify(codecs), nat, context, ...lists, callerName, callerNumber, ha1];
}

function read(row: Stored | undefined): PhoneRow | null {
  if (row === undefined) return null;
  const list = (text: string): readonly string[] => JSON.parse(text) as readonly string[];
  return {
    ...row,
    codecs: list(row.codecs),
    callGroups: list(row.callGroups),
    pickupGroups: list(row.pickupGroups),
    mailboxes: row.mailboxes === null ? null : list(row.mailboxes),
    drift: row.drift === null ? null : (JSON.parse(row.drift) as PhoneDrift),
  };
}
