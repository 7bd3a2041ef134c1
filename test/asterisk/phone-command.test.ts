import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PhoneEvent } from '../../src/phones/index.ts';
import type { UserView } from '../../src/protocol/users.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { until } from '../lab/phones.ts';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let lab: LabCordboard;
const running: RunningPhone[] = [];

/** One `cordboard phone`, as its owner sees it. */
type RunningPhone = {
  readonly child: ChildProcess;
  events(): PhoneEvent[];
  readonly complaints: () => string;
  readonly exit: Promise<number | null>;
};

function phone(...args: string[]): RunningPhone {
  const child = spawn(process.execPath, [cli, '--home', lab.home, 'phone', '--json', ...args]);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  const run: RunningPhone = {
    child,
    events: () => {
      const whole = out.slice(0, out.lastIndexOf('\n') + 1).split('\n');
      return whole.filter((line) => line !== '').map((line) => JSON.parse(line) as PhoneEvent);
    },
    complaints: () => err,
    exit: new Promise((resolve) => child.once('close', resolve)),
  };
  running.push(run);
  return run;
}

function happened(run: RunningPhone, type: PhoneEvent['type']): Promise<true> {
  return until(`the phone's event ${type}`, () => run.events().some((event) => event.type === type) || null);
}

async function addUser(username: string, extension: string): Promise<void> {
  await lab.api('POST', '/v1/users', { username, name: username, extension, transport: 'udp' });
}

async function isRegistered(username: string): Promise<boolean> {
  const { user } = await lab.api<{ user: UserView }>('GET', `/v1/users/${username}`);
  return user.phones[0]?.registered === true;
}

/** Endpoints of throw-away phones that Asterisk still knows. */
async function trialPhones(): Promise<string[]> {
  const { body } = await lab.asterisk.ari('GET', 'endpoints');
  return (body as { resource: string }[]).map(({ resource }) => resource).filter((name) => name.startsWith('trial-'));
}

beforeAll(async () => {
  lab = await startCordboard();
});

afterEach(async () => {
  for (const { child, exit } of running.splice(0)) {
    child.kill('SIGINT');
    await exit;
  }
  await lab.expectQuiet();
});

afterAll(() => lab?.stop());

describe('cordboard phone', () => {
  it('given_a_users_phone_when_it_is_dialled_and_interrupted_then_it_answers_and_unregisters', async () => {
    await addUser('ada', '1201');
    const callee = phone('ada', '--answer-after', '50ms');
    await until('ada is registered', () => isRegistered('ada'));
    const caller = phone('--dial', '1201', '--for', '4s');
    await happened(callee, 'answered');
    expect(await caller.exit).toBe(0);
    expect(caller.events().at(-1)?.type).toBe('disconnected');
    expect(await trialPhones()).toEqual([]);
    await happened(callee, 'ended');
    callee.child.kill('SIGINT');
    expect(await callee.exit).toBe(0);
    expect(callee.events().map(({ type }) => type)).toContain('unregistered');
    await until('ada is not registered', async () => !(await isRegistered('ada')));
  });

  it('given_a_label_when_simulated_then_it_is_that_phone_of_the_user_and_the_options_are_its_own', async () => {
    await addUser('mia', '1207');
    await lab.api('POST', '/v1/users/mia/phones', { label: 'web', transport: 'ws' });
    const callee = phone('simulate', 'mia', '--label', 'web', '--decline', '486');
    await happened(callee, 'registered');
    await until('the engine knows', async () => {
      const { user } = await lab.api<{ user: UserView }>('GET', '/v1/users/mia');
      return user.phones[1]?.registered === true;
    });
    const caller = phone('--dial', '1207');
    expect(await caller.exit).toBe(1);
    expect(callee.events()).toContainEqual(expect.objectContaining({ type: 'declined', phone: '1207-web', sip: 486 }));
    // Its own phone, the first one, was not taken over.
    expect(await isRegistered('mia')).toBe(false);
  });

  it('given_a_phone_that_declines_when_a_user_dials_it_then_the_caller_ends_with_1_and_the_reason', async () => {
    await addUser('bob', '1202');
    await addUser('eve', '1203');
    const callee = phone('bob', '--decline', '486');
    await until('bob is registered', () => isRegistered('bob'));
    const caller = phone('eve', '--dial', '1202');
    expect(await caller.exit).toBe(1);
    expect(JSON.parse(caller.complaints())).toMatchObject({ error: { code: 'not-answered' } });
    expect(callee.events().find(({ type }) => type === 'incoming')).toMatchObject({
      from: { number: '1203', name: 'eve' },
    });
    expect(callee.events().find(({ type }) => type === 'declined')).toMatchObject({ sip: 486 });
  });

  it('given_a_ringing_call_when_the_caller_is_interrupted_then_the_call_is_withdrawn', async () => {
    await addUser('kim', '1204');
    const callee = phone('kim', '--ignore');
    await until('kim is registered', () => isRegistered('kim'));
    const caller = phone('--dial', '1204');
    await happened(callee, 'rang');
    caller.child.kill('SIGINT');
    expect(await caller.exit).toBe(1);
    await happened(callee, 'cancelled');
    expect(await trialPhones()).toEqual([]);
  });

  it('given_hang_up_after_when_a_call_is_answered_then_the_phone_ends_it', async () => {
    await addUser('lea', '1205');
    const callee = phone('lea', '--answer-after', '0s', '--hang-up-after', '300ms');
    await until('lea is registered', () => isRegistered('lea'));
    const caller = phone('--dial', '1205');
    expect(await caller.exit).toBe(0);
    await happened(callee, 'ended');
    expect(callee.events().find(({ type }) => type === 'ended')).toMatchObject({ end: { by: 'us' } });
    expect(caller.events().find(({ type }) => type === 'ended')).toMatchObject({ end: { by: 'them' } });
  });

  it('given_forward_to_when_a_call_comes_then_the_phone_forwards_it_and_the_daemon_may_follow', async () => {
    await addUser('max', '1206');
    await addUser('ned', '1207');
    await lab.api('PATCH', '/v1/users/max', { forwards: 'internal' });
    const forwarding = phone('max', '--forward-to', '1207');
    const colleague = phone('ned', '--answer-after', '0s');
    await until('both are registered', async () => (await isRegistered('max')) && (await isRegistered('ned')));
    const caller = phone('--dial', '1206', '--for', '2s');
    await happened(colleague, 'answered');
    expect(await caller.exit).toBe(0);
    expect(forwarding.events().find(({ type }) => type === 'declined')).toMatchObject({ sip: 302 });
  });

  it.each([
    [[], 'Say whose phone'],
    [['ada', '--ignore', '--forward-to', '1'], 'Only one of'],
    [['ada', '--for', '3s'], '--for goes with --dial'],
    [['ada', '--ignore', '--decline'], 'Only one of'],
    [['ada', '--decline', '200'], 'SIP code'],
  ])('given_wrong_usage_%j_when_run_then_it_ends_with_2_and_says_why', async (args, words) => {
    const run = phone(...args);
    expect(await run.exit).toBe(2);
    expect(run.complaints()).toContain(words);
  });
});
