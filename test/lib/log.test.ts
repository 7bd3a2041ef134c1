import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

test.each([false, true])('given_a_full_disk_when_it_is_logged_to_(terminal:_%s)_then_nothing_is_thrown', (terminal) => {
  const full = openSync('/dev/full', 'w');
  const log = createLog({ level: 'info', name: 'test', to: full, terminal });
  for (let line = 0; line < 100; line += 1) log.error({ line }, 'there is no room for this');
  log.fatal('nor for this');
  closeSync(full);
});

test('given_a_reader_that_stopped_when_its_pipe_takes_no_more_then_the_writer_goes_on_and_what_it_kept_comes_later', () => {
  const home = makeScratch('log');
  const pipe = join(home, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const both = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const log = createLog({ level: 'info', name: 'test', to: both, terminal: false });
  const room = Buffer.alloc(1 << 20);
  const long = 'x'.repeat(1_000);
  for (let line = 0; line < 100; line += 1) log.info({ line }, long);
  const first = room.toString('utf8', 0, readSync(both, room));
  log.info({ line: 100 }, long);
  const rest = room.toString('utf8', 0, readSync(both, room));
  const lines = (first + rest).split('\n').filter(Boolean);
  expect(lines.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual(
    Array.from({ length: 101 }, (_, at) => at),
  );
  closeSync(both);
  removeScratch(home);
});

test('given_a_reader_of_standard_output_that_stopped_when_much_is_logged_then_the_writer_ends_all_the_same', async () => {
  const home = makeScratch('log');
  const writer = join(home, 'writer.cjs');
  const contents = `
    import { createLog } from './log.ts';
    const log = createLog({ level: 'info', name: 'test', terminal: false });
    for (let line = 0; line < 1_000; line += 1) log.info({ line }, 'x'.repeat(1_000));`;
  // As it is built for the daemon: what runs from source asks for standard output before we do.
  const stdin = { contents, resolveDir: fileURLToPath(new URL('../../src/lib', import.meta.url)) };
  await build({ stdin, outfile: writer, bundle: true, platform: 'node', format: 'cjs', logLevel: 'warning' });
  // A pipe that nobody reads.
  const pipe = join(home, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const child = spawn('sh', ['-c', 'exec "$0" "$1" 1<>"$2"', process.execPath, writer, pipe], { stdio: 'inherit' });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  expect(await ended, 'null: it had to be killed').toBe(0);
  clearTimeout(timer);
  removeScratch(home);
});
