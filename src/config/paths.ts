import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the daemon keeps what it writes; all absolute. */
export type Paths = {
  readonly home: string;
  readonly liveDb: string;
  readonly directoryDb: string;
  /** Copies of a database that are made before it is migrated. */
  readonly backups: string;
  /** The state beside the journal, from time to time: where replays begin. */
  readonly checkpoints: string;
  readonly pidFile: string;
};

/** The layout of a home directory. */
export function pathsOf(home: string): Paths {
  return {
    home,
    liveDb: join(home, 'live.db'),
    directoryDb: join(home, 'directory.db'),
    backups: join(home, 'backups'),
    checkpoints: join(home, 'checkpoints'),
    pidFile: join(home, 'cordboard.pid'),
  };
}

/** Reads a secret: the first line of its file. Throws with the file's name and what to do when it is missing or empty. */
export function readSecret(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(`The secret file ${file} cannot be read (${why}): make it with cordboard init.`);
  }
  const secret = text.split(/\r?\n/)[0]?.trim() ?? '';
  if (secret === '') {
    throw new Error(`The secret file ${file} is empty: remove it and run cordboard init.`);
  }
  return secret;
}
