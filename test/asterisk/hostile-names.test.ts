import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { SipCredentials } from '../../src/protocol/phones.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { staticPhone } from '../lab/static-phone.ts';
import { createVoicePhone, type VoicePhone } from '../lab/voice/phone.ts';

// Names and numbers that would like to be more than that, through the real daemon, AMI, ARI and dialplan.
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let lab: LabCordboard;
let ana: VoicePhone;
const phones: VoicePhone[] = [];
beforeAll(async () => {
  // A trunk's caller: their name comes from outside, since the endpoint says none.
  lab = await startCordboard('', { extra: { 'pjsip.conf': staticPhone('outside', null) } });
});
afterEach(async () => {
  for (const phone of phones.splice(0)) await phone.close();
  await lab.expectQuiet();
  expect(existsSync(owned())).toBe(false);
});
afterAll(() => lab?.stop());

/** What would be there if one of them had been run. */
const owned = (): string => join(lab.home, 'owned');

const names = (): readonly string[] => [
  `\${SHELL(touch ${owned()})}`,
  `\${SYSTEM(touch ${owned()})}`,
  'Smith, Jo',
  'a|b&c=d;e',
  'sip:evil@192.0.2.1',
  '*8 #1 +1',
  '😀 Zoë Łukasz',
  "'); DROP TABLE users; --",
  'x'.repeat(79),
];

function phone(sip: Pick<SipCredentials, 'user' | 'password'>, displayName = ''): VoicePhone {
  const at = { transport: 'udp', host: '127.0.0.1', port: lab.asterisk.ports.sip } as const;
  const made = createVoicePhone({ ...at, ...sip, displayName });
  phones.push(made);
  return made;
}

/** A registered agent, alone in the group 8001. */
async function agent(): Promise<void> {
  const made = await lab.api<{ sip: SipCredentials }>('POST', '/v1/users', {
    username: 'ana',
    name: 'Ana',
    extension: '1001',
  });
  ana = phone(made.sip);
  await ana.register();
  await lab.api('POST', '/v1/groups', { name: 'team', extension: '8001' });
  await lab.api('POST', '/v1/groups/team/members', { users: ['ana'] });
  await lab.api('POST', '/v1/agents/ana/sign-in', {});
  await lab.fact('agent-reachable', { agent: 'ana', reachable: true });
}

test('given_callers_from_outside_with_such_names_when_they_call_a_group_then_the_agent_sees_the_name_and_nothing_else_happens', async () => {
  await agent();
  for (const name of names()) {
    const caller = phone({ user: 'outside', password: 'none' }, name);
    const from = lab.facts().at(-1)?.seq ?? 0;
    await caller.dial('8001');
    const { call } = await lab.fact('offer-rang', { agent: 'ana' }, from);
    const { call: view } = await lab.api<{ call: { callerName: string } }>('GET', `/v1/calls/${call}`);
    expect(view.callerName).toBe(name);
    await ana.rings();
    expect(ana.callerName).toBe(name);
    await caller.hangUp();
    await lab.fact('call-ended', { call, ending: 'abandoned' });
    await ana.stops();
    ana.forget();
  }
});

test('given_users_with_such_names_when_they_are_added_then_asterisk_has_each_as_it_is_and_the_others_are_refused_by_name', async () => {
  for (const [place, name] of names().entries()) {
    const id = String(1100 + place);
    await lab.api('POST', '/v1/users', { username: `u${place}`, name, extension: id });
    expect(await lab.asterisk.rx(`pjsip show endpoint ${id}`)).toContain(
      ` callerid                           : "${name}" <${id}>`,
    );
  }
  for (const name of [
    'a\r\nAction: Logoff',
    'a\nb',
    'a\0b',
    'say "hi"',
    '<sip:x@y>',
    'x'.repeat(4096),
    '',
    '\u001b[31mred',
  ]) {
    const refused = await lab
      .api('POST', '/v1/users', { username: 'bad', name, extension: '1199' })
      .catch((error: Error) => error.message);
    expect([name, refused]).toEqual([name, expect.stringContaining('name: expected a name of 1 to 80 characters')]);
  }
  expect((await lab.asterisk.rx('pjsip show endpoints')).includes('1199')).toBe(false);
});

test('given_numbers_like_that_when_they_are_dialled_then_the_caller_is_refused_and_the_next_call_goes_through', async () => {
  await agent();
  const numbers = [
    `8001%24%7BSHELL%28touch%20${encodeURIComponent(owned())}%29%7D`,
    '8001,1,SHELL',
    '8001%0d%0aAction:%20Originate',
    '%24%7BEXTEN%7D',
    '9'.repeat(400),
  ];
  for (const number of numbers) {
    const caller = phone({ user: 'outside', password: 'none' });
    await caller.dial(number);
    await caller.stops();
    expect([number, caller.statuses.at(-1) ?? 0]).toEqual([
      number,
      expect.toSatisfy((status: number) => status >= 400),
    ]);
  }
  const caller = phone({ user: 'outside', password: 'none' });
  // What no number has is left out of it, and what is left is a number.
  await caller.dial("8001'%22)");
  await ana.rings();
  await ana.answer();
  await lab.fact('call-connected', { user: 'ana' });
  expect(lab.output()).not.toMatch(/"level":"(error|fatal)"/);
});

test('given_a_carrier_whose_callers_have_such_numbers_when_they_call_then_the_agent_is_rung_and_no_terminal_log_or_dialplan_obeys_them', async () => {
  await agent();
  await lab.api('POST', '/v1/trunks', { name: 'carrier', host: '127.0.0.2:5999', qualifyS: 0, codecs: ['ulaw'] });
  await lab.api('POST', '/v1/numbers', { name: 'main', number: '+33170000000', to: 'group:team' });
  const touch = `touch%20${encodeURIComponent(owned()).replaceAll('-', '%2d')}`;
  const users = [
    '0601%0d%0aAction%3a%20Logoff%0d%0a%0d%0a',
    `%24%7bSHELL%28${touch}%29%7d`,
    '%1b%5d0%3bowned%07%1b%5b2J',
    '%22%27%2c%7c%26%3b',
    '9'.repeat(300),
  ];
  for (const user of users) {
    const at = { transport: 'udp', host: '127.0.0.1', port: lab.asterisk.ports.sip, from: '127.0.0.2' } as const;
    const caller = createVoicePhone({ ...at, user, password: 'none' });
    phones.push(caller);
    const from = lab.facts().at(-1)?.seq ?? 0;
    await caller.dial('+33170000000');
    await lab.fact('offer-rang', { agent: 'ana' }, from);
    const listed = await promisify(execFile)(process.execPath, [cli, '--home', lab.home, 'call', 'list']);
    expect(listed.stdout.split('\n')).toHaveLength(3);
    // Line breaks between the rows are the only ones.
    expect(listed.stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    await caller.hangUp();
    await lab.fact('call-ended', {}, from);
    await ana.stops();
    ana.forget();
  }
  await lab.api('DELETE', '/v1/numbers/main');
  await lab.api('DELETE', '/v1/trunks/carrier');
  for (const line of lab.output().split('\n').slice(1, -1)) expect(() => JSON.parse(line)).not.toThrow();
  expect(lab.output()).not.toMatch(/"level":"(error|fatal)"/);
});
