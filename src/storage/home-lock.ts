import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/**
 * Takes a home directory for this process, until `release` or the process's end, however that comes: it is a lock of the
 * operating system on a file (SQLite's EXCLUSIVE), so nothing stale can stay behind. Two daemons on one `live.db` would
 * write the same numbers twice. Throws when another process has it.
 */
export function lockHome(home: string): { release(): void } {
  const db = new Sqlite(join(home, 'lock.db'), { timeout: 0 });
  try {
    db.pragma('journal_mode = DELETE');
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new Error(`Another daemon runs in ${home}: stop it first, or use another home (--home).`);
    }
    throw error;
  }
  held.add(db);
  return {
    release() {
      held.delete(db);
      db.close();
    },
  };
}

/** A connection that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<Sqlite.Database>();
