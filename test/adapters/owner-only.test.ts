import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { waitUntil } from '../lab/deadline.ts';
import { takePorts } from '../lab/ports.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

const entry = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

test('given_a_home_that_all_can_read_when_the_daemon_serves_then_what_says_who_called_is_for_its_owner_only', async () => {
  const home = makeScratch('owner');
  const { ports, release } = await takePorts(3);
  const [health, http, ami] = ports;
  writeFileSync(
    join(home, 'cordboard.yaml'),
    `asterisk: {http-port: ${http}, ami: {port: ${ami}}}\nhttp: {port: ${health}}\n`,
  );
  execFileSync(process.execPath, [entry, 'init', '--home', home]);
  // As a daemon left them that ran with the usual umask.
  chmodSync(home, 0o755);
  writeFileSync(join(home, 'live.db'), '');
  for (const directory of ['checkpoints', 'backups']) mkdirSync(join(home, directory));
  for (const name of ['live.db', 'checkpoints', 'backups']) chmodSync(join(home, name), 0o755);
  const daemon = spawn(
    '/bin/sh',
    ['-c', 'umask 022; exec "$0" "$@"', process.execPath, entry, 'serve', '--home', home],
    {
      stdio: 'ignore',
    },
  );
  const ended = new Promise((resolve) => daemon.once('close', resolve));
  try {
    await waitUntil(() => existsSync(join(home, 'cordboard.sock')), 'the socket of the daemon');
    const wide = readdirSync(home).filter((name) => (statSync(join(home, name)).mode & 0o077) !== 0);
    expect(readdirSync(home)).toEqual(
      expect.arrayContaining(['live.db', 'live.db-wal', 'directory.db', 'checkpoints']),
    );
    expect(wide).toEqual(['cordboard.yaml']);
  } finally {
    daemon.kill('SIGTERM');
    await ended;
    release();
    removeScratch(home);
  }
});
