import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes an empty directory of its own under the system's temporary one, named after `kind`; `removeScratch` ends it. */
export function makeScratch(kind: string): string {
  return mkdtempSync(join(tmpdir(), `cb-${kind}-`));
}

/** Removes a directory and all in it. A child process that is on its last breath may write a file while we are at it: then again. */
export function removeScratch(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 });
}
