import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import type { Stage } from './stage.ts';

/** Room for the live database, and soon filled. */
const diskBytes = 24 * 1024 * 1024;
/** Where a home's small disk is mounted. */
export const diskOf = (home: string): string => join(home, 'small-disk');

/** The file that the failing disk lies in. */
export const imageOf = (home: string): string => join(home, 'small-disk.img');

/** Moves `live.db` to a small tmpfs. */
export function ontoSmallDisk(stage: Stage): Promise<void> {
  return ontoDisk(stage, (disk) => mount('-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', disk));
}

/** A file system that can be told to fail: ext4 in a file. */
export function ontoFailingDisk(stage: Stage): Promise<void> {
  const image = imageOf(stage.lab.home);
  return ontoDisk(stage, (disk) => {
    execFileSync('truncate', ['-s', String(2 * diskBytes), image]);
    execFileSync('mkfs.ext4', ['-q', '-F', image]);
    mount('-o', 'loop,errors=remount-ro', image, disk);
  });
}

/** What the kernel does to an ext4 that met an error (errors=remount-ro): from now on each write to it fails. */
export function failDisk(disk: string): void {
  const device = execFileSync('findmnt', ['-no', 'SOURCE', disk], { encoding: 'utf8' }).trim();
  writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, 'test');
}

/** Asks more of the file system than a mode would: the daemon has its files open, and open files do not look at modes. */
export function setReadOnly({ lab }: Stage, readOnly: boolean): void {
  const files = ['live.db', 'live.db-wal'].map((name) => join(lab.home, name));
  execFileSync('chattr', [readOnly ? '+i' : '-i', ...files.filter((file) => existsSync(file))], { stdio: 'pipe' });
}

/** Moves `live.db` to a disk of its own and leaves a link: SQLite keeps the journal beside the real file. */
async function ontoDisk(stage: Stage, mountOn: (disk: string) => void): Promise<void> {
  const { lab } = stage;
  const disk = diskOf(lab.home);
  mkdirSync(disk, { recursive: true });
  try {
    mountOn(disk);
  } catch (error) {
    throw new Error(`no disk can be mounted here (it needs root, or CAP_SYS_ADMIN): ${String(error)}`);
  }
  await lab.kill9();
  move(join(lab.home, 'live.db'), join(disk, 'live.db'));
  symlinkSync(join(disk, 'live.db'), join(lab.home, 'live.db'));
  await stage.working();
}

/** Moves `live.db` back home, when it is on a disk of its own. */
export async function offSmallDisk(stage: Stage): Promise<void> {
  const { lab } = stage;
  const disk = diskOf(lab.home);
  const link = join(lab.home, 'live.db');
  if (!isLink(link)) return;
  if (lab.running) await lab.kill9();
  rmSync(join(disk, 'filler'), { force: true });
  rmSync(link);
  move(join(disk, 'live.db'), link);
  execFileSync('umount', [disk]);
  rmSync(imageOf(lab.home), { force: true });
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

/** Gives back what `fill` took. */
export function empty(disk: string): void {
  rmSync(join(disk, 'filler'));
}

/** Leaves not one block, whatever is still being written. Quick: phones and proxy live in this very process. */
export function fill(disk: string): void {
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

/** `mount` as root does it; throws with what it said. */
export function mount(...args: string[]): void {
  execFileSync('mount', args, { stdio: 'pipe' });
}

function isLink(path: string): boolean {
  try {
    return readlinkSync(path) !== '';
  } catch {
    return false;
  }
}
