import { chmodSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';

/** A connection to `directory.db`; the front thread is its only writer. */
export type DirectoryDb = Sqlite.Database;

/**
 * Opens (or makes) `directory.db`, readable by its owner only, and brings its schema up to date. Every commit is on the
 * disk before it is answered: what a person was told is done must survive a power cut.
 */
export function openDirectoryDb(file: string, backups: string): DirectoryDb {
  const db = new Sqlite(file);
  chmodSync(file, 0o600);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma('busy_timeout = 2000');
  migrate(db, MIGRATIONS, backups);
  return db;
}

/** Opens an existing `directory.db` beside its writer, to read only; throws when there is none. */
export function openDirectoryToRead(file: string): DirectoryDb {
  return new Sqlite(file, { readonly: true, fileMustExist: true });
}
