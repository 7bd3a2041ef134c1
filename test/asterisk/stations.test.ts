import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Behaviour } from '../../src/phones/index.ts';
import type { AgentView } from '../../src/protocol/agents.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { waitFor } from '../lab/phones.ts';
import { type PortBlock, takePorts } from '../lab/ports.ts';
import { type Sipp, type SippOptions, startSipp } from '../lab/sipp.ts';

// SIPp is the carrier, and the mobile behind it: it has an address of its own, since a trunk is known by where it calls from.
const carrier = '127.0.0.2';
const mobile = '+33612345678';
const answers: Behaviour = { kind: 'answer', afterMs: 300 };

describe('stations, on a real Asterisk with SIPp as the carrier of a mobile', () => {
  let lab: LabCordboard;
  let ports: PortBlock;
  const sipps: Sipp[] = [];
  beforeAll(async () => {
    ports = await takePorts(1);
    lab = await startCordboard('numbering: { country: FR }\nlimits: { confirm-station: 3s }');
    const host = `${carrier}:${ports.ports[0]}`;
    await lab.api('POST', '/v1/trunks', { name: 'red', host, qualifyS: 0, codecs: ['ulaw'] });
  }, 60_000);
  afterEach(async () => {
    for (const sipp of sipps.splice(0)) await sipp.stop();
    const { agents } = await lab.api<{ agents: AgentView[] }>('GET', '/v1/agents');
    for (const { username, signedIn } of agents)
      if (signedIn) await lab.api('POST', `/v1/agents/${username}/sign-out`, {});
    await lab.expectQuiet();
  });
  afterAll(async () => {
    await lab?.stop();
    ports?.release();
  });

  async function play(options: Omit<SippOptions, 'to'>): Promise<Sipp> {
    const sipp = await startSipp({
      to: lab.asterisk.ports.sip,
      address: carrier,
      port: ports.ports[0] ?? 0,
      ...options,
    });
    sipps.push(sipp);
    return sipp;
  }

  /** A linear group whose first agent takes calls at the mobile. */
  async function teamWithMobile(
    behaviours: readonly Behaviour[],
  ): Promise<{ extension: string; first: string; second: string }> {
    const team = await lab.team(behaviours, { strategy: 'linear', wrapUpMs: 0 });
    const [first = '', second = ''] = team.agents.map(({ name }) => name);
    const before = lab.facts().at(-1)?.seq ?? 0;
    await lab.api('PATCH', `/v1/outbound/user:${first}`, { outbound: true, classes: ['mobile'] });
    await lab.fact('settings-applied', {}, before);
    const station = { kind: 'number', number: '06 12 34 56 78' };
    const { agent } = await lab.api<{ agent: AgentView }>('POST', `/v1/agents/${first}/sign-in`, { station });
    expect(agent.station).toEqual({ kind: 'number', number: mobile, class: 'mobile' });
    return { extension: team.extension, first, second };
  }

  test('given_an_agent_at_a_mobile_when_1_is_pressed_while_they_are_asked_then_they_talk_at_once', async () => {
    const team = await teamWithMobile([answers]);
    const phone = await play({ scenario: 'number-presses', user: '1', pauseMs: 500 });
    const caller = await (await lab.stranger()).dial(team.extension);
    const [invite = ''] = await phone.saw(/INVITE sip:[\s\S]*?Content-Type/);
    expect(invite).toContain(mobile);
    const confirming = await lab.fact('offer-confirming', { agent: team.first });
    const answered = await lab.fact('offer-answered', { agent: team.first });
    expect(answered.leg).toBe(confirming.leg);
    const connected = await lab.fact('call-connected', { user: team.first });
    caller.hangUp();
    await phone.done();
    await lab.fact('call-ended', { call: connected.call, ending: 'completed', by: 'caller' });
  });

  test('given_a_mobiles_voicemail_that_answers_when_nobody_presses_1_then_it_is_no_answer_and_the_next_agent_has_the_caller', async () => {
    const team = await teamWithMobile([answers, answers]);
    const voicemail = await play({ scenario: 'phone-waits-for-bye', user: 'voicemail' });
    const caller = await (await lab.stranger()).dial(team.extension);
    await lab.fact('offer-confirming', { agent: team.first });
    const missed = await lab.fact('offer-ended', { agent: team.first });
    expect(missed).toMatchObject({ outcome: 'no-answer' });
    await lab.fact('agent-missed', { agent: team.first });
    await voicemail.done();
    const connected = await lab.fact('call-connected', {});
    expect(connected.user).toBe(team.second);
    caller.hangUp();
    await lab.fact('call-ended', { call: connected.call, ending: 'completed' });
  });

  test('given_another_key_when_it_is_pressed_then_the_offer_is_declined', async () => {
    const team = await teamWithMobile([answers, answers]);
    const phone = await play({ scenario: 'number-presses', user: '2', pauseMs: 200 });
    const caller = await (await lab.stranger()).dial(team.extension);
    expect(await lab.fact('offer-ended', { agent: team.first })).toMatchObject({ outcome: 'declined' });
    await phone.done();
    await lab.fact('call-connected', { user: team.second });
    caller.hangUp();
    await lab.fact('call-ended', { ending: 'completed' });
  });

  test('given_1_is_awaited_when_the_caller_leaves_then_the_mobile_is_hung_up_and_nobody_is_blamed', async () => {
    const team = await teamWithMobile([answers]);
    const phone = await play({ scenario: 'phone-waits-for-bye', user: 'mobile' });
    const caller = await (await lab.stranger()).dial(team.extension);
    await lab.fact('offer-confirming', { agent: team.first });
    caller.hangUp();
    expect(await lab.fact('offer-ended', {})).toMatchObject({ outcome: 'rescinded', why: 'caller-gone' });
    await phone.done();
    expect(lab.facts().map(({ type }) => type)).not.toContain('agent-missed');
  });

  test('given_a_queue_that_whispers_when_an_agent_answers_then_they_hear_it_before_the_caller_and_then_both_talk', async () => {
    const settings = { announce: 'whisper', announceSound: 'tt-weasels', wrapUpMs: 0 };
    const team = await lab.team([answers], settings);
    const caller = await (await lab.stranger()).dial(team.extension);
    const { call } = await lab.fact('offer-announced', { sound: 'tt-weasels' });
    expect(lab.facts().map(({ type }) => type)).not.toContain('call-connected');
    await lab.fact('call-connected', { call });
    expect(lab.facts().map(({ type }) => type)).not.toContain('pbx-lost');
    caller.hangUp();
    await lab.fact('call-ended', { call, ending: 'completed' });
  });

  test('given_a_queue_whose_name_is_shown_when_a_phone_is_offered_a_call_then_it_stands_before_the_callers', async () => {
    const team = await lab.team([answers], { announce: 'name-shown', wrapUpMs: 0 });
    const stranger = await lab.stranger();
    const caller = await stranger.dial(team.extension);
    const phone = team.agents[0]?.phone;
    if (phone === undefined) throw new Error('there is no phone');
    const { from } = await waitFor(phone, 'incoming');
    expect(from.name).toMatch(new RegExp(`^${team.group}(: .+)?$`));
    await lab.fact('call-connected', { user: team.agents[0]?.name ?? '' });
    caller.hangUp();
    await lab.fact('call-ended', { ending: 'completed' });
  });

  test.each([
    ['offers', 1],
    ['all', 2],
  ] as const)(
    'given_a_phone_that_answers_%s_by_itself_when_a_queue_and_a_colleague_call_then_%i_of_the_two_ask_it_to',
    async (autoAnswer, asked) => {
      const team = await lab.team([answers, answers], { strategy: 'linear', wrapUpMs: 0 });
      const [first, second] = team.agents;
      if (first === undefined || second === undefined) throw new Error('there are no phones');
      const before = lab.facts().at(-1)?.seq ?? 0;
      await lab.api('PATCH', `/v1/phones/${first.extension}`, { autoAnswer });
      await lab.fact('settings-applied', {}, before);
      for (const [caller, dials] of [
        [await lab.stranger(), team.extension],
        [second.phone, first.extension],
      ] as const) {
        const seq = lab.facts().at(-1)?.seq ?? 0;
        const call = await caller.dial(dials);
        await lab.fact('call-connected', { user: first.name }, seq);
        call.hangUp();
        await lab.fact('call-ended', {}, seq);
      }
      const headers = first.phone.events.flatMap((event) =>
        event.type === 'incoming' ? [event.asksToAnswer === true] : [],
      );
      expect(headers.filter((one) => one)).toHaveLength(asked);
    },
  );

  test('given_a_sound_that_is_not_there_when_it_is_whispered_then_they_talk_all_the_same', async () => {
    const team = await lab.team([answers], { announce: 'whisper', announceSound: 'custom/nowhere', wrapUpMs: 0 });
    const caller = await (await lab.stranger()).dial(team.extension);
    await lab.fact('offer-announced', { sound: 'custom/nowhere' });
    await lab.fact('call-connected', {});
    caller.hangUp();
    await lab.fact('call-ended', { ending: 'completed' });
  });

  test.each(['caller', 'agent'] as const)(
    'given_a_whisper_when_the_%s_leaves_then_nobody_is_blamed_and_nobody_is_lost',
    async (who) => {
      const team = await lab.team([answers], { announce: 'whisper', announceSound: 'demo-instruct', backOffMs: 0 });
      const [agent] = team.agents;
      const stranger = await lab.stranger();
      const caller = await stranger.dial(team.extension);
      await lab.fact('offer-announced', {});
      if (who === 'caller') {
        caller.hangUp();
        expect(await lab.fact('offer-ended', {})).toMatchObject({ outcome: 'rescinded', why: 'caller-gone' });
        await lab.fact('agent-work', { agent: agent?.name ?? '', work: 'idle' });
      } else {
        agent?.phone.calls.at(-1)?.hangUp();
        expect(await lab.fact('offer-ended', {})).toMatchObject({ outcome: 'dropped' });
        // The caller waits on, and is offered again.
        await waitUntil(() => lab.facts().filter(({ type }) => type === 'offer-announced').length > 1, 'another offer');
        caller.hangUp();
      }
      await lab.fact('call-ended', { ending: 'abandoned' });
      expect(lab.facts().map(({ type }) => type)).not.toContain('agent-missed');
    },
  );

  test('given_numbers_that_no_station_may_be_when_somebody_signs_in_there_then_each_is_refused_by_the_name_of_the_field', async () => {
    const team = await teamWithMobile([answers, answers]);
    await lab.api('POST', '/v1/numbers', { name: 'main', number: '+33170000000', to: `user:${team.first}` });
    const rights = { outbound: true, classes: ['mobile', 'national'] };
    const before = lab.facts().at(-1)?.seq ?? 0;
    await lab.api('PATCH', `/v1/outbound/user:${team.second}`, rights);
    await lab.fact('settings-applied', {}, before);
    const at = (number: string) =>
      lab.api('POST', `/v1/agents/${team.second}/sign-in`, { station: { kind: 'number', number } });
    await expect(at('12')).rejects.toThrow(/station: expected a number outside/);
    await expect(at(mobile)).rejects.toThrow(/station: expected a number of nobody else's; \S+ takes calls at/);
    await expect(at('+33170000000')).rejects.toThrow(/station: expected a number outside; \S+ comes in here again/);
    await expect(at('+49301234567')).rejects.toThrow(
      /station: expected a number that \S+ may dial .*international: class/,
    );
    await expect(
      lab.api('POST', `/v1/agents/${team.second}/sign-in`, { station: { kind: 'browser' } }),
    ).rejects.toThrow(/station: expected a phone over ws or wss/);
    await lab.api('DELETE', '/v1/numbers/main');
  });
});
