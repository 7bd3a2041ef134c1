import { readdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/** How long a predecessor has to stop by itself, and then to be gone. */
const patienceMs = 3_000;
const pollMs = 50;

/**
 * Takes a home directory for this process, until `release` or the process's end, however that comes: it is a lock of the
 * operating system on a file (SQLite's EXCLUSIVE), so nothing stale can stay behind. Two daemons on one `live.db` would
 * write the same numbers twice, so one acts: a predecessor that is verified (a process of ours that holds this very lock)
 * is ended, be it hung or stopped. Rejects when the holder cannot be verified or does not go.
 */
export async function takeHome(home: string, say: (line: string) => void): Promise<{ release(): void }> {
  const first = tryLock(home);
  if (first) return first;
  const pid = holderOf(home);
  if (pid === null)
    throw new Error(`Another process holds ${home}, and it is no daemon that can be seen: end it first.`);
  say(`a daemon (process ${pid}) runs in ${home}: taking over from it`);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      // It is gone already, or not ours to end: the lock will tell.
    }
    const until = Date.now() + patienceMs;
    while (Date.now() < until) {
      const lock = tryLock(home);
      if (lock) return lock;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
  throw new Error(`The daemon (process ${pid}) in ${home} does not go: end it first.`);
}

/** Takes a home directory where nobody has it, and ends nobody for it: null while a daemon runs there. */
export function takeFreeHome(home: string): { release(): void } | null {
  return tryLock(home);
}

function tryLock(home: string): { release(): void } | null {
  const db = new Sqlite(join(home, 'lock.db'), { timeout: 0 });
  try {
    db.pragma('journal_mode = DELETE');
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
  held.add(db);
  writeFileSync(join(home, 'cordboard.pid'), `${process.pid}\n`, { mode: 0o600 });
  return {
    release() {
      held.delete(db);
      db.close();
    },
  };
}

/** The process of the pid file, when it is a daemon that has this home's lock file open; else null. */
function holderOf(home: string): number | null {
  try {
    const pid = Number(readFileSync(join(home, 'cordboard.pid'), 'utf8').trim());
    if (!Number.isInteger(pid) || pid < 2 || pid === process.pid) return null;
    const lock = realpathSync(join(home, 'lock.db'));
    const fds = readdirSync(`/proc/${pid}/fd`);
    const hasLock = fds.some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === lock);
    return hasLock && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes('serve') ? pid : null;
  } catch {
    return null;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** A connection that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<Sqlite.Database>();
