import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { waitUntil } from '../lab/deadline.ts';
import { takePorts } from '../lab/ports.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

const entry = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** A daemon without an Asterisk, whose log goes to this file; how it ended. */
async function serve(logTo: string): Promise<{
  daemon: ChildProcess;
  home: string;
  health: number;
  ended: Promise<{ code: number | null; signal: string | null }>;
}> {
  const home = makeScratch('ends');
  const { ports, release } = await takePorts(3);
  const [health = 0, http, ami] = ports;
  cleanUp.push(() => removeScratch(home), release);
  writeFileSync(
    join(home, 'cordboard.yaml'),
    `asterisk: {http-port: ${http}, ami: {port: ${ami}}}\nhttp: {port: ${health}}\nlog: {level: debug}\n`,
  );
  const init = spawn(process.execPath, [entry, 'init', '--home', home], { stdio: 'ignore' });
  await new Promise((resolve) => init.once('close', resolve));
  const log = openSync(logTo, 'w');
  const daemon = spawn(process.execPath, [entry, 'serve', '--home', home], { stdio: ['ignore', log, log] });
  closeSync(log);
  cleanUp.push(() => daemon.kill('SIGKILL'));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    daemon.once('close', (code, signal) => resolve({ code, signal })),
  );
  return { daemon, home, health, ended };
}

test('given_a_log_on_a_full_disk_when_the_daemon_serves_then_it_goes_on_and_ends_when_it_is_told_to', async () => {
  const { daemon, health, ended } = await serve('/dev/full');
  const answers = async () => {
    const answer = await fetch(`http://127.0.0.1:${health}/healthz`).catch(() => null);
    return answer?.status === 200;
  };
  await waitUntil(answers, 'the daemon to serve', 60_000);
  daemon.kill('SIGTERM');
  expect(await ended).toEqual({ code: 0, signal: null });
});

test('given_a_daemon_that_is_just_starting_when_it_is_told_to_end_then_it_ends_as_it_always_does', async () => {
  const { daemon, home, ended } = await serve('/dev/null');
  // The engine's database is there long before the front answers.
  await waitUntil(() => existsSync(join(home, 'live.db')), 'the daemon to begin', 60_000);
  daemon.kill('SIGTERM');
  expect(await ended).toEqual({ code: 0, signal: null });
});
