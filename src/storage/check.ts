import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { whyOf } from '../lib/why.ts';
import { type AppliedMigration, migrationProblem } from './directory/migrate.ts';
import { MIGRATIONS, type Migration } from './directory/migrations.ts';
import { LIVE_MIGRATIONS } from './live/migrations.ts';

/** The databases of a home, each with its schema. The order is that of a backup. */
export const DATABASES = [
  // The live state first: the directory is then never older than what the engine was told of it.
  { name: 'live.db', migrations: LIVE_MIGRATIONS },
  { name: 'directory.db', migrations: MIGRATIONS },
] as const satisfies readonly { readonly name: string; readonly migrations: readonly Migration[] }[];

/** What was found in one database; `problems` is empty when it is whole. */
export type DatabaseReport = {
  readonly file: string;
  /** How many migrations were applied to it. */
  readonly migrations: number;
  readonly problems: readonly string[];
};

/** More lines than this say nothing new. */
const mostProblems = 20;

/**
 * Looks at every page, index, foreign key and migration of one database, only reading: a running daemon is not disturbed,
 * but its write-ahead log cannot shrink meanwhile. Never throws.
 */
export function checkDatabase(file: string, migrations: readonly Migration[]): DatabaseReport {
  if (!existsSync(file)) return { file, migrations: 0, problems: ['the file is missing'] };
  let db: Sqlite.Database | null = null;
  try {
    db = new Sqlite(file, { readonly: true, fileMustExist: true });
    const applied = appliedTo(db);
    const newer = applied === null ? 'it holds no schema of ours' : migrationProblem(applied, migrations);
    const problems = [...damage(db), ...strayKeys(db), ...(newer === null ? [] : [newer])];
    return { file, migrations: applied?.length ?? 0, problems: problems.slice(0, mostProblems) };
  } catch (error) {
    return { file, migrations: 0, problems: [whyOf(error)] };
  } finally {
    db?.close();
  }
}

function appliedTo(db: Sqlite.Database): readonly AppliedMigration[] | null {
  const table = db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'").get();
  if (table === undefined) return null;
  return db.prepare<[], AppliedMigration>('SELECT number, checksum FROM migrations ORDER BY number').all();
}

function damage(db: Sqlite.Database): readonly string[] {
  const rows = db.pragma(`integrity_check(${mostProblems})`) as readonly { integrity_check: string }[];
  return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
}

function strayKeys(db: Sqlite.Database): readonly string[] {
  const rows = db.pragma('foreign_key_check') as readonly { table: string; parent: string }[];
  return rows.map(({ table, parent }) => `a row of ${table} names a row of ${parent} that is not there`);
}
