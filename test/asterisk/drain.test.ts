import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { StatusView } from '../../src/protocol/status.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const answers = { kind: 'answer', afterMs: 200 } as const;
const plain = { strategy: 'linear', wrapUpMs: 0 };

let lab: LabCordboard;
beforeAll(async () => {
  lab = await startCordboard('limits: { lease: 5s, renew: 2s }');
});
afterEach(() => lab.expectQuiet());
afterAll(() => lab?.stop());

/** The command as users run it. */
function cordboard(...args: string[]) {
  const child = spawn(process.execPath, [cli, '--home', lab.home, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  return {
    said,
    ended: new Promise<number | null>((resolve) => child.once('close', resolve)),
  };
}

/** The dialplan knows whom to ring without us. */
function fallbackOf(extension: string, has: string): Promise<unknown> {
  const shown = () => lab.asterisk.rx(`database get cordboard/fallback ${extension}`);
  return waitUntil(async () => (await shown()).includes(has), 'the fallback list');
}

const status = () => lab.api<StatusView>('GET', '/v1/status');

test('given_one_talks_and_one_waits_when_drained_then_the_talk_goes_on_and_the_fallback_rings_the_free_member', async () => {
  const { extension, agents } = await lab.team([answers, answers], plain);
  const [first, second] = agents;
  await lab.api('POST', `/v1/agents/${second?.name}/not-ready`, {});
  await fallbackOf(extension, '&PJSIP/');
  const talking = await (await lab.stranger()).dial(extension);
  await lab.fact('call-connected', { user: first?.name ?? '' });
  const waiting = await (await lab.stranger()).dial(extension);
  const queued = await lab.fact('call-queued', {}, (await lab.fact('call-connected')).seq);
  const { pid } = await status();

  const drain = cordboard('drain', '--wait', '--json');
  expect([await drain.ended, drain.said.err]).toEqual([0, '']);

  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  await waitUntil(() => !lab.running, 'the daemon to end');
  expect(JSON.parse(drain.said.out.trim().split('\n').at(-1) ?? '')).toMatchObject({ gone: true });
  await lab.fact('call-turned-away', { call: queued.call, why: 'draining' });
  await waitUntil(
    () => waiting.state === 'answered' && second?.phone.calls[0]?.state === 'answered',
    'the fallback to ring the free member',
  );
  expect([talking.state, first?.phone.calls.map((call) => call.state)]).toEqual(['answered', ['answered']]);
  talking.hangUp();
  waiting.hangUp();
});

test('given_a_phone_rings_when_drained_then_the_daemon_waits_for_it_and_status_says_so_and_cancel_takes_calls_again', async () => {
  const { extension, agents } = await lab.team([{ kind: 'ignore' }], { ...plain, ringMs: 60_000 });
  const [agent] = agents;
  const call = await (await lab.stranger()).dial(extension);
  const offer = await lab.fact('offer-rang');
  const drain = cordboard('drain', '--wait');
  await waitUntil(() => drain.said.out.includes('1 waiting, 0 talking'), 'the progress');
  const text = cordboard('status');
  expect(await text.ended).toBe(0);
  expect(text.said.out).toContain('draining: nothing new is begun');

  const cancel = cordboard('drain', '--cancel');
  expect([await cancel.ended, cancel.said.out]).toEqual([0, 'calls are taken again\n']);
  expect(await drain.ended).toBe(1);
  expect(drain.said.err).toContain('the drain was cancelled');
  expect((await status()).engine).toMatchObject({ draining: false, turnedAway: 0 });
  expect(agent?.phone.calls[0]?.state).toBe('ringing');
  call.hangUp();
  await lab.fact('call-ended', { call: offer.call, ending: 'abandoned' });
});

test('given_one_waits_and_asterisk_stands_still_when_drained_then_it_ends_after_a_lease_and_the_dialplan_has_the_caller', async () => {
  const { extension, agents } = await lab.team([answers], plain);
  const [agent] = agents;
  await lab.api('POST', `/v1/agents/${agent?.name}/not-ready`, {});
  await fallbackOf(extension, 'PJSIP/');
  const waiting = await (await lab.stranger()).dial(extension);
  const queued = await lab.fact('call-queued', { queue: 'team3' });
  process.kill(lab.asterisk.pid, 'SIGSTOP');
  try {
    await lab.fact('pbx-lost', {}, queued.seq);
    const drain = cordboard('drain', '--wait');
    expect([await drain.ended, drain.said.err]).toEqual([0, '']);
    expect(lab.output()).toContain('Asterisk was away for a whole lease');
  } finally {
    process.kill(lab.asterisk.pid, 'SIGCONT');
  }
  await waitUntil(() => !lab.running, 'the daemon to end');
  const isServed = () => waiting.state === 'answered' && agent?.phone.calls[0]?.state === 'answered';
  await waitUntil(isServed, 'the fallback').catch(async (error: Error) => {
    throw new Error(`${error.message}\n${await lab.asterisk.log()}`);
  });
  waiting.hangUp();
});
