import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import { createSystemd, type Liveness, type Systemd } from '../../src/lib/systemd.ts';
import { waitUntil } from '../lab/deadline.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

let dir: string;
let path: string | undefined;
let systemd: Systemd | null = null;

beforeEach(() => {
  dir = makeScratch('notify');
  path = process.env.PATH;
});
afterEach(() => {
  systemd?.stopping();
  systemd = null;
  process.env.PATH = path;
  removeScratch(dir);
});

/** A systemd-notify that writes down what it is told, and ends with this code. */
function fake(code = 0): void {
  const file = join(dir, 'systemd-notify');
  writeFileSync(file, `#!/bin/sh\necho "$*" >>"${join(dir, 'said')}"\nexit ${code}\n`);
  chmodSync(file, 0o755);
  writeFileSync(join(dir, 'said'), '');
  process.env.PATH = `${dir}${delimiter}${path}`;
}
const said = (): string[] => readFileSync(join(dir, 'said'), 'utf8').split('\n').filter(Boolean);
const fed = (): number => said().filter((line) => line.includes('WATCHDOG=1')).length;

test('given_a_watchdog_when_ready_then_it_is_fed_again_and_again_and_the_status_is_told_when_it_changes', async () => {
  fake();
  const now: { look: Liveness } = { look: { alive: true, status: 'one' } };
  systemd = createSystemd({ socket: '/run/notify', watchdogUsec: '40000' }, () => now.look, silentLog());
  systemd.ready();
  await waitUntil(() => fed() >= 3, 'three meals');
  expect(said()[0]).toBe('READY=1 WATCHDOG=1 STATUS=one');
  now.look = { alive: true, status: 'two' };
  await waitUntil(() => said().some((line) => line === 'WATCHDOG=1 STATUS=two'), 'the new status');
  expect(said().filter((line) => line.includes('STATUS=one'))).toHaveLength(1);
});

test('given_a_process_that_is_held_when_it_is_time_then_the_watchdog_is_not_fed_until_it_is_well_again', async () => {
  fake();
  const now: { look: Liveness } = { look: { alive: false, status: 'held' } };
  let looks = 0;
  systemd = createSystemd(
    { socket: '/run/notify', watchdogUsec: '40000' },
    () => {
      looks += 1;
      return now.look;
    },
    silentLog(),
  );
  systemd.ready();
  await waitUntil(() => looks >= 4 && said().length > 0, 'some looks');
  expect(said()).toEqual(['READY=1 STATUS=held']);
  now.look = { alive: true, status: 'well' };
  await waitUntil(() => fed() > 0, 'a meal');
});

test('given_the_end_when_stopping_then_systemd_is_told_and_the_watchdog_is_fed_no_more', async () => {
  fake();
  systemd = createSystemd({ socket: '/s', watchdogUsec: '40000' }, () => ({ alive: true, status: '' }), silentLog());
  systemd.ready();
  await waitUntil(() => fed() >= 2, 'two meals');
  systemd.stopping();
  await waitUntil(() => said().some((line) => line.startsWith('STOPPING=1')), 'the farewell');
  // Each message has a process of its own: a meal that was on its way may come after the farewell, and no other.
  const farewell = said().findIndex((line) => line.startsWith('STOPPING=1'));
  expect(said()[farewell]).toMatch(/^STOPPING=1 STATUS=/);
  expect(said().slice(farewell + 1).length).toBeLessThanOrEqual(1);
});

test('given_no_systemd_when_ready_then_no_child_is_started', () => {
  fake();
  let looked = false;
  systemd = createSystemd(
    { socket: undefined, watchdogUsec: '1000' },
    () => {
      looked = true;
      return { alive: true, status: '' };
    },
    silentLog(),
  );
  systemd.ready();
  systemd.stopping();
  expect([looked, said()]).toEqual([false, []]);
});

test.each([
  ['is_missing', null, 'ENOENT'],
  ['fails', 1, 'ended with 1'],
])(
  'given_a_systemd_notify_that_%s_when_ready_then_it_is_logged_once_and_nothing_is_thrown',
  async (_name, code, why) => {
    if (code === null) process.env.PATH = dir;
    else fake(code);
    const warnings: string[] = [];
    let looks = 0;
    const log = { warn: (fields: { why: string }) => void warnings.push(fields.why) } as never;
    const look = () => {
      looks += 1;
      return { alive: true, status: 'x' };
    };
    systemd = createSystemd({ socket: '/run/notify', watchdogUsec: '40000' }, look, log);
    systemd.ready();
    await waitUntil(() => looks >= 4 && warnings.length > 0, 'some tries');
    expect(warnings).toEqual([expect.stringContaining(why)]);
  },
);
