import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { waitUntil } from '../../lab/deadline.ts';
import { during, type Fault, fellBack, unnoticed } from '../fault.ts';
import { crowd, fallbackServes } from '../floor.ts';
import {
  diskOf,
  empty,
  failDisk,
  fill,
  imageOf,
  mount,
  offSmallDisk,
  ontoFailingDisk,
  ontoSmallDisk,
  setReadOnly,
} from '../small-disk.ts';
import type { Stage } from '../stage.ts';
import { summary } from './daemon.ts';

const family = 'database';

/** The live database lies on a small disk of its own that is full, read-only, or held by somebody else. */
export const diskFaults: readonly Fault[] = [
  {
    family,
    name: 'the disk is full, for 1 s after the first refusal',
    expect: { ...unnoticed, repairs: 'any' },
    prepare: ontoSmallDisk,
    strike: (stage) => fullFor(stage, 1_000),
    restore: offSmallDisk,
  },
  {
    family,
    name: 'the disk is full, longer than any lease',
    long: true,
    expect: fellBack,
    prepare: ontoSmallDisk,
    strike: (stage) => fullFor(stage, 12_000),
    restore: offSmallDisk,
  },
  {
    family,
    name: 'read-only when it starts, then writable again',
    long: true,
    expect: fellBack,
    prepare: ontoSmallDisk,
    async strike({ lab }) {
      await lab.kill9();
      mount('-o', 'remount,ro', diskOf(lab.home));
      const said = await lab.serve().then(
        () => 'it is ready though nothing can be written',
        () => 'it does not start',
      );
      if (lab.running) await lab.kill9();
      mount('-o', 'remount,rw', diskOf(lab.home));
      await lab.serve();
      return `${said}; writable again, it does`;
    },
    restore: offSmallDisk,
  },
  {
    family,
    name: 'read-only while it runs, for 1 s after the first refusal',
    long: true,
    expect: { ...unnoticed, repairs: 'any' },
    async strike(stage) {
      setReadOnly(stage, true);
      const rush = crowd(stage, 1);
      await waitUntil(() => isHeld(stage), 'a batch to be held', 60_000);
      await during(1_000);
      setReadOnly(stage, false);
      return `held and written; of the rush ${summary(await rush)}`;
    },
    restore: async (stage) => setReadOnly(stage, false),
  },
  {
    family,
    name: 'its file system fails and makes itself read-only, until it is mounted anew',
    long: true,
    expect: fellBack,
    prepare: ontoFailingDisk,
    async strike(stage) {
      const { lab } = stage;
      const disk = diskOf(lab.home);
      failDisk(disk);
      const rush = crowd(stage, 1);
      await waitUntil(async () => !lab.running || (await isHeld(stage)), 'a batch to be held', 60_000);
      await fallbackServes(stage);
      const said = lab.running ? 'held' : 'ended by itself';
      await lab.kill9();
      execFileSync('umount', [disk]);
      mount('-o', 'loop', imageOf(lab.home), disk);
      await lab.serve();
      return `${said}, callers fell back; of the rush ${summary(await rush)}`;
    },
    restore: offSmallDisk,
  },
  {
    family,
    name: 'another program holds the write lock',
    long: true,
    expect: { ...unnoticed, repairs: 'any' },
    async strike(stage) {
      const rush = crowd(stage, 1);
      const db = new Database(join(stage.lab.home, 'live.db'), { timeout: 5_000 });
      db.exec('BEGIN IMMEDIATE');
      // It answers, so it does not stand still in the attempt to write.
      await waitUntil(() => isHeld(stage), 'a batch to be held', 30_000);
      db.exec('ROLLBACK');
      db.close();
      return `held and written; of the rush ${summary(await rush)}`;
    },
  },
];

async function fullFor(stage: Stage, ms: number): Promise<string> {
  const disk = diskOf(stage.lab.home);
  fill(disk);
  const rush = crowd(stage, 2);
  await waitUntil(() => isHeld(stage), 'a batch to be held', 60_000);
  await during(ms);
  empty(disk);
  return `held and written; of the rush ${summary(await rush)}`;
}

async function isHeld({ lab }: Stage): Promise<boolean> {
  const status = await lab.api<{ engine: { heldMs: number | null } | null }>('GET', '/v1/status').catch(() => null);
  return (status?.engine?.heldMs ?? null) !== null;
}
