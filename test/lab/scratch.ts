import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes an empty directory of its own under the system's temporary one, named after `kind`; `removeScratch` ends it. */
export function makeScratch(kind: string): string {
  return mkdtempSync(join(tmpdir(), `cb-${kind}-`));
}

/** Removes a directory and all in it. A child process that is on its last breath may write a file while we are at it: then again. */
export function removeScratch(directory: string): void {
  for (let tries = 1; ; tries += 1) {
    try {
      // Its own retries try the last step again, and never look for what has come since.
      return rmSync(directory, { recursive: true, force: true });
    } catch (error) {
      if (tries >= 40 || (error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
    }
  }
}
