import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../../lab/deadline.ts';
import { type Fault, unnoticed } from '../fault.ts';
import { crowd } from '../floor.ts';
import type { Stage } from '../stage.ts';
import { summary } from './daemon.ts';

const family = 'clock';

/** The wall clock steps under the daemon, as that process sees it: the machine's is never touched. */
export const clockFaults: readonly Fault[] = [
  {
    family,
    name: 'it steps an hour forward',
    expect: unnoticed,
    strike: (stage) => stepBy(stage, 3_600),
    restore: putRight,
  },
  {
    family,
    name: 'it steps an hour back',
    long: true,
    expect: unnoticed,
    strike: (stage) => stepBy(stage, -3_600),
    restore: putRight,
  },
];

async function stepBy(stage: Stage, seconds: number): Promise<string> {
  const { lab } = stage;
  await lab.kill9();
  setOffset(lab.home, 0);
  await lab.serve(environmentOf(lab.home));
  await stage.working();
  const before = lab.facts().at(-1)?.at ?? 0;
  setOffset(lab.home, seconds);
  await waitUntil(() => seesOffset(lab, seconds), 'the daemon to see the other time');
  const result = await crowd(stage, 1);
  const after = lab.facts().filter((fact) => fact.at >= before);
  const jumped = after.some((fact) => fact.at - before > 600_000);
  if (jumped || after.length === 0) throw new Error('engine time followed the step');
  return `engine time did not follow; of the rush ${summary(result)}`;
}

/** Its status says the wall clock as the process sees it. */
async function seesOffset(lab: Stage['lab'], seconds: number): Promise<boolean> {
  const { now } = await lab.api<{ now: number }>('GET', '/v1/status');
  return Math.abs(now - Date.now() - seconds * 1_000) < 600_000;
}

async function putRight(stage: Stage): Promise<void> {
  await stage.lab.kill9();
  await stage.working();
}

function environmentOf(home: string): Record<string, string> {
  return {
    LD_PRELOAD: libfaketime(),
    FAKETIME_TIMESTAMP_FILE: fileOf(home),
    FAKETIME_NO_CACHE: '1',
    DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

const fileOf = (home: string): string => join(home, 'faketime');

/** In one move, so that a half-written file is never read. */
function setOffset(home: string, seconds: number): void {
  writeFileSync(`${fileOf(home)}.new`, `${seconds < 0 ? '' : '+'}${seconds}`);
  renameSync(`${fileOf(home)}.new`, fileOf(home));
}

function libfaketime(): string {
  for (const folder of readdirSync('/usr/lib').map((name) => join('/usr/lib', name, 'faketime'))) {
    const file = join(folder, 'libfaketimeMT.so.1');
    if (existsSync(file)) return file;
  }
  throw new Error(
    'libfaketime is missing: install the package libfaketime, for the clock cannot be stepped without it',
  );
}
