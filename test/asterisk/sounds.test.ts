import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { TrunkView } from '../../src/protocol/trunks.ts';
import type { UserSaved } from '../../src/protocol/users.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type PortBlock, takePorts } from '../lab/ports.ts';
import { createVoicePhone, type VoicePhone } from '../lab/voice/phone.ts';
import { createEar, type Ear, promptOf, type Sound, soundOf } from '../lab/voice/sounds.ts';

// What reaches the ear, by content: each phone speaks a tone of its own, and knows Asterisk's sounds frame by frame.
const carrier = '127.0.0.2';
const mobile = '+33612345678';
const music = [
  ...['manolo_camp-morning_coffee', 'macroform-robot_dity', 'macroform-cold_day'],
  ...['macroform-the_simplicity', 'reno_project-system'],
];
/** All of a sound, but for a packet that a busy machine was too late for. */
const whole = 0.95;

type Heard = { readonly phone: VoicePhone; readonly ear: Ear; readonly hz: number; readonly user: string };

let lab: LabCordboard;
let ports: PortBlock;
let users = 0;
const phones: VoicePhone[] = [];

beforeAll(async () => {
  ports = await takePorts(1);
  lab = await startCordboard('numbering: { country: FR }\nlimits: { confirm-station: 20s }');
}, 60_000);
afterEach(async () => {
  for (const phone of phones.splice(0)) await phone.close();
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

/** Somebody with a μ-law desk phone, registered. */
async function person(username: string): Promise<Heard> {
  users += 1;
  const body = { username, name: username, extension: String(1100 + users), transport: 'udp', codecs: ['ulaw'] };
  const { sip } = await lab.api<UserSaved>('POST', '/v1/users', body);
  if (sip === null) throw new Error('there are no credentials');
  const { host, port, user, password } = sip;
  // No two of one test are alike, and none is another's overtone.
  const hz = 400 + 170 * (users % 5);
  const ear = createEar(hz);
  const phone = createVoicePhone({ transport: 'udp', host, port, user, password, voice: ear });
  phones.push(phone);
  await phone.register();
  return { phone, ear, hz, user: username };
}

/** Whoever has this number, behind a trunk of this name. */
async function beyond(name: string, transport: 'udp' | 'tls', number: string): Promise<Heard> {
  const port = ports.ports[0] ?? 0;
  const read = (file: string): Promise<Buffer> => readFile(join(lab.home, 'certs', file));
  const secured = transport === 'tls' ? { certificate: await read('cert.pem'), key: await read('key.pem') } : {};
  const [hz, ear] = [1_330, createEar(1_330)];
  const to = { host: '127.0.0.1', port: lab.asterisk.ports.sip, user: number, password: '' };
  const phone = createVoicePhone({ transport, ...to, from: carrier, voice: ear, at: { port, ...secured } });
  phones.push(phone);
  await phone.listen();
  const settings = { host: `${carrier}:${port}`, transport, qualifyS: 1, codecs: ['ulaw'] };
  await lab.api('POST', '/v1/trunks', { name, ...settings });
  await waitUntil(async () => {
    const { trunk } = await lab.api<{ trunk: TrunkView }>('GET', `/v1/trunks/${name}`);
    return trunk.reachable === true;
  }, `the trunk ${name} to be reachable`);
  return { phone, ear, hz, user: name };
}

/** Says what somebody may dial; resolves when the engine knows. */
async function allow(user: string, rights: Readonly<Record<string, unknown>>): Promise<void> {
  const before = lab.facts().at(-1)?.seq ?? 0;
  await lab.api('PATCH', `/v1/outbound/user:${user}`, { outbound: true, ...rights });
  await lab.fact('settings-applied', {}, before);
}

async function team(agent: Heard, settings: Readonly<Record<string, unknown>>, station?: unknown): Promise<string> {
  const extension = String(8100 + users);
  await lab.api('POST', '/v1/groups', { name: 'team', extension, wrapUpMs: 0, ...settings });
  await lab.api('POST', '/v1/groups/team/members', { users: [agent.user] });
  await lab.api('POST', `/v1/agents/${agent.user}/sign-in`, station === undefined ? {} : { station });
  await lab.fact('agent-reachable', { agent: agent.user, reachable: true });
  return extension;
}

async function expectBothHear(one: Heard, other: Heard): Promise<void> {
  const hears = (who: Heard, whom: Heard) =>
    waitUntil(() => who.ear.shareOf(whom.hz) > 0.9, `${who.user} to hear ${whom.user}`);
  await Promise.all([hears(one, other), hears(other, one)]);
}

const hears = ({ ear, user }: Heard, sound: Sound) =>
  waitUntil(() => ear.heardOf(sound) >= whole, `${user} to hear ${sound.name}`).catch((error: Error) => {
    throw new Error(`${error.message}; it heard ${ear.heardOf(sound)} of it`);
  });

/** All that it hears is of one of the tunes: which one, Asterisk chooses. */
async function hearsMusic({ ear }: Heard): Promise<void> {
  await waitUntil(() => ear.heardMs >= 1_000, 'the caller to hear anything');
  for (const tune of music) if (ear.isOf(await soundOf(lab.asterisk, `moh/${tune}.wav`)) >= whole) return;
  throw new Error('what the caller hears is none of the tunes');
}

test('given_a_queue_that_whispers_when_an_agent_answers_then_they_hear_its_name_the_caller_hears_music_and_then_both_each_other', async () => {
  const [name, beep] = [await promptOf(lab.asterisk, 'im-sorry'), await promptOf(lab.asterisk, 'beep')];
  const [caller, agent] = [await person('ben'), await person('ana')];
  await caller.phone.dial(await team(agent, { announce: 'whisper', announceSound: 'im-sorry' }));
  await agent.phone.rings();
  await hearsMusic(caller);
  await agent.phone.answer();
  await lab.fact('offer-announced', { sound: 'im-sorry' });
  await lab.fact('call-connected', { user: 'ana' });
  await hears(agent, name);
  await hears(agent, beep);
  await expectBothHear(caller, agent);
  expect(caller.ear.heardOf(name)).toBe(0);
  expect(caller.ear.heardOf(beep)).toBe(0);
  await caller.phone.hangUp();
  await agent.phone.stops();
});

test('given_an_agent_at_a_mobile_when_they_press_1_in_the_audio_alone_then_they_heard_the_question_and_both_hear_each_other', async () => {
  const [question, name] = [await promptOf(lab.asterisk, 'followme/options'), await promptOf(lab.asterisk, 'im-sorry')];
  const [caller, agent] = [await person('ben'), await person('ana')];
  const far = await beyond('red', 'udp', mobile);
  await allow('ana', { classes: ['mobile'] });
  await caller.phone.dial(await team(agent, { announceSound: 'im-sorry' }, { kind: 'number', number: mobile }));
  await far.phone.rings();
  await far.phone.answer();
  await lab.fact('offer-confirming', { agent: 'ana' });
  await hears(far, name);
  await hears(far, question);
  expect(lab.facts().map(({ type }) => type)).not.toContain('offer-answered');
  far.phone.press('1');
  await lab.fact('call-connected', { user: 'ana' });
  await expectBothHear(caller, far);
  expect(caller.ear.heardOf(question)).toBe(0);
  await caller.phone.hangUp();
  await far.phone.stops();
});

test('given_an_agent_at_a_mobile_when_they_press_2_in_the_audio_then_the_offer_is_declined_and_the_mobile_is_hung_up', async () => {
  const [caller, agent] = [await person('ben'), await person('ana')];
  const far = await beyond('red', 'udp', mobile);
  await allow('ana', { classes: ['mobile'] });
  await caller.phone.dial(await team(agent, {}, { kind: 'number', number: mobile }));
  await far.phone.rings();
  await far.phone.answer();
  await lab.fact('offer-confirming', { agent: 'ana' });
  far.phone.press('2');
  expect(await lab.fact('offer-ended', { agent: 'ana' })).toMatchObject({ outcome: 'declined' });
  await far.phone.stops();
  await caller.phone.hangUp();
});

test('given_a_carrier_by_TLS_when_somebody_calls_out_and_it_calls_in_then_both_hear_each_other_over_SRTP', async () => {
  const [ana, far] = [await person('ana'), await beyond('sealed', 'tls', '+33144556677')];
  await allow('ana', { classes: ['national'] });
  const out = ana.phone.dial('0144556677');
  await far.phone.rings();
  expect(far.phone.offer).toMatch(/^m=audio \d+ RTP\/SAVP /m);
  await far.phone.answer();
  await out;
  await expectBothHear(ana, far);
  await far.phone.hangUp();
  await ana.phone.stops();
  await lab.api('POST', '/v1/numbers', { name: 'main', number: '+33170000000', to: 'user:ana' });
  ana.phone.forget();
  await far.phone.dial('+33170000000');
  await ana.phone.rings();
  await ana.phone.answer();
  await lab.fact('call-connected', { user: 'ana' });
  await expectBothHear(ana, far);
  await ana.phone.hangUp();
  await far.phone.stops();
});

test('given_feature_codes_when_they_are_dialled_then_each_is_answered_in_words_that_reach_the_ear', async () => {
  const people = [await person('ana'), await person('ben'), await person('cyd')];
  await lab.api('POST', '/v1/agents/ben/sign-in', {});
  const codes = [
    { '*61': 'agent-loginok', '*62': 'agent-loggedoff' },
    { '*64': 'de-activated', '*63': 'activated' },
    // Nobody of theirs is rung, and they rest after no call.
    { '*8': 'beeperr', '*65': 'im-sorry' },
  ];
  await Promise.all(
    people.map(async ({ phone, ear, user }, place) => {
      for (const [code, words] of Object.entries(codes[place] ?? {})) {
        const sound = await promptOf(lab.asterisk, words);
        expect(ear.heardOf(sound)).toBeLessThan(whole);
        await phone.dial(code);
        await phone.stops();
        expect(ear.heardOf(sound), `how much of ${words} ${user} heard after ${code}`).toBeGreaterThanOrEqual(whole);
      }
    }),
  );
});

test('given_calls_out_that_are_refused_when_they_are_dialled_then_each_hears_why_before_the_refusal', async () => {
  const [ana, ben] = [await person('ana'), await person('ben')];
  const [barred, limit, noTrunk] = await Promise.all(
    ['feature-not-avail-line', 'simul-call-limit-reached', 'all-circuits-busy-now'].map((one) =>
      promptOf(lab.asterisk, one),
    ),
  );
  if (!barred || !limit || !noTrunk) throw new Error('a prompt is missing');
  await allow('ben', { classes: ['national'], callsPerMinute: 1 });
  const refused = async ({ phone }: Heard, status: number): Promise<void> => {
    await phone.dial('0144556677');
    await phone.stops();
    expect(phone.statuses.slice(-2)).toEqual([183, status]);
  };
  await Promise.all([
    refused(ana, 403),
    (async () => {
      await refused(ben, 503);
      expect(ben.ear.heardOf(noTrunk)).toBeGreaterThanOrEqual(whole);
      await refused(ben, 486);
    })(),
  ]);
  expect(ben.ear.heardOf(limit)).toBeGreaterThanOrEqual(whole);
  expect(ana.ear.heardOf(barred)).toBeGreaterThanOrEqual(whole);
  expect(ana.ear.heardOf(limit)).toBe(0);
});
