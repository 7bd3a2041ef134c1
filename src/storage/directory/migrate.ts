import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Migration } from './migrations.ts';

/**
 * Brings a database to the newest schema. A database that already has one is copied into `backups` first. Throws when
 * a migration that was applied has another checksum now, or when the database is newer than this program.
 */
export function migrate(db: Database, migrations: readonly Migration[], backups: string): void {
  db.exec(`CREATE TABLE IF NOT EXISTS migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT`);
  const applied = db.prepare<[], AppliedMigration>('SELECT number, checksum FROM migrations ORDER BY number').all();
  const problem = migrationProblem(applied, migrations);
  if (problem !== null) throw new Error(`${db.name}: ${problem}.`);
  const missing = migrations.slice(applied.length);
  if (missing.length === 0) {
    return;
  }
  if (applied.length > 0) {
    backUp(db, backups, applied.length);
  }
  const record = db.prepare('INSERT INTO migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)');
  for (const migration of missing) {
    db.transaction(() => {
      db.exec(migration.sql);
      record.run(migration.number, migration.name, checksum(migration), Date.now());
    })();
  }
}

/** A migration as a database says that it was applied. */
export type AppliedMigration = { readonly number: number; readonly checksum: string };

/** Why this program cannot work with a database to which these were applied; null when it can. */
export function migrationProblem(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[],
): string | null {
  for (const row of applied) {
    const known = migrations.find((migration) => migration.number === row.number);
    if (known === undefined) {
      return `made by a newer version (migration ${row.number}): run that version, or restore a backup`;
    }
    if (checksum(known) !== row.checksum) {
      return `migration ${row.number} is not the one that was applied; the program was altered`;
    }
  }
  return null;
}

/** VACUUM INTO writes a whole, consistent copy, whatever lies in the write-ahead log. */
function backUp(db: Database, backups: string, version: number): void {
  mkdirSync(backups, { recursive: true, mode: 0o700 });
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  db.prepare('VACUUM INTO ?').run(join(backups, `${basename(db.name, '.db')}-v${version}-${stamp}.db`));
}

function checksum(migration: Migration): string {
  return createHash('sha256').update(`${migration.number}\n${migration.name}\n${migration.sql}`).digest('hex');
}
