import type { Migration } from '../directory/migrations.ts';

/** The rows of the first version, in the words of that time. */
const firstKinds = ['meta', 'users', 'groups', 'phones', 'agents', 'calls', 'offers', 'legs'];

/** The schema of `live.db`, one step after the other; an applied one is never changed. */
export const LIVE_MIGRATIONS: readonly Migration[] = [
  {
    number: 1,
    name: 'rows, journal, facts, callers',
    sql: `
      ${firstKinds.map((kind) => `CREATE TABLE ${kind} (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;`).join('\n')}
      CREATE TABLE journal (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, behaviour INTEGER NOT NULL,
        event TEXT NOT NULL, commands TEXT NOT NULL) STRICT;
      CREATE INDEX journal_at ON journal (at);
      CREATE TABLE facts (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL, call TEXT, agent TEXT, body TEXT NOT NULL) STRICT;
      CREATE INDEX facts_call ON facts (call) WHERE call IS NOT NULL;
      CREATE INDEX facts_agent ON facts (agent) WHERE agent IS NOT NULL;
      CREATE TABLE callers (call TEXT PRIMARY KEY, number TEXT NOT NULL, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    number: 2,
    name: 'owner and trips',
    sql: `
      -- One row: only the daemon of this epoch may write.
      CREATE TABLE owner (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, pid INTEGER NOT NULL, since INTEGER NOT NULL) STRICT;
      -- How often the core tripped over a call; the second time it is set aside.
      CREATE TABLE trips (call TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    number: 3,
    name: 'no index of facts by agent',
    sql: `
      -- Nobody reads by it, and each fact paid for it in the engine's own commit.
      DROP INDEX facts_agent;
    `,
  },
  {
    number: 4,
    name: 'queues',
    sql: `
      -- A group's own queue and a standalone one are the same kind of row.
      ALTER TABLE groups RENAME TO queues;
    `,
  },
  {
    number: 5,
    name: 'how many facts a step made',
    sql: `
      -- A replay compares step by step; of those written before this nobody knows.
      ALTER TABLE journal ADD COLUMN facts INTEGER;
    `,
  },
  {
    number: 6,
    name: 'reasons and alarms',
    sql: `
      CREATE TABLE reasons (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE alarms (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    number: 7,
    name: 'trunks, routes, meters',
    sql: `
      CREATE TABLE trunks (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE routes (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE meters (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
  {
    number: 8,
    name: 'payers',
    sql: `
      CREATE TABLE payers (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `,
  },
];
