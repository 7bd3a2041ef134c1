import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Behaviour, Phone } from '../../src/phones/index.ts';
import { type Carrier, openCarrier } from '../lab/carrier.ts';
import { type LabCordboard, startCordboard, type Team } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';

// Who may dial what, and each limit, to the end: a real phone dials, SIPp is the carrier.
const answers: Behaviour = { kind: 'answer', afterMs: 0 };
const numbers = {
  national: '0144556677',
  mobile: '0612345678',
  international: '0049301234567',
  premium: '0899123456',
} as const;
type Class = keyof typeof numbers;
const classes = Object.keys(numbers) as Class[];

describe('calling out, on a real Asterisk with SIPp as the carrier', () => {
  let lab: LabCordboard;
  let carrier: Carrier;
  let team: Team;
  beforeAll(async () => {
    // What is played to a caller is read in Asterisk's own log: its phones here are silent ones.
    lab = await startCordboard('numbering: { country: FR }', { extra: { 'logger.conf': 'played = verbose(3)\n' } });
    carrier = await openCarrier(lab);
  }, 60_000);
  afterEach(async () => {
    // The carrier is there to the last BYE: one that nobody answers is sent again, into the next test.
    await lab.expectQuiet();
    await carrier.hangUp();
  });
  afterAll(async () => {
    await lab?.stop();
    carrier?.release();
  });

  /** Says what a subject may dial; resolves when the engine knows. */
  async function allow(subject: string, rights: Readonly<Record<string, unknown>>): Promise<void> {
    const before = lab.facts().at(-1)?.seq ?? 0;
    await lab.api('PATCH', `/v1/outbound/${subject}`, rights);
    await lab.fact('settings-applied', {}, before);
  }

  /** Dials, and says what came of it: the class or limit for which it was barred, or that it went out. */
  async function dial(phone: Phone, number: string): Promise<string> {
    const before = lab.facts().at(-1)?.seq ?? 0;
    const call = await phone.dial(number);
    const verdict = await waitUntil(
      () => lab.facts().find(({ seq, type }) => seq > before && (type === 'call-barred' || type === 'trunk-failed')),
      `a verdict on ${number}`,
      20_000,
    );
    call.hangUp();
    await lab.fact('call-ended', {}, before);
    return verdict.type === 'call-barred' ? verdict.why : 'out';
  }

  /** Dials what is refused and listens to the end; the status of the refusal. */
  async function isRefused(phone: Phone, number: string): Promise<number | null | undefined> {
    const call = await phone.dial(number);
    await waitUntil(() => call.state === 'ended', `the call to ${number} to be refused`, 20_000);
    return call.end?.sip;
  }

  const played = async (): Promise<string> => readFile(join(lab.home, 'asterisk/log/played'), 'utf8').catch(() => '');
  const wasPlayed = (prompt: string) =>
    waitUntil(async () => (await played()).includes(`Playing '${prompt}`), `${prompt} to be played`);

  function agent(place: number): Team['agents'][number] {
    const found = team.agents[place];
    if (found === undefined) throw new Error(`there is no agent ${place}`);
    return found;
  }

  test('given_each_class_alone_when_a_number_of_each_is_dialled_then_only_those_of_the_class_go_out', async () => {
    team = await lab.team([answers, answers]);
    const { phone, name } = agent(0);
    expect(await dial(phone, numbers.national)).toBe('no-rights');
    // Inside, nobody needs a right.
    const inside = await phone.dial(agent(1).extension);
    await waitUntil(() => inside.state === 'answered', 'the colleague to answer');
    inside.hangUp();
    await lab.fact('call-ended', { ending: 'completed' });
    await carrier.play({ scenario: 'trunk-is-full', calls: 4 });
    for (const given of classes) {
      await allow(`user:${name}`, { outbound: true, classes: [given] });
      const verdicts: string[] = [];
      for (const dialled of classes) verdicts.push(await dial(phone, numbers[dialled]));
      expect(verdicts, given).toEqual(classes.map((one) => (one === given ? 'out' : 'class')));
    }
    expect(await lab.fact('first-international', { user: name })).toMatchObject({ payer: name });
    await lab.fact('alarm-raised', { alarm: 'first-international', about: name });
  });

  test('given_lists_of_starts_when_numbers_are_dialled_then_the_longest_start_decides', async () => {
    team = await lab.team([answers]);
    const { phone, name } = agent(0);
    await carrier.play({ scenario: 'trunk-is-full', calls: 2 });
    await allow(`user:${name}`, { outbound: true, classes: ['national'], allow: ['+4930'], bar: ['+33144', '+49309'] });
    expect(await dial(phone, numbers.international)).toBe('out');
    expect(await dial(phone, '0155667788')).toBe('out');
    expect(await dial(phone, '0049309123456')).toBe('prefix');
    expect(await isRefused(phone, numbers.national)).toBe(403);
    await wasPlayed('feature-not-avail-line');
  });

  test('given_one_call_at_once_when_a_second_is_dialled_then_it_is_refused_for_a_user_and_for_a_whole_group', async () => {
    team = await lab.team([answers, answers]);
    const [first, second] = [agent(0), agent(1)];
    await allow(`group:${team.group}`, { outbound: true, classes: ['national'], maxCalls: 1, groupMaxCalls: 2 });
    await carrier.play({ scenario: 'phone-waits-for-bye', calls: 2 });
    const one = await first.phone.dial(numbers.national);
    await lab.fact('call-connected', { user: null });
    expect(await isRefused(first.phone, '0144556688')).toBe(486);
    await lab.fact('limit-reached', { user: first.name, payer: first.name, limit: 'calls-at-once' });
    await wasPlayed('simul-call-limit-reached');
    const other = await second.phone.dial('0144556688');
    await waitUntil(() => other.state === 'answered', 'the second member to talk');
    await allow(`group:${team.group}`, { groupMaxCalls: 1, maxCalls: null });
    expect(await isRefused(second.phone, '0144556699')).toBe(486);
    await lab.fact('limit-reached', { user: null, payer: `group:${team.group}`, limit: 'calls-at-once' });
    await lab.fact('alarm-raised', { alarm: 'limit-reached', about: `group:${team.group}` });
    one.hangUp();
    other.hangUp();
  });

  test('given_minutes_of_the_day_that_are_nearly_used_up_when_they_end_in_a_talk_then_it_ends_and_the_next_call_is_refused', async () => {
    team = await lab.team([answers]);
    const { phone, name } = agent(0);
    await allow(`user:${name}`, { outbound: true, classes: ['national'], minutesPerDay: 1 });
    const carrierOnce = await carrier.play({ scenario: 'phone-waits-for-bye' });
    const short = await phone.dial(numbers.national);
    await waitUntil(() => short.state === 'answered', 'the first call to be answered');
    short.hangUp();
    const { call: firstCall } = await lab.fact('call-ended', { ending: 'completed' });
    await carrierOnce.done();
    await lab.terminate();
    talkedOf(name, 58_000);
    await lab.serve();
    await waitUntil(() => phone.registered, 'the phone to be registered');
    // A trunk that is never asked whether it lives is not taken for dead by a daemon that starts.
    expect(lab.facts().filter(({ type }) => type === 'trunk-state')).toEqual([]);
    await carrier.play({ scenario: 'phone-waits-for-bye' });
    const talk = await phone.dial(numbers.national);
    const ended = await lab.fact('limit-reached', { payer: name, limit: 'minutes-per-day' });
    expect(ended.call).not.toBe(firstCall);
    expect(await lab.fact('call-ended', { call: ended.call })).toMatchObject({ ending: 'completed', by: 'system' });
    await waitUntil(() => talk.state === 'ended', 'the talk to be ended');
    expect(await isRefused(phone, numbers.national)).toBe(486);
  });

  test('given_numbers_to_choose_from_when_one_is_chosen_then_the_carrier_sees_it_and_another_is_refused_by_name', async () => {
    team = await lab.team([answers]);
    const { phone, name } = agent(0);
    const rights = { callerId: '+33170000001', callerIds: ['+33170000002'] };
    await allow(`user:${name}`, { outbound: true, classes: ['national'], ...rights });
    const sipp = await carrier.play({ scenario: 'trunk-is-full', calls: 2 });
    expect(await dial(phone, numbers.national)).toBe('out');
    await sipp.saw(/INVITE[\s\S]*?From: .*\+33170000001/);
    await lab.api('POST', `/v1/users/${name}/caller-id`, { callerId: '+33170000002' });
    expect(await dial(phone, numbers.national)).toBe('out');
    await sipp.saw(/INVITE[\s\S]*?From: .*\+33170000002/);
    const refused = lab.api('POST', `/v1/users/${name}/caller-id`, { callerId: '+33170000003' });
    await expect(refused).rejects.toThrow(/caller-id-not-allowed.*\+33170000003.*\+33170000002/);
  });

  test('given_a_group_with_nobody_there_when_it_overflows_to_a_number_then_the_caller_talks_outside_and_the_group_pays', async () => {
    team = await lab.team([answers]);
    const number = '+33612345678';
    const sipp = await carrier.play({ scenario: 'phone-waits-for-bye' });
    await allow(`group:${team.group}`, { outbound: true, classes: ['mobile'], groupMaxCalls: 1 });
    await lab.api('PATCH', `/v1/groups/${team.group}`, {
      overflow: `number:${number},else=hang-up:busy`,
      refuseWhen: 'nobody-signed-in',
    });
    await lab.api('POST', `/v1/agents/${agent(0).name}/sign-out`, {});
    const stranger = await lab.stranger();
    const call = await stranger.dial(team.extension);
    await lab.fact('call-sent-out', { payer: `group:${team.group}`, number, class: 'mobile' });
    await sipp.saw(/INVITE sip:\+33612345678@/);
    await waitUntil(() => call.state === 'answered', 'the caller to be answered');
    // The group has one call at once: who comes now goes on to where the rule says.
    expect(await isRefused(await lab.stranger(), team.extension)).toBe(486);
    await lab.fact('call-barred', { payer: `group:${team.group}`, user: null, why: 'calls-at-once' });
    call.hangUp();
  });

  /** As if the user had talked so long today; while no daemon runs. */
  function talkedOf(user: string, talkedMs: number): void {
    const db = new Sqlite(join(lab.home, 'live.db'));
    const changed = db
      .prepare("UPDATE meters SET body = json_set(body, '$.talkedMs', ?) WHERE id = ?")
      .run(talkedMs, user);
    db.close();
    expect(changed.changes).toBe(1);
  }
});
