import Database from 'better-sqlite3';
import type { Command } from '../../core/commands.ts';
import type { Event } from '../../core/events.ts';
import type { NumberedFact } from '../../core/facts.ts';
import { type RowKind, type Rows, rowKinds } from '../../core/world.ts';
import { migrate } from '../directory/migrate.ts';
import { LIVE_MIGRATIONS } from './migrations.ts';
import { type Keep, preparePrune } from './prune.ts';

/** One step as the journal keeps it. */
export type JournalEntry = {
  /** Engine time in ms. */
  readonly at: number;
  readonly event: Event;
  readonly commands: readonly Command[];
  readonly facts: readonly NumberedFact[];
};

/** A caller's number and name, kept apart so that they can be forgotten. */
export type CallerRow = { readonly call: string; readonly number: string; readonly name: string };

export type Batch = {
  readonly rows: readonly { readonly kind: RowKind; readonly id: string; readonly body: unknown }[];
  readonly steps: readonly JournalEntry[];
  readonly callers: readonly CallerRow[];
};

/** The engine's database: the rows of the live state, the journal, the facts. One writer, the engine thread. */
export type LiveStore = {
  /** All rows, upgraded to what this version of the code expects. */
  load(): { readonly [K in RowKind]: Rows[K][] };
  /** The engine time of the last commit in ms, 0 in a new database. */
  lastAt(): number;
  /** Takes the database over: from now on only a daemon of this epoch may write. */
  own(epoch: string, pid: number): void;
  /** How often the core tripped over each call; `tripped` counts one more. */
  trips(): ReadonlyMap<string, number>;
  tripped(call: string): void;
  /**
   * Writes a batch in one transaction; `replaced` when another daemon owns the database, and then nothing was written.
   * Throws what SQLite throws (disk full, read-only).
   */
  commit(batch: Batch): 'written' | 'replaced';
  /** Removes the oldest of journal, facts and callers, as far as `keep` says and at most `most` steps; returns how many went. */
  prune(keep: Keep, most: number): number;
  close(): void;
};

/** The version of the code's decisions: a replay across two of them is compared, not promised. */
export const behaviour = 6;

/** So long a write waits for another connection that writes: our own checkpoints need less. */
const busyMs = 20;

/**
 * The write-ahead log in pages of 4 KB (64 MB) at which the engine moves the rest of it into the file by itself. SQLite begins the log
 * anew only when nothing was committed while it was moved: with some 100 commits a second another connection never gets there, and
 * the log would fill the disk. By then that other one has moved nearly everything, so this takes some 10 ms, and seldom.
 */
const mostPages = 16_384;

/**
 * Opens `live.db`: WAL with `synchronous=NORMAL`, so that `kill -9` loses nothing and a power cut the last moments.
 * Checkpoints are left to another connection, as long as it keeps up.
 */
export function openLiveStore(file: string, backups: string): LiveStore {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma(`wal_autocheckpoint = ${mostPages}`);
  migrate(db, LIVE_MIGRATIONS, backups);
  // Waiting for somebody else's lock would stop the loop; a batch that is refused is held and tried again.
  db.pragma(`busy_timeout = ${busyMs}`);
  const statements = prepare(db);
  let mine = '';
  const write = db.transaction((batch: Batch) => {
    const owner = statements.owner.get()?.epoch;
    if (owner !== mine) return 'replaced';
    for (const { kind, id, body } of batch.rows) {
      if (body === null) statements.remove[kind].run(id);
      else statements.put[kind].run(id, JSON.stringify(body));
    }
    for (const entry of batch.steps) writeStep(statements, entry);
    for (const { call, number, name } of batch.callers) statements.caller.run(call, number, name);
    return 'written';
  });
  return {
    load: () => loadRows(db),
    lastAt: () => statements.lastAt.get()?.at ?? 0,
    own(epoch, pid) {
      statements.takeOver.run(epoch, pid, Date.now());
      mine = epoch;
    },
    trips: () => new Map(statements.trips.all().map(({ call, count }) => [call, count])),
    tripped: (call) => void statements.tripped.run(call),
    commit: (batch) => write.immediate(batch),
    prune: preparePrune(db),
    close: () => db.close(),
  };
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database.Database) {
  const perKind = <T>(make: (kind: RowKind) => T) =>
    Object.fromEntries(rowKinds.map((kind) => [kind, make(kind)])) as Record<RowKind, T>;
  return {
    put: perKind((kind) =>
      db.prepare<[string, string]>(
        `INSERT INTO ${kind} (id, version, body) VALUES (?, 1, ?)
         ON CONFLICT (id) DO UPDATE SET body = excluded.body, version = version + 1`,
      ),
    ),
    remove: perKind((kind) => db.prepare<[string]>(`DELETE FROM ${kind} WHERE id = ?`)),
    step: db.prepare<[number, number, string, string, number]>(
      'INSERT INTO journal (at, behaviour, event, commands, facts) VALUES (?, ?, ?, ?, ?)',
    ),
    fact: db.prepare<[number, number, string, string | null, string | null, string]>(
      'INSERT INTO facts (seq, at, type, call, agent, body) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    caller: db.prepare<[string, string, string]>(
      'INSERT OR REPLACE INTO callers (call, number, name) VALUES (?, ?, ?)',
    ),
    owner: db.prepare<[], { epoch: string }>('SELECT epoch FROM owner'),
    takeOver: db.prepare<[string, number, number]>(
      'INSERT OR REPLACE INTO owner (id, epoch, pid, since) VALUES (1, ?, ?, ?)',
    ),
    trips: db.prepare<[], { call: string; count: number }>('SELECT call, count FROM trips'),
    tripped: db.prepare<[string]>(
      'INSERT INTO trips (call, count) VALUES (?, 1) ON CONFLICT (call) DO UPDATE SET count = count + 1',
    ),
    lastAt: db.prepare<[], { at: number }>('SELECT at FROM journal ORDER BY seq DESC LIMIT 1'),
  };
}

function writeStep(statements: Statements, { at, event, commands, facts }: JournalEntry): void {
  statements.step.run(at, behaviour, JSON.stringify(event), JSON.stringify(commands), facts.length);
  for (const fact of facts) {
    const call = 'call' in fact ? fact.call : null;
    const agent = 'agent' in fact ? fact.agent : null;
    statements.fact.run(fact.seq, fact.at, fact.type, call, agent, JSON.stringify(fact));
  }
}

function loadRows(db: Database.Database): { readonly [K in RowKind]: Rows[K][] } {
  const read = <K extends RowKind>(kind: K): Rows[K][] =>
    db
      .prepare<[], { body: string }>(`SELECT body FROM ${kind} ORDER BY id`)
      .all()
      .map(({ body }) => JSON.parse(body) as Rows[K]);
  return {
    meta: read('meta'),
    users: read('users'),
    queues: read('queues'),
    phones: read('phones'),
    agents: read('agents'),
    calls: read('calls'),
    offers: read('offers'),
    legs: read('legs'),
    reasons: read('reasons'),
    alarms: read('alarms'),
    trunks: read('trunks'),
    routes: read('routes'),
    payers: read('payers'),
    meters: read('meters'),
  };
}
