import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LabAsterisk } from '../../test/lab/asterisk.ts';
import type { Account } from '../farm/protocol.ts';
import { becomesReady, type Contestant } from './contestant.ts';

/** What a caller dials: with Cordboard it is an ordinary group's number, and here the bare program takes every call. */
const extension = '8001';

/** Starts the bare program in a process of its own, as Cordboard has one; ready when its events come. */
export async function startAriFloor(asterisk: LabAsterisk, accounts: readonly Account[]): Promise<Contestant> {
  const main = fileURLToPath(new URL('./ari-floor-process.ts', import.meta.url));
  const args = [String(asterisk.ports.http), asterisk.ariSecret, ...accounts.map((account) => account.user)];
  const child = fork(main, args, { execArgv: ['--import', 'tsx'] });
  let isReady = false;
  child.once('message', () => {
    isReady = true;
  });
  await becomesReady('ari-floor', 30_000, async () => {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    return isReady ? null : 'its events do not come yet';
  });
  const pids = child.pid === undefined ? [] : [child.pid];
  return { name: 'ari-floor', extension, pids, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  await ended;
}
