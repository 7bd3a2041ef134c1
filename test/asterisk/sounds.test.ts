import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type PortBlock, takePorts } from '../lab/ports.ts';
import { expectBothHear, expectHears, openPeople, type People, type Person, whole } from '../lab/voice/people.ts';
import { promptOf, soundOf } from '../lab/voice/sounds.ts';

// What reaches the ear, by content: each phone speaks a tone of its own, and knows Asterisk's sounds frame by frame.
const mobile = '+33612345678';
const music = [
  ...['manolo_camp-morning_coffee', 'macroform-robot_dity', 'macroform-cold_day'],
  ...['macroform-the_simplicity', 'reno_project-system'],
];

let lab: LabCordboard;
let ports: PortBlock;
let people: People;

beforeAll(async () => {
  ports = await takePorts(1);
  lab = await startCordboard('numbering: { country: FR }\nlimits: { confirm-station: 20s }');
  people = openPeople(lab, ports.ports[0] ?? 0);
}, 60_000);
afterEach(async () => {
  await people.goHome();
  await lab.expectQuiet();
});
afterAll(async () => {
  await lab?.stop();
  ports?.release();
});

/** All that it hears is of one of the tunes: which one, Asterisk chooses. */
async function hearsMusic({ ear }: Person): Promise<void> {
  await waitUntil(() => ear.heardMs >= 1_000, 'the caller to hear anything');
  for (const tune of music) if (ear.isOf(await soundOf(lab.asterisk, `moh/${tune}.wav`)) >= whole) return;
  throw new Error('what the caller hears is none of the tunes');
}

test('given_a_queue_that_whispers_when_an_agent_answers_then_they_hear_its_name_the_caller_hears_music_and_then_both_each_other', async () => {
  const [name, beep] = [await promptOf(lab.asterisk, 'im-sorry'), await promptOf(lab.asterisk, 'beep')];
  const [caller, agent] = [await people.inHouse('ben'), await people.inHouse('ana')];
  await caller.phone.dial(await people.team([agent], { announce: 'whisper', announceSound: 'im-sorry' }));
  await agent.phone.rings();
  await hearsMusic(caller);
  await agent.phone.answer();
  await lab.fact('offer-announced', { sound: 'im-sorry' });
  await lab.fact('call-connected', { user: 'ana' });
  await expectHears(agent, name);
  await expectHears(agent, beep);
  await expectBothHear(caller, agent);
  expect(caller.ear.heardOf(name)).toBe(0);
  expect(caller.ear.heardOf(beep)).toBe(0);
  await caller.phone.hangUp();
  await agent.phone.stops();
});

test('given_an_agent_at_a_mobile_when_they_press_1_in_the_audio_alone_then_they_heard_the_question_and_both_hear_each_other', async () => {
  const [question, name] = [await promptOf(lab.asterisk, 'followme/options'), await promptOf(lab.asterisk, 'im-sorry')];
  const [caller, agent] = [await people.inHouse('ben'), await people.inHouse('ana')];
  const far = await people.beyond('red', 'udp', mobile);
  await people.allow('ana', { classes: ['mobile'] });
  await caller.phone.dial(
    await people.team([agent], { announceSound: 'im-sorry' }, { kind: 'number', number: mobile }),
  );
  await far.phone.rings();
  await far.phone.answer();
  await lab.fact('offer-confirming', { agent: 'ana' });
  await expectHears(far, name);
  await expectHears(far, question);
  expect(lab.facts().map(({ type }) => type)).not.toContain('offer-answered');
  far.phone.press('1');
  await lab.fact('call-connected', { user: 'ana' });
  await expectBothHear(caller, far);
  expect(caller.ear.heardOf(question)).toBe(0);
  await caller.phone.hangUp();
  await far.phone.stops();
});

test('given_an_agent_at_a_mobile_when_they_press_2_in_the_audio_then_the_offer_is_declined_and_the_mobile_is_hung_up', async () => {
  const [caller, agent] = [await people.inHouse('ben'), await people.inHouse('ana')];
  const far = await people.beyond('red', 'udp', mobile);
  await people.allow('ana', { classes: ['mobile'] });
  await caller.phone.dial(await people.team([agent], {}, { kind: 'number', number: mobile }));
  await far.phone.rings();
  await far.phone.answer();
  await lab.fact('offer-confirming', { agent: 'ana' });
  far.phone.press('2');
  expect(await lab.fact('offer-ended', { agent: 'ana' })).toMatchObject({ outcome: 'declined' });
  await far.phone.stops();
  await caller.phone.hangUp();
});

test('given_a_carrier_by_TLS_when_somebody_calls_out_and_it_calls_in_then_both_hear_each_other_over_SRTP', async () => {
  const [ana, far] = [await people.inHouse('ana'), await people.beyond('sealed', 'tls', '+33144556677')];
  await people.allow('ana', { classes: ['national'] });
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
  const staff = [await people.inHouse('ana'), await people.inHouse('ben'), await people.inHouse('cyd')];
  await lab.api('POST', '/v1/agents/ben/sign-in', {});
  const codes = [
    { '*61': 'agent-loginok', '*62': 'agent-loggedoff' },
    { '*64': 'de-activated', '*63': 'activated' },
    // Nobody of theirs is rung, and they rest after no call.
    { '*8': 'beeperr', '*65': 'im-sorry' },
  ];
  await Promise.all(
    staff.map(async ({ phone, ear, user }, place) => {
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
  const [ana, ben] = [await people.inHouse('ana'), await people.inHouse('ben')];
  const [barred, limit, noTrunk] = await Promise.all(
    ['feature-not-avail-line', 'simul-call-limit-reached', 'all-circuits-busy-now'].map((one) =>
      promptOf(lab.asterisk, one),
    ),
  );
  if (!barred || !limit || !noTrunk) throw new Error('a prompt is missing');
  await people.allow('ben', { classes: ['national'], callsPerMinute: 1 });
  const refused = async ({ phone }: Person, status: number): Promise<void> => {
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
