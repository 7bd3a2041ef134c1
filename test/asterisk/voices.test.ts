import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPhone } from '../../src/phones/index.ts';
import type { PhoneView, SipCredentials } from '../../src/protocol/phones.ts';
import type { UserSaved } from '../../src/protocol/users.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { createVoicePhone, type VoicePhone } from '../lab/voice/phone.ts';

// Phones with a voice, each by its own transport, through the real daemon and the real Asterisk.
const transports = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const;
type Transport = (typeof transports)[number];

let lab: LabCordboard;
let caller: VoicePhone;
const phones: VoicePhone[] = [];
let numbers = 1100;

beforeAll(async () => {
  lab = await startCordboard();
});
beforeEach(async () => {
  caller = await phoneOf(await addUser('caller', 'udp'), 'udp');
});
afterEach(async () => {
  for (const phone of phones.splice(0)) await phone.close();
  await lab.expectQuiet();
});
afterAll(() => lab?.stop());

/** A user whose first phone comes by this transport. Plain μ-law, so that what is said can be known again. */
async function addUser(username: string, transport: Transport): Promise<SipCredentials> {
  numbers += 1;
  const user = { username, name: username, extension: String(numbers), transport, codecs: ['ulaw'] };
  return present((await lab.api<UserSaved>('POST', '/v1/users', user)).sip);
}

/** A registered phone with these credentials; `by` may be another transport than the phone's own. */
async function phoneOf(sip: SipCredentials, by: Transport, port = sip.port): Promise<VoicePhone> {
  const phone = createVoicePhone({ transport: by, host: sip.host, port, user: sip.user, password: sip.password });
  phones.push(phone);
  await phone.register();
  await waitUntil(async () => (await shown(sip.user)).registered, `the engine to know that ${sip.user} is registered`);
  return phone;
}

async function shown(id: string): Promise<PhoneView> {
  return (await lab.api<{ phone: PhoneView }>('GET', `/v1/phones/${id}`)).phone;
}

function present<T>(value: T | null): T {
  if (value === null) throw new Error('there are no credentials');
  return value;
}

/** Half a second of the other's own frames, both ways. */
async function expectBothHear(one: VoicePhone, other: VoicePhone): Promise<void> {
  const hears = (who: VoicePhone, whom: VoicePhone) =>
    waitUntil(() => who.voice.heard(whom.user) >= 25, `${who.user} to hear ${whom.user}`);
  await Promise.all([hears(one, other), hears(other, one)]);
}

for (const transport of transports) {
  test(`given_a_phone_by_${transport}_when_it_is_called_then_it_rings_and_both_hear_each_other`, async () => {
    const sip = await addUser(`by-${transport}`, transport);
    const phone = await phoneOf(sip, transport);
    expect(await shown(sip.user)).toMatchObject({
      registeredBy: transport === 'wss' ? 'ws' : transport,
      warnings: [],
      provisioned: true,
    });
    await caller.dial(sip.user);
    await phone.rings();
    await waitUntil(() => caller.statuses.includes(180), 'the caller to hear that it rings');
    await phone.answer();
    await expectBothHear(caller, phone);
    await caller.hangUp();
    await phone.stops();
  });
}

test('given_a_phone_that_registers_by_another_transport_than_its_own_then_it_is_named', async () => {
  const sip = await addUser('moved', 'tls');
  await phoneOf(sip, 'udp', lab.asterisk.ports.sip);
  const { registeredBy, warnings } = await shown(sip.user);
  expect(registeredBy).toBe('udp');
  expect(warnings).toEqual([expect.stringContaining(`${sip.user} is set to tls and registered by udp`)]);
  const told = { phone: sip.user, user: 'moved', transport: 'tls', by: 'udp' } as const;
  await lab.fact('phone-registered-otherwise', told);
  await lab.fact('alarm-raised', { alarm: 'wrong-transport', about: sip.user });
  await lab.api('PATCH', `/v1/phones/${sip.user}`, { transport: 'udp' });
  await lab.fact('alarm-ended', { alarm: 'wrong-transport', about: sip.user });
  expect(lab.facts().filter(({ type }) => type === 'phone-registered-otherwise')).toMatchObject([told]);
});

test('given_a_registered_phone_that_is_removed_and_made_again_when_it_registers_then_its_agent_is_reachable', async () => {
  const sip = await addUser('ben', 'udp');
  await phoneOf(sip, 'udp');
  await lab.api('DELETE', `/v1/phones/${sip.user}`);
  await lab.fact('agent-reachable', { agent: 'ben', reachable: false });
  const from = lab.facts().at(-1)?.seq ?? 0;
  const made = await lab.api<{ sip: SipCredentials | null }>('POST', '/v1/users/ben/phones', { codecs: ['ulaw'] });
  await phoneOf(present(made.sip), 'udp');
  await lab.fact('agent-reachable', { agent: 'ben', reachable: true }, from);
});

test('given_a_phone_that_was_removed_while_registered_and_has_gone_when_it_is_made_again_then_nobody_takes_it_for_registered', async () => {
  const sip = await addUser('gone', 'ws');
  const phone = createPhone({ wsUrl: sip.wsUrl ?? '', user: sip.user, password: sip.password });
  await phone.register();
  await waitUntil(async () => (await shown(sip.user)).registered, 'the engine to know it');
  await lab.api('DELETE', `/v1/phones/${sip.user}`);
  // With its address gone, Asterisk drops the contact and tells nobody.
  phone.cut();
  await waitUntil(
    async () => !(await lab.asterisk.rx('pjsip show contacts')).includes(`${sip.user}/sip`),
    'the contact to go',
  );
  await phone.close();
  await lab.api('POST', '/v1/users/gone/phones', { transport: 'ws' });
  await phoneOf(await addUser('later', 'udp'), 'udp');
  expect(await shown(sip.user)).toMatchObject({ registered: false, registeredBy: null });
});

test('given_an_agent_with_a_desk_phone_and_a_browser_when_a_call_is_offered_then_both_ring_and_one_answer_stops_the_other', async () => {
  const desk = await addUser('ana', 'tcp');
  const body = { label: 'web', transport: 'wss', codecs: ['ulaw'] };
  const web = present((await lab.api<{ sip: SipCredentials | null }>('POST', '/v1/users/ana/phones', body)).sip);
  expect(web.user).toBe(`${desk.user}-web`);
  const [first, second] = [await phoneOf(desk, 'tcp'), await phoneOf(web, 'wss')];
  await lab.api('POST', '/v1/groups', { name: 'sales', extension: '8100' });
  await lab.api('POST', '/v1/groups/sales/members', { users: ['ana'] });
  await lab.api('POST', '/v1/agents/ana/sign-in', {});
  await lab.fact('agent-reachable', { agent: 'ana', reachable: true });
  await caller.dial('8100');
  await Promise.all([first.rings(), second.rings()]);
  await second.answer();
  await first.stops();
  expect(first.cancelled).toMatch(/Reason: SIP\s*;\s*cause=200/);
  await expectBothHear(caller, second);
  // One offer, one answer: the other phone was no miss.
  expect(lab.facts().filter(({ type }) => type === 'offer-made')).toHaveLength(1);
  expect(lab.facts().filter(({ type }) => type === 'agent-missed')).toEqual([]);
  await second.hangUp();
  await lab.fact('call-ended', { ending: 'completed' });
  expect(lab.facts().filter(({ type }) => type === 'offer-ended')).toMatchObject([
    { agent: 'ana', outcome: 'answered' },
  ]);
});
