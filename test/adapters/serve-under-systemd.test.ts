import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { waitUntil } from '../lab/deadline.ts';
import { takePorts } from '../lab/ports.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

const entry = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

test('given_a_daemon_under_systemd_without_asterisk_when_it_lives_and_ends_then_systemd_is_told_each_time', async () => {
  const home = makeScratch('systemd');
  const { ports, release } = await takePorts(3);
  const [health, http, ami] = ports;
  writeFileSync(
    join(home, 'cordboard.yaml'),
    `asterisk: {http-port: ${http}, ami: {port: ${ami}}}\nhttp: {port: ${health}}\n`,
  );
  const init = spawn(process.execPath, [entry, 'init', '--home', home], { stdio: 'ignore' });
  await new Promise((resolve) => init.once('close', resolve));
  const said = join(home, 'said');
  writeFileSync(join(home, 'systemd-notify'), `#!/bin/sh\necho "$*" >>"${said}"\n`);
  chmodSync(join(home, 'systemd-notify'), 0o755);
  const lines = () => (existsSync(said) ? readFileSync(said, 'utf8').split('\n').filter(Boolean) : []);
  const daemon = spawn(process.execPath, [entry, 'serve', '--home', home], {
    env: {
      ...process.env,
      PATH: `${home}${delimiter}${process.env.PATH}`,
      NOTIFY_SOCKET: join(home, 'notify'),
      WATCHDOG_USEC: '100000',
    },
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => daemon.once('close', resolve));
  await waitUntil(() => lines().filter((line) => line.startsWith('WATCHDOG=1')).length >= 3, 'three meals');
  expect(lines()[0]).toBe('READY=1 WATCHDOG=1 STATUS=Asterisk is not reached: 0 waiting, 0 talking');
  daemon.kill('SIGTERM');
  expect(await ended).toBe(0);
  await waitUntil(() => lines().some((line) => line.startsWith('STOPPING=1')), 'the farewell');
  release();
  removeScratch(home);
});
