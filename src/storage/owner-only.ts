import { chmodSync, existsSync, statSync } from 'node:fs';
import { whyOf } from '../lib/why.ts';

/** The files and directories of a home that say who called. */
type Places = { liveDb: string; directoryDb: string; checkpoints: string; backups: string };

/**
 * What this process writes from now on is for its owner only, and what earlier ones wrote is made so: rows, journal and
 * checkpoints say who called. `say` gets a line for each that cannot be changed.
 */
export function keepForOwner(paths: Readonly<Places>, say: (line: string) => void): void {
  process.umask(0o077);
  const databases = [paths.liveDb, paths.directoryDb].flatMap((file) => [file, `${file}-wal`, `${file}-shm`]);
  for (const path of [...databases, paths.checkpoints, paths.backups]) {
    if (!existsSync(path)) continue;
    const mode = statSync(path).mode & 0o777;
    if ((mode & 0o077) === 0) continue;
    try {
      chmodSync(path, mode & 0o700);
    } catch (error) {
      say(`${path} can be read by others: ${whyOf(error)}`);
    }
  }
}
