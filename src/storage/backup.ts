import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { whyOf } from '../lib/why.ts';
import { checkDatabase, DATABASES } from './check.ts';

/** What `manifest.json` of a backup says. */
export type Manifest = {
  readonly format: 1;
  /** The version of Cordboard that made it. */
  readonly cordboard: string;
  /** When, in ISO 8601. */
  readonly madeAt: string;
  readonly files: readonly BackupFile[];
};

export type BackupFile = {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** How many migrations had been applied. */
  readonly migrations: number;
};

/** So many pages at once: all of them, in one go. */
const allPages = 0x7fffffff;

/**
 * Copies the databases of `home` into a new directory, while the daemon runs or not: each as it was at one moment, checked,
 * and named in a manifest with its checksum. The directory appears when all of it is on the disk. It holds the digests of
 * all phones and is for its owner only. Rejects when the directory exists or a copy is damaged.
 */
export async function backUp(home: string, directory: string, version: string): Promise<Manifest> {
  const beside = `${directory}.partial`;
  mkdirSync(dirname(directory), { recursive: true, mode: 0o700 });
  if (exists(directory)) throw new Error(`${directory} exists already: name a new directory.`);
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { mode: 0o700 });
  try {
    const files: BackupFile[] = [];
    for (const { name, migrations } of DATABASES) {
      const copy = join(beside, name);
      await copyDatabase(join(home, name), copy);
      const report = checkDatabase(copy, migrations);
      if (report.problems.length > 0) {
        throw new Error(`${name} is damaged, no backup was made: ${report.problems.slice(0, 3).join('; ')}`);
      }
      files.push({ name, bytes: statSync(copy).size, sha256: sha256Of(copy), migrations: report.migrations });
    }
    const manifest: Manifest = { format: 1, cordboard: version, madeAt: new Date().toISOString(), files };
    const file = join(beside, 'manifest.json');
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    toDisk(file);
    toDisk(beside);
    renameSync(beside, directory);
    toDisk(dirname(directory));
    return manifest;
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw error;
  }
}

/**
 * SQLite's online backup. It begins anew whenever somebody else wrote between two of its steps, so beside a busy engine it
 * would never end: all pages go in one step, which reads one moment. Nobody is held up by it, the databases are in WAL mode.
 */
async function copyDatabase(from: string, to: string): Promise<void> {
  const source = new Sqlite(from, { readonly: true, fileMustExist: true });
  try {
    await source.backup(to, { progress: () => allPages });
  } finally {
    source.close();
  }
  const copy = new Sqlite(to);
  // One file, with nothing beside it that a copy of the copy could forget.
  copy.pragma('journal_mode = DELETE');
  copy.close();
  chmodSync(to, 0o600);
  toDisk(to);
}

/** The SHA-256 of a file as hexadecimal digits. */
export function sha256Of(file: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(1 << 20);
  const open = openSync(file, 'r');
  try {
    for (let read = readSync(open, chunk); read > 0; read = readSync(open, chunk)) hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(open);
  }
  return hash.digest('hex');
}

/** Waits until a file, or a directory's list of names, is on the disk. */
export function toDisk(path: string): void {
  const open = openSync(path, 'r');
  try {
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
}

/** Reads a backup's manifest. Throws when there is none, or it is of a kind that this version does not know. */
export function readManifest(directory: string): Manifest {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;
  } catch (error) {
    throw new Error(`${directory} is no backup: ${whyOf(error)}`);
  }
  if (manifest?.format !== 1 || !Array.isArray(manifest.files)) {
    throw new Error(`${directory} was made by another version of Cordboard: restore it with that one.`);
  }
  return manifest;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
