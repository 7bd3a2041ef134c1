import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readlinkSync, renameSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { waitUntil } from '../../lab/deadline.ts';
import { during, type Fault, fellBack, unnoticed } from '../fault.ts';
import { crowd } from '../floor.ts';
import type { Stage } from '../stage.ts';
import { summary } from './daemon.ts';

const family = 'database';

/** The live database lies on a small disk of its own that is full, read-only, or held by somebody else. */
export const diskFaults: readonly Fault[] = [
  {
    family,
    name: 'the disk is full, for 1 s after the first refusal',
    expect: { ...unnoticed, repairs: 'any' },
    prepare: ontoSmallDisk,
    strike: (stage) => fullFor(stage, 1_000),
    restore: offSmallDisk,
  },
  {
    family,
    name: 'the disk is full, longer than any lease',
    long: true,
    expect: fellBack,
    prepare: ontoSmallDisk,
    strike: (stage) => fullFor(stage, 12_000),
    restore: offSmallDisk,
  },
  {
    family,
    name: 'read-only when it starts, then writable again',
    long: true,
    expect: fellBack,
    prepare: ontoSmallDisk,
    async strike({ lab }) {
      await lab.kill9();
      mount('-o', 'remount,ro', diskOf(lab.home));
      const said = await lab.serve().then(
        () => 'it is ready though nothing can be written',
        () => 'it does not start',
      );
      if (lab.running) await lab.kill9();
      mount('-o', 'remount,rw', diskOf(lab.home));
      await lab.serve();
      return `${said}; writable again, it does`;
    },
    restore: offSmallDisk,
  },
  {
    family,
    name: 'another program holds the write lock',
    long: true,
    expect: { ...unnoticed, repairs: 'any' },
    async strike(stage) {
      const rush = crowd(stage, 1);
      const db = new Database(join(stage.lab.home, 'live.db'), { timeout: 5_000 });
      db.exec('BEGIN IMMEDIATE');
      // It answers, so it does not stand still in the attempt to write.
      await waitUntil(() => isHeld(stage), 'a batch to be held', 30_000);
      db.exec('ROLLBACK');
      db.close();
      return `held and written; of the rush ${summary(await rush)}`;
    },
  },
];

const diskBytes = 24 * 1024 * 1024;
const diskOf = (home: string): string => join(home, 'small-disk');

/** Moves `live.db` to a tmpfs and leaves a link: SQLite keeps the journal beside the real file. */
async function ontoSmallDisk(stage: Stage): Promise<void> {
  const { lab } = stage;
  const disk = diskOf(lab.home);
  mkdirSync(disk, { recursive: true });
  try {
    mount('-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', disk);
  } catch (error) {
    throw new Error(`a tmpfs cannot be mounted here (it needs root, or CAP_SYS_ADMIN): ${String(error)}`);
  }
  await lab.kill9();
  move(join(lab.home, 'live.db'), join(disk, 'live.db'));
  symlinkSync(join(disk, 'live.db'), join(lab.home, 'live.db'));
  await stage.working();
}

async function offSmallDisk(stage: Stage): Promise<void> {
  const { lab } = stage;
  const disk = diskOf(lab.home);
  const link = join(lab.home, 'live.db');
  if (!isLink(link)) return;
  if (lab.running) await lab.kill9();
  rmSync(join(disk, 'filler'), { force: true });
  rmSync(link);
  move(join(disk, 'live.db'), link);
  execFileSync('umount', [disk]);
  await stage.working();
}

/** From one file system to another, with the write-ahead log folded in. */
function move(from: string, to: string): void {
  const db = new Database(from);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.pragma('journal_mode = DELETE');
  db.exec(`VACUUM INTO '${to}.new'`);
  db.close();
  rmSync(from);
  renameSync(`${to}.new`, to);
}

async function fullFor(stage: Stage, ms: number): Promise<string> {
  const disk = diskOf(stage.lab.home);
  fill(disk);
  const rush = crowd(stage, 2);
  await waitUntil(() => isHeld(stage), 'a batch to be held', 60_000);
  await during(ms);
  rmSync(join(disk, 'filler'));
  return `held and written; of the rush ${summary(await rush)}`;
}

async function isHeld({ lab }: Stage): Promise<boolean> {
  const status = await lab.api<{ engine: { heldMs: number | null } | null }>('GET', '/v1/status').catch(() => null);
  return (status?.engine?.heldMs ?? null) !== null;
}

/** Leaves not one block, whatever is still being written. Quick: phones and proxy live in this very process. */
function fill(disk: string): void {
  const file = openSync(join(disk, 'filler'), 'w');
  for (const size of [1024 * 1024, 4096]) {
    try {
      for (const block = Buffer.alloc(size); ; ) if (writeSync(file, block) < size) break;
    } catch {
      // Full: what is left is less than such a block.
    }
  }
  closeSync(file);
}

function mount(...args: string[]): void {
  execFileSync('mount', args, { stdio: 'pipe' });
}

function isLink(path: string): boolean {
  try {
    return readlinkSync(path) !== '';
  } catch {
    return false;
  }
}
