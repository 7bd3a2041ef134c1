import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../lab/phones.ts';
import { type PortBlock, takePorts } from '../lab/ports.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

const repo = fileURLToPath(new URL('../..', import.meta.url));
const PATIENCE_MS = 240_000;

let home: string;
let block: PortBlock;

type Ended = { readonly code: number; readonly out: string; readonly err: string };

function environment(): NodeJS.ProcessEnv {
  const names = ['SIP_PORT', 'TLS_PORT', 'HTTP_PORT', 'HTTPS_PORT', 'AMI_PORT', 'HEALTH_PORT'];
  const ports = names.map((name, index) => [`CORDBOARD_${name}`, String(block.ports[index])]);
  return {
    ...process.env,
    ...Object.fromEntries(ports),
    CORDBOARD_HOME: home,
    CORDBOARD_RTP: '12000-19999',
    NO_COLOR: '1',
  };
}

function run(file: string, args: readonly string[], env = environment()): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
    });
  });
}

function script(name: 'up' | 'down', ...args: string[]): Promise<Ended> {
  return run(join(repo, 'scripts', name), args);
}

function cordboard(...args: string[]): Promise<Ended> {
  return run('node', [join(repo, 'dist/cli/main.js'), ...args]);
}

/** What `cordboard … --json` answers, which must succeed. */
async function answerOf<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await cordboard(...args, '--json');
  expect(code, err).toBe(0);
  return JSON.parse(out) as T;
}

/** The pid in a file of ours, when that process lives. */
async function living(file: string): Promise<number | null> {
  if (!existsSync(join(home, file))) return null;
  const pid = Number((await readFile(join(home, file), 'utf8')).split(' ')[0]);
  return isAlive(pid) ? pid : null;
}

/** A process that has ended stays in /proc as a zombie until its parent has asked for it, which not every init does. */
function isAlive(pid: number | null): boolean {
  if (pid === null || !existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

beforeEach(async () => {
  home = makeScratch('up');
  block = await takePorts(6);
});

afterEach(async () => {
  await script('down');
  removeScratch(home);
  block.release();
}, PATIENCE_MS);

describe('scripts/up and scripts/down', () => {
  it(
    'given_a_new_home_when_up_runs_then_a_call_is_missed_declined_answered_and_rested_and_down_stops_all',
    async () => {
      removeScratch(home);
      const first = await script('up');
      expect(first.code, first.out + first.err).toBe(0);
      // The life of the call, in this order, whatever else is told between.
      const life = [
        'call arrived',
        'offered to ana',
        'ringing at ana',
        'offer to ana ended: no-answer',
        'RONA: ana',
        'offered to ben',
        'ringing at ben',
        'offer to ben ended: declined',
        'ben: backing-off',
        'offered to cleo',
        'answered by cleo',
        'talking to cleo',
        'call ended: completed, by the caller',
        'cleo: idle',
      ];
      const places = life.map((words) => [words, first.out.lastIndexOf(words)] as const);
      expect(places.filter(([, place]) => place === -1)).toEqual([]);
      expect(places.map(([words]) => words)).toEqual([...places].sort(([, a], [, b]) => a - b).map(([words]) => words));
      // In a home of one's own each command that is told must say so.
      expect(first.out.match(/.*(?:npx cordboard|scripts\/down).*/g)?.length).toBe(4);
      expect(first.out).not.toMatch(new RegExp(`(?<!CORDBOARD_HOME=${home} )(?:npx cordboard|scripts/down)`));
      expect(first.out).toMatch(/\+\d+ ms {2}cleo: wrap-up for 3\.0 s/);
      const password = (await readFile(join(home, 'secrets/softphone'), 'utf8')).trim();
      expect(first.out).toMatch(
        new RegExp(`user +1004\\n +password +${password}\\n +address +127\\.0\\.0\\.1:${block.ports[0]}`),
      );
      for (const secret of ['ari', 'ami', 'softphone']) {
        expect((await stat(join(home, 'secrets', secret))).mode & 0o777).toBe(0o600);
      }
      // Who called is in databases and logs.
      const forOwner = ['.', 'log', 'up', 'asterisk', 'checkpoints', 'live.db', 'live.db-wal', 'directory.db'];
      for (const name of forOwner) expect([name, (await stat(join(home, name))).mode & 0o077]).toEqual([name, 0]);

      const daemon = await living('up/daemon');
      const asterisk = await living('up/asterisk');
      expect([daemon, asterisk]).not.toContain(null);
      const second = await script('up', '--no-demo');
      expect(second.code, second.out + second.err).toBe(0);
      expect(second.out).not.toContain('call arrived');
      // Said each time: nobody reads the log of a step that succeeded.
      for (const { err } of [first, second]) expect(err).toContain('emergency calls (112 911 999) have no target');
      expect(await living('up/daemon')).toBe(daemon);
      expect(await living('up/asterisk')).toBe(asterisk);

      const down = await script('down');
      expect(down.code, down.err).toBe(0);
      expect([daemon, asterisk].filter(isAlive)).toEqual([]);
      expect((await script('down')).code).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'given_users_and_a_group_of_the_same_names_when_up_runs_twice_then_the_demonstration_has_its_own_and_they_stay',
    async () => {
      const bare = await script('up', '--no-demo');
      expect(bare.code, bare.out + bare.err).toBe(0);
      // What up says to try, word for word, and a user who has what the demonstration would have.
      const hints = [...bare.out.matchAll(/npx cordboard ((?:user|group) add .*?)(?: {2,}|$)/gm)].map(
        ([, hint]) => hint,
      );
      expect(hints).toHaveLength(2);
      for (const hint of hints) await answerOf(...(hint ?? '').split(' '));
      await answerOf('group', 'member', 'add', 'support', 'ada');
      await answerOf('user', 'add', 'ana', '--name', 'Ana', '--extension', '1001');
      await answerOf('user', 'add', 'me', '--name', 'Me', '--extension', '1004');
      type Named = { readonly username: string; readonly group: string | null };
      const seen = async () => ({
        users: (await answerOf<{ users: Named[] }>('user', 'list')).users,
        group: (await answerOf<{ group: unknown }>('group', 'show', 'support')).group,
      });
      const before = await seen();

      const first = await script('up');
      expect(first.code, first.out + first.err).toBe(0);
      expect(first.out).toContain('offered to demo-ana');
      const after = await seen();
      expect(after.group).toEqual(before.group);
      expect(after.users).toEqual(expect.arrayContaining(before.users));
      expect(after.users).toHaveLength(before.users.length + 4);
      const second = await script('up');
      expect(second.code, second.out + second.err).toBe(0);
      expect(await seen()).toEqual(after);

      // Somebody who is in the demonstration's own group would be rung: then it is not shown.
      await answerOf('group', 'member', 'add', 'demo-support', 'ana');
      const third = await script('up');
      expect(third.code).toBe(1);
      expect(third.err).toContain('group member remove demo-support ana');
      expect(third.out).not.toContain('call arrived');
    },
    2 * PATIENCE_MS,
  );

  it(
    'given_ports_that_only_Asterisk_was_told_when_up_runs_then_the_daemon_has_them_and_says_what_it_leaves_undone',
    async () => {
      const [sip, tls, http, https, ami, health] = block.ports.map(String);
      const names = { sip, tls, http, https, ami };
      const flags = Object.entries(names).flatMap(([name, port]) => [`--${name}-port`, port ?? '']);
      const quiet = { ...process.env, CORDBOARD_HOME: home, CORDBOARD_RTP: '12000-19999', NO_COLOR: '1' };
      const asterisk = join(repo, 'scripts/asterisk');
      expect((await run(asterisk, ['render', '--home', home, ...flags], quiet)).code).toBe(0);
      expect((await run(asterisk, ['start', '--home', home], quiet)).code).toBe(0);
      try {
        // While Asterisk runs its ports stay; the daemon's own is free to be chosen.
        const told = {
          ...quiet,
          CORDBOARD_HEALTH_PORT: health,
          CORDBOARD_SIP_PORT: '5999',
          CORDBOARD_EMERGENCY_DIAL: 'PJSIP/x',
        };
        const up = await run(join(repo, 'scripts/up'), ['--no-demo'], told);
        expect(up.code, up.out + up.err).toBe(0);
        expect(up.out).toContain('Asterisk runs: kept, and not done: CORDBOARD_SIP_PORT CORDBOARD_EMERGENCY_DIAL');
        expect(up.err).toContain('emergency calls (112 911 999) have no target');
        expect(up.out).toContain(`health http://127.0.0.1:${health}/readyz`);
        expect(up.out).toContain(`SIP 127.0.0.1:${sip} `);
        expect((await fetch(`http://127.0.0.1:${health}/readyz`)).status).toBe(200);
        const again = await run(join(repo, 'scripts/up'), ['--no-demo'], { ...quiet, CORDBOARD_HEALTH_PORT: '8799' });
        expect(again.out).toContain('the daemon runs: kept, and not done: CORDBOARD_HEALTH_PORT');
        expect(again.code, again.out + again.err).toBe(0);
      } finally {
        await script('down');
        await run(asterisk, ['stop', '--home', home], quiet);
      }
    },
    PATIENCE_MS,
  );

  it(
    'given_a_taken_port_when_up_runs_then_it_says_which_and_who_has_it',
    async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(block.ports[4], '127.0.0.1', resolve));
      const { code, err } = await script('up', '--no-demo');
      server.close();
      expect(code).toBe(1);
      expect(err).toContain('What failed: Asterisk starts');
      expect(err).toMatch(new RegExp(`port ${block.ports[4]} .* is taken by pid ${process.pid} `));
      expect(err).toContain('What to do:');
    },
    PATIENCE_MS,
  );

  it.each(['up', 'test'])('given_an_old_node_when_scripts_%s_runs_then_it_says_so_under_its_own_name', async (name) => {
    const old = join(home, 'node');
    await writeFile(old, '#!/bin/sh\necho 1.0.0\n', { mode: 0o755 });
    const env = { ...environment(), PATH: `${home}:${process.env.PATH}` };
    const { code, err } = await run(join(repo, 'scripts', name), [], env);
    expect(code).toBe(1);
    expect(err).toContain('node is 1.0.0, and 20.19.0 is needed.');
    expect(err).toContain(`Then run scripts/${name} again`);
    const log = name === 'up' ? join(home, 'log/up.log') : join(repo, 'var/log/test.log');
    expect((await readFile(log, 'utf8')).match(/^\w+ at \d{4}-.*$/gm)?.at(-1)).toMatch(`${name} at `);
  });

  it(
    'given_a_daemon_that_somebody_else_started_when_up_and_down_run_then_both_leave_it_alone',
    async () => {
      expect((await script('up', '--no-demo')).code).toBe(0);
      const ours = await living('up/daemon');
      if (ours === null) throw new Error('up started no daemon');
      process.kill(ours, 'SIGTERM');
      await until('the daemon is gone', () => !isAlive(ours));
      const other = spawn('node', [join(repo, 'dist/cli/main.js'), 'serve'], { env: environment(), stdio: 'ignore' });
      try {
        const health = `http://127.0.0.1:${block.ports[5]}/readyz`;
        await until('the other daemon is ready', async () => (await fetch(health)).ok, 30_000);
        const again = await script('up', '--no-demo');
        expect(again.code, again.out + again.err).toBe(0);
        expect(again.out).toContain('started by other hands');
        expect((await script('down')).code).toBe(0);
        expect(other.exitCode).toBeNull();
      } finally {
        other.kill('SIGTERM');
      }
    },
    PATIENCE_MS,
  );
});
