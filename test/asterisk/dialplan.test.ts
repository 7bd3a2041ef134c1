import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { waitUntil } from '../lab/deadline.ts';
import { expectNothingLeft } from '../lab/nothing-left.ts';
import { type PortBlock, takePorts } from '../lab/ports.ts';
import { type Sipp, type SippOptions, startSipp } from '../lab/sipp.ts';
import { connectStasisApp } from '../lab/stasis-app.ts';
import { staticPhone } from '../lab/static-phone.ts';

// The dialplan with no daemon at all.
let lab: LabAsterisk;
let block: PortBlock;
const sipps: Sipp[] = [];
const port = { 1001: 0, 1002: 0, trunk: 0, second: 0 };

beforeAll(async () => {
  block = await takePorts(4);
  [port[1001] = 0, port[1002] = 0, port.trunk = 0, port.second = 0] = block.ports;
  lab = await startAsterisk({
    extra: {
      'pjsip.conf': [
        staticPhone('2001', null),
        staticPhone('1001', port[1001]),
        staticPhone('1002', port[1002]),
        staticPhone('1003', null),
        staticPhone('trunk', port.trunk),
        staticPhone('second', port.second),
      ].join(''),
      'extensions.conf': '[from-sip](+)\nexten => 7000,1,Answer()\n same => n,Wait(60)\n',
    },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the dialplan fills it in, not we.
    render: ['--emergency-dial', 'PJSIP/${EXTEN}@trunk', '--emergency-dial-2', 'PJSIP/${EXTEN}@second'],
  });
  await lab.rx('database put cordboard/fallback 8001 PJSIP/1001&PJSIP/1002');
  await lab.rx('database put cordboard/fallback 8002 PJSIP/1001&PJSIP/1003');
  await lab.rx('database put cordboard/fallback 8003 PJSIP/1003');
  await lab.rx('database put cordboard/fallback 8004 PJSIP/1001');
  await lab.rx('database put cordboard/fallback 9001 PJSIP/1002');
}, 60_000);
afterAll(async () => {
  await lab?.stop();
  block?.release();
});
afterEach(async () => {
  for (const sipp of sipps.splice(0)) await sipp.stop();
  await expectNothingLeft(lab);
});

async function play(options: Omit<SippOptions, 'to'>): Promise<Sipp> {
  const sipp = await startSipp({ to: lab.ports.sip, ...options });
  sipps.push(sipp);
  return sipp;
}

test('given_no_daemon_when_a_number_with_a_list_is_dialled_then_its_free_phones_ring_and_one_answers', async () => {
  const ignoring = await play({ scenario: 'phone-ignores', user: '1001', port: port[1001] });
  const answering = await play({ scenario: 'phone-hangs-up', user: '1002', port: port[1002], pauseMs: 100 });
  const caller = await play({ scenario: 'caller-waits-for-bye', user: '2001', dials: '8001' });
  await answering.done();
  await caller.done();
  await ignoring.done();
}, 60_000);

test('given_no_daemon_when_one_phone_of_the_list_is_busy_then_it_is_left_alone_and_the_caller_hears_busy', async () => {
  const talking = await play({ scenario: 'caller-waits-for-bye', user: '1001', dials: '7000' });
  await talking.saw(/SIP\/2\.0 200 OK/);
  const phone = await play({ scenario: 'phone-ignores', user: '1001', port: port[1001] });
  const caller = await play({ scenario: 'caller-is-refused', user: '2001', dials: '8002' });
  await caller.done();
  expect(await caller.messages()).toMatch(/SIP\/2\.0 183 .*[\s\S]*SIP\/2\.0 486 /);
  expect(await phone.messages()).not.toContain('INVITE');
  for (const channel of await lab.channels()) await lab.rx(`channel request hangup ${channel}`);
  await talking.done();
}, 60_000);

test('given_no_daemon_when_no_phone_of_the_list_is_registered_then_the_caller_is_told_and_gets_480', async () => {
  const caller = await play({ scenario: 'caller-is-refused', user: '2001', dials: '8003' });
  await caller.done();
  expect(await caller.messages()).toMatch(/SIP\/2\.0 183 .*[\s\S]*SIP\/2\.0 480 /);
}, 60_000);

test('given_no_daemon_when_a_number_without_a_list_is_dialled_then_503', async () => {
  const caller = await play({ scenario: 'caller-is-refused', user: '2001', dials: '+33999' });
  await caller.done();
  expect(await caller.messages()).toMatch(/SIP\/2\.0 503 /);
}, 60_000);

test('given_no_daemon_when_the_phone_forwards_then_nothing_is_dialled_for_it', async () => {
  const forwarding = await play({ scenario: 'phone-forwards', user: '1001', port: port[1001] });
  const target = await play({ scenario: 'phone-ignores', user: '1002', port: port[1002] });
  const caller = await play({ scenario: 'caller-is-refused', user: '2001', dials: '8004' });
  await forwarding.done();
  await caller.done();
  expect(await target.messages()).not.toContain('INVITE');
  // A time or a port may have the same digits in it.
  expect(await lab.log()).not.toMatch(/(?<!\d)9001(?!\d)/);
}, 60_000);

test('given_a_daemon_that_comes_back_within_5_s_when_a_call_came_meanwhile_then_it_is_not_lost', async () => {
  const caller = await play({ scenario: 'caller-is-refused', user: '2001', dials: '8555' });
  await waitUntil(
    async () => (await lab.rx('core show channels concise')).includes('!Wait!'),
    'a caller whom Stasis refused',
  );
  const app = await connectStasisApp(lab);
  const channel = await app.entered('8555');
  expect((await lab.ari('DELETE', `channels/${channel}?reason=busy`)).status).toBe(204);
  await caller.done();
  expect(await lab.log()).not.toContain('fallback for 8555');
  await app.vanish();
}, 60_000);

test('given_no_daemon_when_112_is_dialled_then_it_reaches_its_target', async () => {
  const trunk = await play({ scenario: 'phone-waits-for-bye', user: 'trunk', port: port.trunk });
  const caller = await play({ scenario: 'caller-hangs-up', user: '2001', dials: '112', pauseMs: 100 });
  await trunk.saw(/^INVITE sip:112@/m);
  await caller.done();
  await trunk.done();
}, 60_000);

test('given_a_daemon_when_911_is_dialled_then_the_daemon_never_sees_it', async () => {
  const app = await connectStasisApp(lab);
  const trunk = await play({ scenario: 'phone-waits-for-bye', user: 'trunk', port: port.trunk });
  const caller = await play({ scenario: 'caller-hangs-up', user: '2001', dials: '911', pauseMs: 100 });
  await caller.done();
  await trunk.done();
  expect(app.events.map((event) => event.type)).not.toContain('StasisStart');
  await app.vanish();
}, 60_000);

test('given_a_first_target_that_cannot_take_it_when_112_is_dialled_then_the_second_gets_it', async () => {
  const first = await play({ scenario: 'trunk-is-full', user: 'trunk', port: port.trunk });
  const second = await play({ scenario: 'phone-waits-for-bye', user: 'second', port: port.second });
  const caller = await play({ scenario: 'caller-hangs-up', user: '2001', dials: '112', pauseMs: 100 });
  await first.done();
  await second.saw(/^INVITE sip:112@/m);
  await caller.done();
  await second.done();
}, 60_000);

test('given_a_stranger_when_an_emergency_number_is_dialled_then_401', async () => {
  const caller = await play({ scenario: 'caller-is-refused', user: 'stranger', dials: '112' });
  await caller.done();
  expect(await caller.messages()).toMatch(/SIP\/2\.0 401 /);
});
