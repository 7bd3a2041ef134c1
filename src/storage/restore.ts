import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Manifest, readManifest, sha256Of, toDisk } from './backup.ts';
import { checkDatabase, DATABASES } from './check.ts';

/** What was put in place, and where the files lie that were there before (null when there were none). */
export type Restored = { readonly manifest: Manifest; readonly aside: string | null };

/**
 * Puts a backup in the place of the databases of `home`. The caller holds the home's lock. Everything is checked before
 * anything is touched; the old files are copied aside, and each new one then replaces the old in one step, so that there is
 * no moment without a whole database. Throws with nothing changed when the backup is damaged.
 */
export function restore(home: string, directory: string, stamp: string): Restored {
  const manifest = readManifest(directory);
  checkFiles(directory, manifest);
  const staged = DATABASES.map(({ name }) => ({ name, from: stage(home, directory, name) }));
  const aside = keepAside(home, stamp);
  for (const { name, from } of staged) {
    // The old one's log must not be applied to the new one.
    for (const suffix of ['-wal', '-shm']) rmSync(join(home, name + suffix), { force: true });
    renameSync(from, join(home, name));
  }
  // They are of the other story.
  const checkpoints = join(home, 'checkpoints');
  if (aside !== null && existsSync(checkpoints)) renameSync(checkpoints, join(aside, 'checkpoints'));
  toDisk(home);
  return { manifest, aside };
}

function checkFiles(directory: string, manifest: Manifest): void {
  for (const { name, migrations } of DATABASES) {
    const file = join(directory, name);
    const said = manifest.files.find((one) => one.name === name);
    if (said === undefined || !existsSync(file)) throw new Error(`The backup ${directory} lacks ${name}.`);
    if (sha256Of(file) !== said.sha256) throw new Error(`${file} is not what was backed up: its checksum differs.`);
    const { problems } = checkDatabase(file, migrations);
    if (problems.length > 0) throw new Error(`${file}: ${problems.slice(0, 3).join('; ')}`);
  }
}

/** A copy beside the place where it will be, so that a rename is enough. */
function stage(home: string, directory: string, name: string): string {
  const staged = join(home, `${name}.restoring`);
  copyFileSync(join(directory, name), staged);
  if (name === 'directory.db') forgetApplied(staged);
  toDisk(staged);
  return staged;
}

/** Asterisk may have had newer phones since: what it was given counts as unknown, so each is given to it again. */
function forgetApplied(file: string): void {
  const db = new Sqlite(file);
  db.exec('UPDATE phones SET applied = NULL');
  db.close();
}

function keepAside(home: string, stamp: string): string | null {
  const old = DATABASES.flatMap(({ name }) => ['', '-wal', '-shm'].map((suffix) => name + suffix)).filter((name) =>
    existsSync(join(home, name)),
  );
  if (old.length === 0) return null;
  const aside = join(home, 'backups', `replaced-${stamp}`);
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  for (const name of old) {
    copyFileSync(join(home, name), join(aside, name));
    toDisk(join(aside, name));
  }
  toDisk(aside);
  return aside;
}
