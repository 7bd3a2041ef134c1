import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stretch } from './stretch.ts';
import type { Take } from './take.ts';

/** Stretches that were recorded, each in a file, to be stepped in processes of their own. */
export type Recordings = {
  add(key: string, stretch: Stretch): void;
  has(key: string): boolean;
  /** Steps one of them; rejects when its process ends without an answer. */
  take(key: string): Promise<Take>;
  readonly keys: () => Iterable<string>;
  remove(): void;
};

/** A directory for recordings, which `remove` takes away. */
export function createRecordings(): Recordings {
  const directory = mkdtempSync(join(tmpdir(), 'cordboard-bench-core-'));
  const files = new Map<string, string>();
  return {
    add(key, stretch) {
      const file = join(directory, `${files.size}.json`);
      writeFileSync(file, JSON.stringify(stretch));
      files.set(key, file);
    },
    has: (key) => files.has(key),
    take: (key) => play(files.get(key) ?? ''),
    keys: () => files.keys(),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function play(file: string): Promise<Take> {
  const player = fileURLToPath(new URL('./player.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = fork(player, [file], { execArgv: ['--import', 'tsx'] });
    let taken: Take | null = null;
    child.on('message', (message: Take) => {
      taken = message;
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (taken === null) reject(new Error(`stepping ${file} ended with code ${code} and no answer`));
      else resolve(taken);
    });
  });
}
