import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { factLine } from '../../src/cli/fact-line.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { NumberedFact } from '../../src/core/facts.ts';
import { takeHome } from '../../src/storage/home-lock.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type LabFront, startLabFront } from '../lab/front.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

const repo = fileURLToPath(new URL('../..', import.meta.url));
/** What `npm run build` made: the command as users run it. */
const entry = join(repo, 'dist/cli/main.js');

let lab: LabFront;
let empty: string;
beforeAll(async () => {
  lab = await startLabFront();
  writeFileSync(join(lab.home, 'cordboard.yaml'), `http: {port: ${lab.port}}\n`);
  empty = makeScratch('cli');
});
afterAll(async () => {
  await lab.stop();
  removeScratch(empty);
});

type Ran = { readonly code: number | null; readonly out: string; readonly err: string };

function start(args: readonly string[], home = lab.home) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', CORDBOARD_HOME: home, COLUMNS: '100' };
  const child = spawn(process.execPath, [entry, ...args], {
    env,
    cwd: repo,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  const ended = new Promise<Ran>((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  return { child, said, ended };
}

const run = (args: readonly string[], home?: string): Promise<Ran> => start(args, home).ended;

describe('wrong usage and no daemon', () => {
  test.each([
    [['--help'], 0],
    [['nonsense'], 2],
    [['user', 'add', 'anna'], 2],
    [['user', 'add', 'anna', '--name', 'A', '--transport', 'pigeon'], 2],
    [['group', 'add', 'x', '--extension', '8001', '--ring', '15'], 2],
    [['group', 'add', 'x'], 2],
    [['call', 'move', 'cb-1-c1', 'nonsense'], 2],
    [['status'], 1],
  ] as const)('given_%j_then_exit_%i', async (args, code) => {
    const ran = await run(args, empty);
    expect(ran.code).toBe(code);
    if (code !== 0) expect(ran.err).toMatch(/^error: /);
  });

  test('given_no_daemon_then_one_line_says_where_it_was_looked_for_and_what_to_do', async () => {
    const ran = await run(['user', 'list'], empty);
    expect(ran).toEqual({
      code: 1,
      out: '',
      err: `error: no daemon answers on ${empty}/cordboard.sock; start it with cordboard serve\n`,
    });
  });

  test('given_json_then_errors_are_one_json_object_on_standard_error', async () => {
    const missing = await run(['user', 'list', '--json'], empty);
    expect(JSON.parse(missing.err)).toMatchObject({ error: { code: 'no-daemon' } });
    const usage = await run(['--json', 'group', 'add', 'x', '--extension', '8001', '--ring', '15']);
    expect(usage).toMatchObject({ code: 2, out: '' });
    expect(JSON.parse(usage.err)).toMatchObject({
      error: { code: 'usage', message: expect.stringContaining('--ring') },
    });
    const refused = await run(['user', 'add', 'A', '--name', 'A', '--json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.err)).toMatchObject({ error: { code: 'invalid', field: 'username' } });
  });

  test('given_a_wrong_configuration_then_serve_prints_every_problem_and_exits_2_before_any_socket_opens', async () => {
    const home = makeScratch('cli');
    writeFileSync(
      join(home, 'cordboard.yaml'),
      'groups: {ring: 15}\nlog: {level: loud}\nhttp: {prot: 1}\nsip: {ice-servers: [{urls: ["turn:t"], user: u, secret-file: turn}]}\n',
    );
    const ran = await run(['serve'], home);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('6 problems');
    for (const file of ['secrets/ari', 'secrets/ami', 'turn'])
      expect(ran.err).toContain(`got ${join(home, file)}: ENOENT`);
    expect(ran.err).toContain(
      'sip.ice-servers.0.secret-file (line 4): expected a file with a secret in its first line; got',
    );
    expect(ran.err).toContain('groups.ring (line 1): expected a duration from 1s to 10m, such as 15s; got 15');
    expect(ran.err).toContain('did you mean port?');
    expect(() => statSync(join(home, 'live.db'))).toThrow(/ENOENT/);
    removeScratch(home);
  });
});

test('given_help_then_it_is_the_known_one', async () => {
  const pages: string[] = [];
  const page = (command: Command): void => {
    pages.push(command.configureHelp({ ...command.configureHelp(), helpWidth: 100 }).helpInformation());
    for (const inner of command.commands) page(inner);
  };
  page(buildProgram({}, () => {}));
  await expect(pages.join('\n---\n')).toMatchFileSnapshot('cli-help.txt');
});

test('given_init_then_the_home_is_made_once_and_a_second_time_changes_only_what_is_asked', async () => {
  const home = join(empty, 'home');
  const first = await run(
    ['init', '--sip-port', '15060', '--set', 'rona.ladder=[{misses: 1, rest: 3s}]', '--json'],
    home,
  );
  expect(JSON.parse(first.out)).toMatchObject({
    home,
    made: [home, `${home}/cordboard.yaml`, `${home}/secrets/ari`, `${home}/secrets/ami`],
  });
  expect(statSync(`${home}/secrets/ari`).mode & 0o777).toBe(0o600);
  const secret = readFileSync(`${home}/secrets/ari`, 'utf8');
  expect(secret).toMatch(/^[\w-]{32}\n$/);
  const text = readFileSync(`${home}/cordboard.yaml`, 'utf8');
  expect(text).toContain('# How patient the engine is.');
  const again = await run(['init', '--sip-port', '15060', '--json'], home);
  expect(JSON.parse(again.out)).toMatchObject({ made: [], changed: [] });
  expect(readFileSync(`${home}/cordboard.yaml`, 'utf8')).toBe(text);
  expect(readFileSync(`${home}/secrets/ari`, 'utf8')).toBe(secret);
  const wrong = await run(['init', '--set', 'groups.rin=1s'], home);
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('did you mean ring?') });
  expect(readFileSync(`${home}/cordboard.yaml`, 'utf8')).toBe(text);
  expect(loadConfig(undefined, home)).toMatchObject({
    asterisk: { sipPort: 15060 },
    rona: { ladder: [{ misses: 1, restMs: 3_000, untilReady: false }] },
  });
});

describe('with a daemon', () => {
  test('given_users_and_groups_then_the_commands_of_the_manual_work', async () => {
    const added = await run([
      'user',
      'add',
      'anna',
      '--name',
      'Anna Ant',
      '--extension',
      '1001',
      '--codecs',
      'opus,ulaw',
    ]);
    expect(added.code).toBe(0);
    expect(added.out).toMatch(/password +[A-Za-z0-9]{24}\n/);
    const given = await run([
      'user',
      'add',
      'bert',
      '--name',
      'B',
      '--extension',
      '1002',
      '--transport',
      'wss',
      '--sip-password',
      'correct-horse-1',
      '--json',
    ]);
    expect(JSON.parse(given.out)).toMatchObject({
      sip: { password: 'correct-horse-1', wsUrl: expect.stringMatching(/^wss:/) },
    });
    const group = await run([
      'group',
      'add',
      'support',
      '--extension',
      '8001',
      '--strategy',
      'linear',
      '--ring',
      '4s',
      '--max-wait',
      '1m30s',
      '--overflow',
      'hang-up:busy',
      '--json',
    ]);
    expect(JSON.parse(group.out)).toMatchObject({
      group: { strategy: 'linear', ringMs: 4_000, maxWaitMs: 90_000, overflow: 'hang-up:busy' },
    });
    expect((await run(['group', 'member', 'add', 'support', 'bert', 'anna'])).out).toMatch(/bert +0 +1 +10s\n *anna/);
    expect((await run(['group', 'show', 'support'])).out).toMatch(/max wait +1m30s/);
    expect((await run(['user', 'list'])).out).toMatch(/anna +Anna Ant +1001 +support +udp +not registered/);
    const moved = await run(['user', 'set', 'anna', '--extension', '1009']);
    expect(moved).toMatchObject({ code: 1, err: expect.stringContaining('an extension never changes') });
    expect((await run(['user', 'remove', 'anna'])).out).toBe('anna removed, also from the group support\n');
    const who = (await lab.ask('GET', '/v1/users/bert')).body;
    expect(who).toMatchObject({ user: { group: 'support' } });
  });

  test('given_phones_then_they_are_added_listed_changed_rotated_checked_and_removed', async () => {
    await run([
      'user',
      'add',
      'dora',
      '--name',
      'Dora',
      '--extension',
      '1201',
      '--nat',
      'route',
      '--caller-id',
      'Hotline',
    ]);
    const added = await run([
      'phone',
      'add',
      'dora',
      '--label',
      'web',
      '--transport',
      'wss',
      '--call-groups',
      '1,sales',
    ]);
    expect(added.out).toMatch(/1201-web added[\s\S]*password +\S{20,}/);
    expect((await run(['phone', 'add', 'dora', '--label', 'tls', '--dry-run'])).out).toContain('nothing was done');
    expect((await run(['phone', 'list'])).out).toMatch(/1201-web +dora +web +wss +yes/);
    expect((await run(['phone', 'show', '1201'])).out).toMatch(/caller ID +"Hotline" <1201>/);
    const set = await run(['phone', 'set', '1201', '--caller-id', '"Desk" <+4930>', '--pickup-groups', '', '--json']);
    expect(JSON.parse(set.out)).toMatchObject({ phone: { nat: 'route', callerName: 'Desk', callerNumber: '+4930' } });
    expect((await run(['phone', 'rotate', '1201'])).out).toMatch(/password +\S{20,}/);
    expect((await run(['phone', 'sign-in', '1201'])).err).toContain('comes by udp');
    expect((await run(['phone', 'sign-in', '1201-web'])).out).toContain('wss://');
    expect(JSON.parse((await run(['phone', 'check', '--json'])).out)).toMatchObject({ repaired: [], failed: [] });
    expect((await run(['phone', 'remove', '1201-web'])).out).toBe('1201-web removed from dora\n');
    expect((await run(['phone', 'set', '1201'])).code).toBe(2);
    expect((await run(['user', 'show', 'dora'])).out).toContain('1201: not registered');
  });

  test('given_a_csv_file_with_labels_then_those_lines_are_further_phones_and_a_dry_run_adds_nothing', async () => {
    const file = join(empty, 'phones.csv');
    const head = 'username,name,extension,label,transport,call-groups,caller-id';
    writeFileSync(file, `${head}\np1,Pia,1301,,udp,1 sales,"""P, P"" <030>"\np1,,,web,wss,,\n`);
    const dry = await run(['user', 'add', '--from', file, '--dry-run']);
    expect(dry.out).toContain('could be added; nothing was done');
    expect((await run(['user', 'show', 'p1'])).code).toBe(1);
    const phones = [
      { id: '1301', callGroups: ['1', 'sales'], callerName: 'P, P', callerNumber: '030' },
      { id: '1301-web', transport: 'wss' },
    ];
    const added = JSON.parse((await run(['user', 'add', '--from', file, '--json'])).out);
    expect(added).toMatchObject({ users: [{ user: { phones } }] });
    const forwards = async (...words: string[]) => {
      await run(['user', 'set', 'p1', ...words]);
      const { user } = JSON.parse((await run(['user', 'show', 'p1', '--json'])).out);
      return [user.forwards, lab.engine.settings().at(-1)?.users[0]?.forwards];
    };
    expect(await forwards('--name', 'Pia')).toEqual(['refuse', undefined]);
    expect(await forwards('--forwards', 'outside')).toEqual(['outside', 'outside']);
    expect(await forwards('--name', 'Pia P')).toEqual(['outside', 'outside']);
    expect(await forwards('--forwards', 'refuse')).toEqual(['refuse', undefined]);
    expect((await run(['user', 'set', 'p1', '--forwards', 'abroad'])).err).toContain('refuse, internal, outside');
    writeFileSync(file, `username,name,extension,forwards\np3,Paul,1303,internal\n`);
    const third = JSON.parse((await run(['user', 'add', '--from', file, '--json'])).out);
    expect(third).toMatchObject({ users: [{ user: { forwards: 'internal' } }] });
    writeFileSync(file, `${head}\np2,,,web,wss,,\n`);
    expect((await run(['user', 'add', '--from', file])).err).toContain('comes before its user');
  });

  test('given_queues_skills_and_reasons_then_the_commands_of_the_manual_work', async () => {
    for (const [i, name] of ['quin', 'rosa'].entries()) {
      await lab.ask('POST', '/v1/users', { username: name, name, extension: `122${i}` });
    }
    const settings = '--extension 9001 --needs lang.es>=3,~vip --relax 30s:lang.es-=1,90s:~* --rises 2m=7 --waves 3/4s';
    const limits = '--max-length 20 --max-talking 5 --keep-free 1/8 --tiers 20s,wait --strategy most-skilled';
    const made = await run(['queue', 'add', 'spanish', ...settings.split(' '), ...limits.split(' ')]);
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining('no member of spanish has lang.es at 3') });
    expect((await run(['user', 'skill', 'set', 'quin', 'lang.es=7', 'vip=2'])).out).toBe('quin has lang.es=7 vip=2\n');
    expect((await run(['user', 'skill', 'remove', 'quin', 'vip'])).out).toBe('quin has lang.es=7\n');
    expect((await run(['user', 'skill', 'remove', 'quin', 'nosuch'])).out).toBe(
      'quin has lang.es=7, and had no nosuch\n',
    );
    expect((await run(['user', 'skill', 'set', 'quin', 'ES=5'])).err).toBe(
      "error: expected a skill's name of a-z, 0-9, dot, underscore and dash; got ES\n",
    );
    expect(await run(['user', 'skill', 'set', 'quin', 'es'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('such as es=7; got es'),
    });
    expect((await run(['queue', 'member', 'add', 'spanish', 'quin', 'rosa', '--weight', '3'])).code).toBe(0);
    expect((await run(['queue', 'member', 'set', 'spanish', 'rosa', '--wrap-up', '1m', '--penalty', '1'])).out).toMatch(
      /rosa +1 +3 +1m/,
    );
    const shown = await run(['queue', 'show', 'spanish']);
    for (const line of [
      /needs +lang\.es>=3,~vip/,
      /relax +30s:lang\.es-=1,1m30s:~\*/,
      /rises +2m=7/,
      /waves +3\/4s/,
      /tiers +20s,wait/,
      /keep free +1\/8/,
      /max length +20/,
      /quin +0 +3 +10s/,
    ]) {
      expect(shown.out).toMatch(line);
    }
    expect(JSON.parse((await run(['skill', 'list', '--json'])).out)).toEqual({
      skills: [
        { name: 'lang.es', users: [{ username: 'quin', level: 7 }], neededBy: ['spanish'] },
        { name: 'vip', users: [], neededBy: ['spanish'] },
      ],
    });
    expect((await run(['queue', 'waiting', 'spanish'])).out).toBe('Nobody waits.\n');
    expect((await run(['queue', 'set', 'spanish', '--no-extension', '--needs', 'none'])).out).toBe(
      'spanish changed\n  extension: 9001 → -\n  needs: lang.es>=3,~vip → none\n',
    );
    expect((await run(['queue', 'set', 'spanish', '--needs', 'none'])).out).toBe(
      'nothing changed: spanish is so already\n',
    );
    const off = '--waves none --max-length none --max-talking none --keep-free none --rises none --relax none'.split(
      ' ',
    );
    expect(JSON.parse((await run(['queue', 'set', 'spanish', ...off, '--json'])).out)).toMatchObject({
      queue: { waves: null, maxLength: null, maxTalking: null, keepFree: null, rises: [], relax: [] },
    });
    const ladder = '1:20s,2:1m:agent,3/30m:hold:supervisors';
    const misses = ['--climbs', 'no-answer,declined', '--ring-all-misses', '5', '--back-offs', 'busy=5s,declined=30s'];
    const climbing = (await run(['queue', 'set', 'spanish', '--ladder', ladder, ...misses])).out;
    expect(climbing).toContain(ladder);
    expect(climbing).toMatch(/ climbs: \S+ → no-answer,declined\n +ring-all misses: \d+ → 5\n/);
    expect(climbing).toMatch(/ back-offs: busy=5s → declined=30s,busy=5s/);
    expect((await run(['queue', 'set', 'spanish', '--ladder', '2:20s,1:20s'])).err).toContain('misses grow');
    expect((await run(['queue', 'set', 'spanish', '--ladder', '1:often'])).code).toBe(2);
    const usual = ['--ladder', 'default', '--climbs', 'none', '--back-offs', 'none', '--json'];
    expect(JSON.parse((await run(['queue', 'set', 'spanish', ...usual])).out)).toMatchObject({
      queue: { ladder: null, climbs: [], backOffs: {} },
    });
    expect((await run(['queue', 'remove', 'spanish'])).err).toContain('cordboard queue remove spanish --yes');
    expect((await run(['queue', 'remove', 'spanish', '--yes'])).out).toBe('spanish removed, with 2 members\n');
    expect((await run(['reason', 'add', 'lunch', '--limit', '45m'])).out).toMatch(/lunch +lunch +45m/);
    expect((await run(['reason', 'set', 'lunch', '--limit', 'none', '--label', 'Lunch'])).out).toMatch(/Lunch +none/);
    expect((await run(['reason', 'remove', 'lunch'])).out).toBe('lunch removed\n');
    for (const name of ['quin', 'rosa']) await lab.ask('DELETE', `/v1/users/${name}`);
  });

  test('given_a_value_that_is_refused_then_the_option_is_named_with_what_was_typed_and_json_names_the_field', async () => {
    await lab.ask('POST', '/v1/queues', { name: 'typed' });
    const refused = async (...options: string[]) => (await run(['queue', 'set', 'typed', ...options])).err;
    expect(await refused('--ring', '11m')).toBe('error: --ring: expected a duration from 1s to 10m; got 11m\n');
    expect(await refused('--max-wait=25h', '--ring', '11m')).toBe(
      'error: --ring: expected a duration from 1s to 10m; got 11m; --max-wait: expected a duration from 1s to 24h; got 25h\n',
    );
    expect(await refused('--ladder', '3:20s,2:60s')).toBe(
      'error: --ladder: expected steps whose misses grow from each to the next; got 3:20s,2:60s\n',
    );
    expect(await refused('--ladder', '1:20s,2:100ms')).toBe(
      'error: --ladder 2, rest: expected a duration from 1s to 24h; got 1:20s,2:100ms\n',
    );
    const json = JSON.parse(await refused('--ring', '11m', '--json'));
    expect(json).toMatchObject({ error: { field: 'ringMs', message: expect.stringContaining('milliseconds') } });
    const phone = ['user', 'add', 'typist', '--name', 'T', '--extension', '1299'];
    expect((await run([...phone, '--codecs', 'mp3'])).err).toMatch(/^error: --codecs: expected one of .*; got mp3\n$/);
    expect((await run([...phone, '--mailboxes', 'x y'])).err).toMatch(/^error: --mailboxes: expected .*; got x y\n$/);
    const password = (await run([...phone, '--sip-password', 'short'])).err;
    expect(password).toMatch(/^error: --sip-password: expected .*; got another one\n$/);
    expect((await run(['user', 'add', 'T', '--name', 'T'])).err).toMatch(/^error: username: expected /);
    await lab.ask('DELETE', '/v1/queues/typed');
  });

  test('given_csv_files_of_members_and_skills_then_they_are_taken_together_or_not_at_all', async () => {
    await lab.ask('POST', '/v1/users', { username: 'sue', name: 'Sue', extension: '1210' });
    await lab.ask('POST', '/v1/queues', { name: 'evening' });
    const file = join(empty, 'members.csv');
    writeFileSync(file, 'queue,username,penalty,weight,wrap-up\nevening,sue,2,,1m\n');
    expect((await run(['queue', 'member', 'import', file])).out).toBe('1 added and 0 changed in evening\n');
    writeFileSync(file, 'queue,username,weight\nevening,sue,9\nevening,nobody,1\n');
    expect((await run(['queue', 'member', 'import', file])).err).toContain('member 2 (nobody)');
    expect((await lab.ask('GET', '/v1/queues/evening')).body).toMatchObject({
      queue: { members: [{ username: 'sue', penalty: 2, weight: 1, wrapUpMs: 60_000 }] },
    });
    writeFileSync(file, 'username,skill,level\nsue,es,7\nsue,fr,3\n');
    expect((await run(['skill', 'import', file])).out).toBe('2 levels of 1 users set\n');
    writeFileSync(file, 'username,skill,level\nsue,es,\n');
    await run(['skill', 'import', file]);
    expect((await run(['user', 'show', 'sue'])).out).toMatch(/queues +evening\nskills +fr=3/);
    writeFileSync(file, 'username,skill\nsue,es\n');
    expect((await run(['skill', 'import', file])).err).toContain('a head line with username, skill, level; got');
    await lab.ask('DELETE', '/v1/queues/evening?confirmed=true');
    await lab.ask('DELETE', '/v1/users/sue');
  });

  test('given_calls_that_wait_then_the_order_over_all_queues_is_printed_with_what_each_needs', async () => {
    await lab.ask('POST', '/v1/queues', { name: 'order' });
    await lab.ask('POST', '/v1/groups', { name: 'orders', extension: '8055' });
    const now = Date.now();
    const call = (id: string, queue: string, due: number, rest: object = {}) =>
      lab.row('calls', id, {
        ...{ id, queue, due, phase: 'waiting', arrivedAt: now - 65_000, enteredAt: now - 65_000, dialled: '8055' },
        ...{
          kind: 'queued',
          priority: 5,
          needs: '',
          relaxed: 0,
          tier: 0,
          offers: [],
          legs: [],
          partner: null,
          ...rest,
        },
      });
    call('cb-w-c1', 'order', now + 30_000);
    call('cb-w-c2', 'orders', now + 20_000, { offers: ['cb-w-o1'] });
    call('cb-w-c3', 'order', now + 10_000, { priority: 8, needs: 'lang.es>=2', relaxed: 1, tier: 1 });
    call('cb-w-c4', 'order', now, { phase: 'talking' });
    lab.row('offers', 'cb-w-o1', { id: 'cb-w-o1', agent: 'bert', phase: 'ringing' });
    lab.caller('cb-w-c3', '0123', '');
    const rows = (await run(['queue', 'waiting'])).out
      .trim()
      .split('\n')
      .map((row) => row.split(/ {2,}/));
    expect(rows.map(([place, id, queue]) => [place, id, queue])).toEqual([
      ['Place', 'Call', 'Queue'],
      ['1', 'cb-w-c3', 'order'],
      ['1', 'cb-w-c2', 'orders'],
      ['2', 'cb-w-c1', 'order'],
    ]);
    expect(rows[1]).toEqual(expect.arrayContaining(['0123', '8', 'lang.es>=2', 'step 1']));
    expect(rows[2]).toEqual(expect.arrayContaining(['bert']));
    const { waiting } = JSON.parse((await run(['queue', 'waiting', 'order', '--json'])).out);
    expect(waiting).toMatchObject([
      { place: 1, call: 'cb-w-c3', priority: 8, due: now + 10_000, needs: 'lang.es>=2', relaxed: 1, tier: 1 },
      { place: 2, call: 'cb-w-c1', priority: 5, needs: '', offeredTo: [] },
    ]);
    expect(await run(['queue', 'waiting', 'nowhere'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('nowhere'),
    });
    const list = (await run(['call', 'list'])).out;
    expect(list.split('\n')[0]).toMatch(/Queue +Priority +Needs +State/);
    expect(list).toMatch(/cb-w-c3 .* order +8 +lang\.es>=2 +waiting/);
    expect((await run(['queue', 'remove', 'order'])).err).toContain('2 callers wait there');
    const tried = (await run(['queue', 'set', 'order', '--ring', '7s', '--dry-run'])).out;
    expect(tried).toMatch(/^order could be changed; nothing was done\n {2}ring: \S+ → 7s\n/);
    expect((await run(['queue', 'show', 'order'])).out).not.toMatch(/ring +7s/);
    expect((await run(['group', 'remove', 'orders'])).err).toContain('1 callers wait in orders');
    for (const id of ['cb-w-c1', 'cb-w-c2', 'cb-w-c3', 'cb-w-c4']) lab.row('calls', id, null);
    lab.row('offers', 'cb-w-o1', null);
    await lab.ask('DELETE', '/v1/queues/order');
    await lab.ask('DELETE', '/v1/groups/orders');
  });

  test('given_a_csv_file_then_its_users_are_added_together_or_not_at_all', async () => {
    const file = join(empty, 'users.csv');
    writeFileSync(file, 'username,name,extension,codecs\nc1,"Smith, Jo",1101,opus ulaw\nc2,"Say ""hi""",1102,\n');
    const ran = await run(['user', 'add', '--from', file, '--json']);
    expect(ran.err).toContain('name: expected');
    writeFileSync(
      file,
      'username,name,extension,codecs,skills\r\nc1,"Smith, Jo",1101,opus ulaw,es=7 fr=1\r\nc2,Lee,1102,,\r\n',
    );
    expect(JSON.parse((await run(['user', 'add', '--from', file, '--json'])).out)).toMatchObject({
      users: [
        { user: { name: 'Smith, Jo', skills: { es: 7, fr: 1 }, phones: [{ codecs: ['opus', 'ulaw'] }] } },
        { user: { username: 'c2' }, sip: { user: '1102' } },
      ],
    });
  });

  test('given_an_agent_with_all_four_states_then_the_list_shows_each_in_its_column_and_the_seconds_that_are_left', async () => {
    await lab.ask('POST', '/v1/users', { username: 'dora', name: 'Dora', extension: '1201' });
    const now = Date.now();
    lab.row('meta', 'meta', { day: '2026-01-01' });
    lab.row('agents', 'dora', {
      id: 'dora',
      signedIn: true,
      signedInAt: now,
      ready: { is: false, reason: 'lunch', since: now },
      hold: { kind: 'rona', step: 1, since: now, until: null },
      work: { is: 'wrap-up', since: now, until: now + 3_600_000, call: null },
      reachable: { is: true, since: now },
      misses: [now],
      idleSince: now,
      given: { day: '2026-01-01', count: 4 },
      answeredToday: 3,
    });
    const [head = '', row = ''] = (await run(['agent', 'list'])).out.split('\n');
    expect(head.split(/ {2,}/)).toEqual([
      'Username',
      'Group',
      'Extension',
      'Signed in',
      'Ready',
      'Hold',
      'Work',
      'Reachable',
      'Station',
      'Given',
      'Answered',
      'Missed',
    ]);
    const cells = row.split(/ {2,}/);
    expect(cells[4]).toBe('no (lunch)');
    expect(cells[5]).toBe('rona, step 2, until ready');
    expect(cells[6]).toMatch(/^wrap-up, (1h|59m\d+s)$/);
    expect(cells.slice(7)).toEqual(['yes', 'any', '4', '3', '0']);
    lab.engine.answer = { code: 'not-signed-in', message: 'dora is not signed in: cordboard agent sign-in dora' };
    expect(await run(['agent', 'ready', 'dora'])).toMatchObject({
      code: 1,
      err: 'error: dora is not signed in: cordboard agent sign-in dora\n',
    });
    lab.engine.answer = null;
    expect((await run(['agent', 'sign-in', 'dora', '--not-ready', '--json'])).code).toBe(0);
    expect(lab.engine.sent.at(-1)).toMatchObject({ ask: { do: 'sign-in', user: 'dora', ready: false } });
    expect((await run(['agent', 'sign-in', 'dora', '--station', 'number:+33 6 12 34 56 78'])).code).toBe(0);
    expect(lab.engine.sent.at(-1)).toMatchObject({ ask: { station: { kind: 'number', number: '+33612345678' } } });
    const refused = await run(['--json', 'agent', 'sign-in', 'dora', '--station', 'number:12']);
    expect(JSON.parse(refused.err)).toMatchObject({ error: { code: 'invalid', field: 'station' } });
  });

  test('given_events_follow_when_something_happens_then_it_is_printed_and_sigint_ends_it_with_0', async () => {
    const people = start(['events', '--follow', '--limit', '0']);
    const programs = start(['--json', 'events', '--follow', '--limit', '0']);
    const happen = () =>
      lab.happen({ type: 'agent-ready', agent: 'dora', ready: false, reason: 'tea', pending: false });
    await waitUntil(() => {
      happen();
      return people.said.out !== '' && programs.said.out !== '';
    }, 'both followers to print');
    people.child.kill('SIGINT');
    programs.child.kill('SIGINT');
    const [text, json] = await Promise.all([people.ended, programs.ended]);
    expect(text).toMatchObject({ code: 0, err: '' });
    expect(text.out.split('\n')[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} +dora is not ready \(tea\)$/);
    expect(JSON.parse(json.out.split('\n')[0] ?? '')).toMatchObject({
      type: 'agent-ready',
      agent: 'dora',
      seq: expect.any(Number),
    });
    expect(json.code).toBe(0);
  });

  test('given_a_call_then_show_tells_its_life_in_ms_since_it_came', async () => {
    const call = 'cb-y-c1';
    const [first] = lab.happen(
      {
        type: 'call-arrived',
        call,
        kind: 'queued',
        dialled: '8001',
        phone: null,
        user: null,
        trunk: null,
        route: null,
      },
      { type: 'call-ended', call, ending: 'abandoned', by: 'caller', waitedMs: 10, talkedMs: 0 },
    );
    const shown = await run(['call', 'show', call]);
    expect(shown.out).toContain('      +0 ms  call arrived: somebody from outside dialled 8001');
    expect(shown.out).toContain('     +10 ms  call ended: abandoned, by the caller; waited 0.0 s, talked 0.0 s');
    expect((await run(['call', 'list', '--all'])).out).toContain('abandoned');
    expect(JSON.parse((await run(['call', 'show', call, '--json'])).out)).toMatchObject({
      facts: [{ seq: first?.seq }, {}],
    });
  });

  test('given_no_drain_when_it_is_cancelled_then_it_is_said_that_there_was_none', async () => {
    expect((await run(['drain', '--cancel'])).out).toBe('there was no drain: calls are taken as ever\n');
    const { status } = lab.engine;
    if (status !== 'silent') lab.engine.status = { ...status, draining: true };
    expect((await run(['drain', '--cancel'])).out).toBe('calls are taken again\n');
    lab.engine.status = status;
  });

  test('given_status_then_it_says_how_engine_and_asterisk_are', async () => {
    const text = (await run(['status'])).out;
    expect(text).toMatch(/Asterisk +22\.10\.1 at 127\.0\.0\.1/);
    expect(text).toMatch(/calls \(ARI\) +ready/);
    expect(JSON.parse((await run(['status', '--json'])).out)).toMatchObject({
      engine: { epoch: 'abcd' },
      counts: { openCalls: 0 },
    });
  });
});

/** A process that has the home; with `serve` among its arguments it passes for a daemon. It ignores SIGTERM, as a hung one would. */
async function holder(home: string, ...args: string[]) {
  const hold = `
    const { takeHome } = await import(${JSON.stringify(join(repo, 'src/storage/home-lock.ts'))});
    await takeHome(${JSON.stringify(home)}, () => {});
    process.on('SIGTERM', () => {});
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', hold, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return {
    child,
    ended: new Promise<NodeJS.Signals | null>((resolve) => child.once('close', (_, signal) => resolve(signal))),
  };
}

test('given_a_home_that_a_hung_daemon_has_when_another_starts_then_the_newcomer_ends_it_and_has_the_home', async () => {
  const home = makeScratch('lock');
  const { child, ended } = await holder(home, 'serve');
  const said: string[] = [];
  const lock = await takeHome(home, (line) => said.push(line));
  expect(await ended).toBe('SIGKILL');
  expect(said).toEqual([`a daemon (process ${child.pid}) runs in ${home}: taking over from it`]);
  lock.release();
  removeScratch(home);
});

test('given_a_home_that_a_process_has_which_is_no_daemon_then_it_is_left_alone_and_the_home_is_refused', async () => {
  const home = makeScratch('lock');
  const { child, ended } = await holder(home);
  await expect(takeHome(home, () => {})).rejects.toThrow(`Another process holds ${home}`);
  expect(child.exitCode).toBeNull();
  child.kill('SIGKILL');
  await ended;
  (await takeHome(home, () => {})).release();
  removeScratch(home);
});

test('given_a_fact_then_its_line_begins_with_the_ms_since_the_call_came', () => {
  const offer: NumberedFact = {
    type: 'offer-ended',
    offer: 'o',
    call: 'c',
    agent: 'anna',
    outcome: 'declined',
    why: null,
    cause: 21,
    sip: 603,
    rangMs: 1_234,
    seq: 1,
    at: 5_500,
  };
  const line = stripVTControlCharacters(factLine(offer, 5_000));
  expect(line).toBe('    +500 ms  offer to anna ended: declined after 1.2 s of ringing, SIP 603');
});
