import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { Behaviour } from '../../src/phones/index.ts';
import type { StatusView } from '../../src/protocol/status.ts';
import type { TrunksChecked, TrunkView } from '../../src/protocol/trunks.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { readCallers } from '../lab/live-rows.ts';
import { waitFor } from '../lab/phones.ts';
import { type PortBlock, takePorts } from '../lab/ports.ts';
import { type Sipp, type SippOptions, startSipp } from '../lab/sipp.ts';
import { startTlsCarrier } from '../lab/tls-carrier.ts';

// SIPp is the carrier. Each has an address of its own: a trunk is known by where it calls from.
const [carrier, second, third] = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;
const answers: Behaviour = { kind: 'answer', afterMs: 600 };

describe('trunks, on a real Asterisk with SIPp as the carrier', () => {
  let lab: LabCordboard;
  let ports: PortBlock;
  const sipps: Sipp[] = [];
  beforeAll(async () => {
    ports = await takePorts(4);
    lab = await startCordboard('numbering: { country: FR }');
  }, 60_000);
  afterEach(async () => {
    for (const sipp of sipps.splice(0)) await sipp.stop();
    const { numbers } = await lab.api<{ numbers: { name: string }[] }>('GET', '/v1/numbers');
    for (const { name } of numbers) await lab.api('DELETE', `/v1/numbers/${name}`);
    const { trunks } = await lab.api<{ trunks: { name: string }[] }>('GET', '/v1/trunks');
    for (const { name } of trunks) await lab.api('DELETE', `/v1/trunks/${name}`);
    await lab.expectQuiet();
  });
  afterAll(async () => {
    await lab?.stop();
    ports?.release();
  });

  async function play(options: Omit<SippOptions, 'to'>): Promise<Sipp> {
    const sipp = await startSipp({ to: lab.asterisk.ports.sip, address: carrier, ...options });
    sipps.push(sipp);
    return sipp;
  }

  function port(place: number): number {
    return ports.ports[place] ?? 0;
  }

  async function addTrunk(
    name: string,
    place: number,
    other: Readonly<Record<string, unknown>> = {},
  ): Promise<TrunkView> {
    const settings = { host: `${carrier}:${port(place)}`, qualifyS: 0, codecs: ['ulaw'], unreachableAfterMs: 3_000 };
    const { trunk } = await lab.api<{ trunk: TrunkView }>('POST', '/v1/trunks', { name, ...settings, ...other });
    return trunk;
  }

  /** Says what somebody may dial; resolves when the engine knows. */
  async function allow(subject: string, rights: Readonly<Record<string, unknown>>): Promise<void> {
    const before = lab.facts().at(-1)?.seq ?? 0;
    await lab.api('PATCH', `/v1/outbound/${subject}`, rights);
    await lab.fact('settings-applied', {}, before);
  }

  const trunkOf = (name: string) =>
    lab.api<{ trunk: TrunkView }>('GET', `/v1/trunks/${name}`).then(({ trunk }) => trunk);

  test('given_a_route_to_a_group_when_a_carrier_calls_then_it_hears_music_unpaid_and_is_answered_with_the_agent', async () => {
    await addTrunk('red', 0);
    const team = await lab.team([answers]);
    await lab.api('POST', '/v1/numbers', { name: 'main', number: '+33170000000', to: `group:${team.group}` });
    const caller = await play({
      scenario: 'caller-hangs-up',
      user: '0601020304',
      dials: '0033170000000',
      pauseMs: 200,
    });
    await caller.done();
    const arrived = await lab.fact('call-arrived', { trunk: 'red' });
    expect(arrived).toMatchObject({ kind: 'queued', dialled: '+33170000000', route: 'main', user: null, phone: null });
    const messages = await caller.messages();
    expect(messages.indexOf('SIP/2.0 183')).toBeGreaterThan(0);
    expect(messages.indexOf('SIP/2.0 183')).toBeLessThan(messages.indexOf('SIP/2.0 200 OK'));
    await lab.fact('call-ended', { call: arrived.call, ending: 'completed', by: 'caller' });
    // The caller's number is kept beside the call, and in no fact.
    expect(readCallers(lab.home, arrived.call)).toEqual([{ number: '+33601020304', name: '0601020304' }]);
    expect(JSON.stringify(lab.facts())).not.toContain('601020304');
  });

  test('given_a_trunk_when_it_dials_an_extension_or_a_number_outside_then_404_and_nothing_goes_out', async () => {
    await addTrunk('red', 0);
    const team = await lab.team([answers]);
    for (const dials of [team.extension, team.agents[0]?.extension ?? '', '0144556677']) {
      const caller = await play({ scenario: 'caller-is-refused', user: '0601020304', dials });
      await caller.done();
      expect(await caller.messages()).toMatch(/SIP\/2\.0 404 /);
    }
    expect(lab.facts().map(({ type }) => type)).not.toContain('trunk-tried');
    expect(lab.facts().map(({ type }) => type)).not.toContain('offer-made');
  });

  test.each([
    ['trusted', true],
    ['not trusted', false],
  ])(
    'given_a_carrier_that_is_%s_when_a_hidden_caller_calls_then_their_number_is_kept_and_shown_nowhere',
    async (_, trusted) => {
      await addTrunk('red', 0, { trusted });
      const team = await lab.team([answers]);
      const to = `user:${team.agents[0]?.name}`;
      await lab.api('POST', '/v1/numbers', { name: 'hidden', number: '+33170000001', to, caller: 'withheld' });
      await lab.api('POST', '/v1/numbers', { name: 'shown', number: '+33170000001', to });
      const caller = await play({ scenario: 'caller-hides', user: '0699999999', dials: '+33170000001', pauseMs: 100 });
      await caller.done();
      // Who is not trusted says nothing that counts: neither who calls nor that they hide.
      const arrived = await lab.fact('call-arrived', { route: trusted ? 'hidden' : 'shown' });
      const kept = trusted ? { number: '', name: '' } : { number: '+33699999999', name: '0699999999' };
      expect(readCallers(lab.home, arrived.call)).toEqual([kept]);
      const phone = team.agents[0]?.phone;
      if (phone === undefined) throw new Error('there is no phone');
      const { from } = await waitFor(phone, 'incoming');
      expect(from.number).toBe(trusted ? 'anonymous' : '0699999999');
    },
  );

  test('given_a_full_trunk_and_one_that_only_speaks_when_a_user_calls_out_then_it_fails_over_and_early_media_is_heard', async () => {
    await addTrunk('red', 0, { order: 1 });
    await addTrunk('blue', 1, {
      ...{ host: `${second}:${port(1)}`, order: 2 },
      ...{ format: 'national', headers: ['X-Account: 17'] },
    });
    const full = await play({ scenario: 'trunk-is-full', user: 'red', port: port(0) });
    const speaks = await play({ scenario: 'trunk-speaks', user: 'blue', address: second, port: port(1), pauseMs: 700 });
    const team = await lab.team([answers]);
    const [agent] = team.agents;
    const rights = { outbound: true, classes: ['national'], callerId: '+33170000009' };
    await allow(`group:${team.group}`, rights);
    const call = await agent?.phone.dial('0144556677');
    await full.done();
    const [invite = ''] = await speaks.saw(/INVITE sip:0144556677@[\s\S]*?Content-Type/);
    expect(invite).toMatch(/From: .*\+33170000009/);
    expect(invite).toMatch(/X-Account: 17/);
    // A port may have the same digits in it.
    expect(invite).not.toMatch(new RegExp(`(?<!\\d)${agent?.extension}(?!\\d)`));
    const failed = await lab.fact('trunk-failed', { trunk: 'red' });
    expect(failed).toMatchObject({ sip: 503, next: true });
    const connected = await lab.fact('call-connected', { call: failed.call });
    expect(connected.user).toBeNull();
    if (agent === undefined) throw new Error('there is no agent');
    expect(await waitFor(agent.phone, 'heard-ringing')).toMatchObject({ sip: 183 });
    call?.hangUp();
    await speaks.done();
    await lab.fact('call-ended', { call: failed.call, ending: 'completed' });
  });

  test('given_no_right_to_a_class_when_a_user_dials_it_then_they_hear_why_and_get_403', async () => {
    await addTrunk('red', 0);
    const team = await lab.team([answers]);
    const [agent] = team.agents;
    await allow(`user:${agent?.name}`, { outbound: true, classes: ['national'] });
    const call = await agent?.phone.dial('0049301234567');
    expect(await lab.fact('call-barred', { user: agent?.name ?? '' })).toMatchObject({
      class: 'international',
      why: 'class',
    });
    await waitUntil(() => call?.state === 'ended', 'the call to be refused', 20_000);
    expect(call?.end?.sip).toBe(403);
    expect(lab.facts().map(({ type }) => type)).not.toContain('trunk-tried');
  });

  test('given_a_limit_and_hours_when_they_are_reached_or_over_then_the_caller_gets_486_or_403_and_an_alarm_stands', async () => {
    await addTrunk('red', 0);
    const full = await play({ scenario: 'trunk-is-full', user: 'red', port: port(0) });
    const team = await lab.team([answers]);
    const [agent] = team.agents;
    const dial = async () => {
      const call = await agent?.phone.dial('0144556677');
      await waitUntil(() => call?.state === 'ended', 'the call to be refused', 20_000);
      return call?.end?.sip;
    };
    await allow(`user:${agent?.name}`, { outbound: true, classes: ['national'], callsPerMinute: 1 });
    expect(await dial()).toBe(503);
    await full.done();
    expect(await dial()).toBe(486);
    await lab.fact('limit-reached', { user: agent?.name ?? '', limit: 'calls-per-minute' });
    await lab.fact('alarm-raised', { alarm: 'limit-reached', about: agent?.name ?? '' });
    // A day that is not today in any zone.
    const days = [new Date().getUTCDay() + 3].map((day) => day % 7);
    await allow(`user:${agent?.name}`, { callsPerMinute: null, hours: [{ days, from: 0, to: 1_440 }] });
    expect(await dial()).toBe(403);
    await lab.fact('call-barred', { user: agent?.name ?? '', why: 'hours' });
  });

  test('given_no_trunk_that_answers_when_a_user_calls_out_then_all_circuits_are_busy_and_503', async () => {
    await addTrunk('red', 2, { unreachableAfterMs: 1_000 });
    const team = await lab.team([answers]);
    const [agent] = team.agents;
    await allow(`user:${agent?.name}`, { outbound: true, classes: ['national'] });
    const call = await agent?.phone.dial('0144556677');
    await lab.fact('call-ended', { ending: 'no-trunk' });
    await waitUntil(() => call?.state === 'ended', 'the call to be refused', 20_000);
    expect(call?.end?.sip).toBe(503);
  });

  test('given_an_account_when_the_carrier_asks_for_a_digest_then_we_register_and_it_is_shown', async () => {
    const registrar = await play({ scenario: 'trunk-registers', user: 'carrier', port: port(3) });
    await addTrunk('gold', 3, { username: '33170', password: 'secret-of-33170', register: true });
    await registrar.done();
    expect(await registrar.messages()).toMatch(/Authorization: Digest username="33170", realm="carrier"/);
    await waitUntil(async () => (await trunkOf('gold')).registered === true, 'the trunk to be registered', 20_000);
    expect((await trunkOf('gold')).up).toBe(true);
    expect(JSON.stringify(await trunkOf('gold'))).not.toContain('secret-of-33170');
  });

  test('given_a_carrier_that_does_not_answer_when_it_is_asked_whether_it_lives_then_the_trunk_is_down_and_an_alarm_stands', async () => {
    await addTrunk('dead', 2, { qualifyS: 1 });
    expect(await lab.fact('trunk-state', { trunk: 'dead' })).toMatchObject({ up: false, why: 'unreachable' });
    const { alarms } = await lab.api<{ alarms: { kind: string; about: string }[] }>('GET', '/v1/alarms');
    expect(alarms).toContainEqual(expect.objectContaining({ kind: 'trunk-down', about: 'dead' }));
  });

  test('given_a_trunk_that_was_not_asked_yet_when_it_is_made_or_moved_then_it_is_neither_up_nor_down_and_its_alarm_stands', async () => {
    await addTrunk('new', 0, { qualifyS: 3_600 });
    await addTrunk('dead', 2, { host: `${second}:${port(2)}`, qualifyS: 1 });
    const { seq } = await lab.fact('trunk-state', { trunk: 'dead' });
    expect(await trunkOf('new')).toMatchObject({ provisioned: true, up: null, reachable: null });
    await lab.api('PATCH', '/v1/trunks/dead', { host: `${third}:${port(2)}`, qualifyS: 3_600 });
    await waitUntil(async () => (await trunkOf('dead')).up !== false, 'the new address to be seen', 20_000);
    expect(await trunkOf('dead')).toMatchObject({ up: null, reachable: null });
    expect(lab.facts().filter((fact) => fact.type === 'trunk-state' && fact.seq > seq)).toEqual([]);
    const { alarms } = await lab.api<{ alarms: { kind: string; about: string }[] }>('GET', '/v1/alarms');
    expect(alarms).toContainEqual(expect.objectContaining({ kind: 'trunk-down', about: 'dead' }));
  });

  test('given_trunks_that_are_up_down_and_not_asked_yet_when_the_daemon_starts_anew_then_each_is_as_it_was_and_doctor_says_so', async () => {
    const certs = join(lab.home, 'certs');
    const tls = await startTlsCarrier(carrier, join(certs, 'cert.pem'), join(certs, 'key.pem'));
    try {
      await addTrunk('alive', 0, { host: `${carrier}:${tls.port}`, transport: 'tls', qualifyS: 1 });
      await addTrunk('dead', 2, { host: `${second}:${port(2)}`, qualifyS: 1 });
      await addTrunk('new', 0, { host: `${third}:${port(0)}`, qualifyS: 3_600 });
      const states = async () => (await Promise.all(['alive', 'dead', 'new'].map(trunkOf))).map(({ up }) => up);
      const stands = async () => JSON.stringify(await states()) === '[true,false,null]';
      await waitUntil(stands, 'each trunk to be known as it is', 20_000);
      const seq = lab.facts().at(-1)?.seq ?? 0;
      await lab.terminate();
      await lab.serve();
      // Whatever is told of trunks at a start is told before these phones are.
      await lab.team([answers]);
      await waitUntil(stands, 'each trunk to be known as it was', 20_000);
      expect(lab.facts().filter((fact) => fact.type === 'trunk-state' && fact.seq > seq)).toEqual([]);
      const examined = async () => {
        const status = () => lab.api<StatusView>('GET', '/v1/status');
        const { trunkStates } = await examine(loadConfig(undefined, lab.home), { status, elsewhere: [] });
        return 'seen' in trunkStates ? Object.fromEntries(trunkStates.seen) : trunkStates;
      };
      const alive = { reachable: true, registered: null };
      const dead = { reachable: false, registered: null };
      // With an endpoint that came or went, Asterisk may begin anew to ask the others.
      const becomes = (wanted: object) =>
        waitUntil(async () => isDeepStrictEqual(await examined(), wanted), `trunks as in ${JSON.stringify(wanted)}`);
      await becomes({ alive, dead, new: { reachable: null, registered: null } });
      await lab.asterisk.ari('DELETE', 'asterisk/config/dynamic/res_pjsip/endpoint/trunk-new');
      await becomes({ alive, dead });
      // What changed while nobody listened is no news of Asterisk's: it is asked.
      await lab.terminate();
      await tls.close();
      const contact = async () => (await lab.asterisk.rx('pjsip show contacts')).match(/trunk-alive.*/)?.[0] ?? '';
      await waitUntil(async () => (await contact()).includes('Unavail'), 'Asterisk to miss it', 20_000);
      await lab.serve();
      expect(await lab.fact('trunk-state', { trunk: 'alive' })).toMatchObject({ up: false, why: 'unreachable' });
    } finally {
      await tls.close().catch(() => undefined);
    }
  });

  test('given_a_trunk_for_one_call_when_two_come_in_then_the_second_gets_503_and_the_first_goes_on', async () => {
    await addTrunk('red', 0, { maxCalls: 1 });
    const team = await lab.team([answers]);
    await lab.api('POST', '/v1/numbers', { name: 'main', number: '*', to: `group:${team.group}` });
    const first = await play({ scenario: 'caller-waits-for-bye', user: '0601020304', dials: '0170000000' });
    const { call } = await lab.fact('call-connected', {});
    const second = await play({ scenario: 'caller-is-refused', user: '0601020305', dials: '0170000000' });
    await second.done();
    expect(await second.messages()).toMatch(/SIP\/2\.0 503 /);
    await lab.fact('trunk-full', { trunk: 'red' });
    await lab.api('POST', `/v1/calls/${call}/hang-up`, {});
    await first.done();
  });

  test('given_a_carrier_that_does_not_take_us_when_we_register_then_the_trunk_is_down_with_the_reason_and_alarmed', async () => {
    const registrar = await play({ scenario: 'trunk-forbids', user: 'carrier', port: port(3) });
    await addTrunk('gold', 3, { username: '33170', password: 'wrong', register: true });
    await registrar.done();
    expect(await lab.fact('trunk-state', { trunk: 'gold' })).toMatchObject({ up: false, why: 'unregistered' });
    expect(await trunkOf('gold')).toMatchObject({ up: false, registered: false });
    const { alarms } = await lab.api<{ alarms: { kind: string; about: string }[] }>('GET', '/v1/alarms');
    expect(alarms).toContainEqual(expect.objectContaining({ kind: 'trunk-down', about: 'gold' }));
  });

  test('given_a_host_or_an_address_that_does_not_resolve_when_a_trunk_is_made_then_it_says_so_and_a_check_names_it', async () => {
    await addTrunk('red', 0, { host: 'sip.carrier.invalid' });
    await addTrunk('blue', 0, { addresses: ['127.0.0.9', 'other.carrier.invalid'] });
    await addTrunk('gold', 0, { host: `${second}:${port(0)}` });
    const failureOf = (name: string) => waitUntil(async () => (await trunkOf(name)).failure, 'the failure', 30_000);
    const says = (host: string, name: string) =>
      new RegExp(
        `^${host} does not resolve \\((E\\w+|no answer .*)\\): it is tried again; writing identify "trunk-${name}": `,
      );
    expect(await failureOf('red')).toMatch(says('sip.carrier.invalid', 'red'));
    expect(await failureOf('blue')).toMatch(says('other.carrier.invalid', 'blue'));
    const checked = await lab.api<TrunksChecked>('POST', '/v1/trunks/check');
    expect([checked.checked, checked.failed.map(({ trunk }) => trunk)]).toEqual([1, ['blue', 'red']]);
    await lab.api('PATCH', '/v1/trunks/blue', { addresses: ['127.0.0.9'] });
    await waitUntil(async () => (await trunkOf('blue')).provisioned, 'the trunk to be in Asterisk', 30_000);
  });

  test('given_trunks_of_every_kind_when_somebody_changes_them_by_hand_then_just_that_is_found_put_right_and_told', async () => {
    await addTrunk('red', 0, { addresses: ['127.0.0.9', '198.51.100.0/24'], trusted: true, qualifyS: 30 });
    const account = { username: '33170', password: 'secret', register: true, contactUser: '+33170000000' };
    await addTrunk('gold', 1, { host: `${second}:${port(1)}`, ...account });
    const sealed = { host: `${third}:${port(2)}`, transport: 'tls', codecs: ['opus', 'g722', 'alaw'] };
    await addTrunk('sealed', 2, sealed);
    const check = () => lab.api<{ checked: number; repaired: unknown[] }>('POST', '/v1/trunks/check');
    expect(await check()).toEqual({ checked: 3, repaired: [], failed: [] });
    const dynamic = 'asterisk/config/dynamic/res_pjsip';
    const fields = [{ attribute: 'allow', value: '!all,gsm' }];
    await lab.asterisk.ari('PUT', `${dynamic}/endpoint/trunk-red`, { fields });
    await lab.asterisk.ari('PUT', `${dynamic}/aor/trunk-red`, {
      fields: [{ attribute: 'qualify_frequency', value: '5' }],
    });
    await lab.asterisk.ari('DELETE', `${dynamic}/registration/trunk-gold`);
    expect((await check()).repaired).toEqual([
      { trunk: 'gold', attributes: ['registration'] },
      { trunk: 'red', attributes: ['aor.qualify_frequency', 'endpoint.allow'] },
    ]);
    expect(await lab.asterisk.rx('pjsip show endpoint trunk-red')).toMatch(/allow +: \(ulaw\)/);
    expect(await lab.asterisk.rx('pjsip show registrations')).toContain('trunk-gold');
    expect(await check()).toMatchObject({ repaired: [] });
  });

  test('given_a_carrier_by_TLS_when_a_user_calls_out_then_signalling_and_media_are_secured_and_its_answer_is_heard', async () => {
    const certs = join(lab.home, 'certs');
    const tls = await startTlsCarrier(carrier, join(certs, 'cert.pem'), join(certs, 'key.pem'));
    try {
      await addTrunk('sealed', 0, { host: `${carrier}:${tls.port}`, transport: 'tls', qualifyS: 1 });
      await waitUntil(async () => (await trunkOf('sealed')).reachable === true, 'the trunk to be reachable', 20_000);
      const team = await lab.team([answers]);
      await allow(`group:${team.group}`, { outbound: true, classes: ['national'] });
      const call = await team.agents[0]?.phone.dial('0144556677');
      await waitUntil(() => call?.state === 'ended', 'the call to be refused', 20_000);
      expect(call?.end?.sip).toBe(486);
      const invite = tls.requests.find((request) => request.startsWith('INVITE ')) ?? '';
      expect(invite).toMatch(/^Via: SIP\/2\.0\/TLS /m);
      expect(invite).toMatch(/^m=audio \d+ RTP\/SAVP /m);
      expect(invite).toMatch(/^a=crypto:/m);
    } finally {
      await tls.close();
    }
  });
});
