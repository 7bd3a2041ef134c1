import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Behaviour } from '../../src/phones/index.ts';
import type { WaitingView } from '../../src/protocol/queues.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';

const answers: Behaviour = { kind: 'answer', afterMs: 200 };
const quick = { strategy: 'linear', wrapUpMs: 0, maxWaitMs: 60_000 };

/** What a company's own dialplan does before it sends a call on: `vip-8001` is 8001 with a priority. */
const company = `[from-sip](+)
exten => _vip-.,1,Set(CB_PRIORITY=8)
 same => n,Goto(cordboard-entry,\${EXTEN:4},1)
exten => _es-.,1,Set(CB_NEEDS=lang.es>=3,~vip)
 same => n,Goto(cordboard-entry,\${EXTEN:3},1)
exten => _bad-.,1,Set(CB_PRIORITY=very high)
 same => n,Set(CB_NEEDS=lang.es>3)
 same => n,Goto(cordboard-entry,\${EXTEN:4},1)
`;

describe('queues, priorities and skills, on a real Asterisk with real phones', () => {
  let lab: LabCordboard;
  beforeAll(async () => {
    lab = await startCordboard('', { extra: { 'extensions.conf': company } });
  });
  afterEach(() => lab.expectQuiet());
  afterAll(() => lab?.stop());

  const act = (user: string, what: string) => lab.api('POST', `/v1/agents/${user}/${what}`, {});
  const waiting = async (queue: string) =>
    (await lab.api<{ waiting: readonly WaitingView[] }>('GET', `/v1/waiting?queue=${queue}`)).waiting;
  /** Somebody dials, and it is known which call that is. */
  async function dial(number: string, isIn: 'call-queued' | 'call-arrived' = 'call-queued') {
    const seq = lab.facts().at(-1)?.seq ?? 0;
    const phone = await lab.stranger();
    const ended = phone.dial(number).catch(() => null);
    const { call } = await lab.fact(isIn, {}, seq);
    return { call, hangUp: async () => (await ended)?.hangUp() };
  }

  test('given_a_call_that_waits_when_one_with_a_priority_comes_then_it_goes_before', async () => {
    const { group, extension, agents } = await lab.team([answers], quick);
    const agent = agents[0]?.name ?? '';
    await act(agent, 'not-ready');
    const ordinary = await dial(extension);
    const important = await dial(`vip-${extension}`);
    expect((await waiting(group)).map(({ place, call, priority }) => [place, call, priority])).toEqual([
      [1, important.call, 8],
      [2, ordinary.call, 5],
    ]);
    await act(agent, 'ready');
    const first = await lab.fact('call-connected', { user: agent });
    expect(first.call).toBe(important.call);
    await important.hangUp();
    const second = await lab.fact('call-connected', { user: agent }, first.seq);
    expect(second.call).toBe(ordinary.call);
    await ordinary.hangUp();
  });

  test('given_a_silent_phone_and_one_that_declines_in_the_first_tier_then_the_second_tier_is_asked_at_once', async () => {
    const behaviours: readonly Behaviour[] = [{ kind: 'silent' }, { kind: 'decline', sip: 603, afterMs: 50 }, answers];
    const settings = { ...quick, unreachableAfterMs: 1_000, backOffMs: 30_000 };
    const { group, extension, agents } = await lab.team(behaviours, settings);
    const [silent, declines, second] = agents.map(({ name }) => name);
    const seq = lab.facts().at(-1)?.seq ?? 0;
    await lab.api('PATCH', `/v1/groups/${group}/members/${second}`, { penalty: 5 });
    await lab.fact('settings-applied', {}, seq);
    const { call, hangUp } = await dial(extension);
    const opened = await lab.fact('tier-opened', { call });
    expect(opened).toMatchObject({ queue: group, tier: 1, why: 'tried' });
    await lab.fact('call-connected', { call, user: second ?? '' });
    const asked = lab.facts().filter((fact) => fact.type === 'offer-ended' && fact.call === call);
    expect(asked).toMatchObject([
      { agent: silent, outcome: 'unreachable' },
      { agent: declines, outcome: 'declined' },
      { agent: second, outcome: 'answered' },
    ]);
    await hangUp();
  });

  test('given_calls_that_need_spanish_then_who_has_it_is_rung_and_after_a_while_anybody', async () => {
    const { group, extension, agents } = await lab.team([answers, answers], {
      ...quick,
      relax: [{ afterMs: 2_000, skill: 'lang.es', lowerBy: null }],
    });
    const [other = '', speaker = ''] = agents.map((agent) => agent.name);
    await lab.api('PATCH', `/v1/users/${speaker}/skills`, { skills: { 'lang.es': 7 } });
    const first = await dial(`es-${extension}`);
    await lab.fact('call-connected', { call: first.call, user: speaker });
    const second = await dial(`es-${extension}`);
    expect(await waiting(group)).toMatchObject([{ call: second.call, needs: 'lang.es>=3,~vip', relaxed: 0 }]);
    const relaxed = await lab.fact('call-relaxed', { call: second.call });
    const offer = await lab.fact('offer-made', { call: second.call, agent: other });
    expect(offer.seq).toBeGreaterThan(relaxed.seq);
    await lab.fact('call-connected', { call: second.call, user: other });
    await first.hangUp();
    await second.hangUp();
  });

  test('given_a_queue_that_is_full_when_another_caller_comes_then_they_overflow', async () => {
    const { group, extension, agents } = await lab.team([answers], {
      ...quick,
      maxLength: 1,
      overflow: 'hang-up:busy',
    });
    await act(agents[0]?.name ?? '', 'not-ready');
    const first = await dial(extension);
    const second = await dial(extension, 'call-arrived');
    await lab.fact('call-overflowed', { call: second.call, queue: group });
    await lab.fact('call-ended', { call: second.call, ending: 'overflow-hang-up' });
    expect((await waiting(group)).map(({ call }) => call)).toEqual([first.call]);
    await first.hangUp();
  });

  test('given_longest_idle_when_calls_come_one_after_the_other_then_each_goes_to_who_has_had_none_for_longest', async () => {
    const { extension, agents } = await lab.team([answers, answers, answers], { ...quick, strategy: 'longest-idle' });
    const order: (string | null)[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { call, hangUp } = await dial(extension);
      order.push((await lab.fact('call-connected', { call })).user);
      await hangUp();
      await lab.fact('call-ended', { call });
      await waitUntil(
        () => lab.facts().findLast((fact) => fact.type === 'agent-work')?.work === 'idle',
        'the agent to be idle',
      );
    }
    expect(order).toEqual([agents[0], agents[1], agents[2], agents[0]].map((agent) => agent?.name));
  });

  test('given_wishes_that_cannot_be_read_then_they_are_told_and_the_call_is_served_by_what_its_queue_says', async () => {
    const { extension, agents } = await lab.team([answers], quick);
    const { call, hangUp } = await dial(`bad-${extension}`);
    await lab.fact('call-wish-ignored', { call, wish: 'priority', got: 'very high' });
    await lab.fact('call-wish-ignored', { call, wish: 'needs', got: 'lang.es>3' });
    await lab.fact('call-connected', { call, user: agents[0]?.name ?? '' });
    await waitUntil(() => lab.output().includes('the dialplan asked for what cannot be read'), 'the line in the log');
    await hangUp();
  });

  test('given_a_standalone_queue_when_its_member_of_another_group_talks_then_their_own_wrap_up_there_counts', async () => {
    const { agents } = await lab.team([answers], { ...quick, wrapUpMs: 0 });
    const agent = agents[0]?.name ?? '';
    await lab.api('POST', '/v1/queues', { name: 'evening', extension: '9001', wrapUpMs: 1_000 });
    await lab.api('POST', '/v1/queues/evening/members', { users: [agent], wrapUpMs: 5_000 });
    const { call, hangUp } = await dial('9001');
    await lab.fact('call-connected', { call, user: agent });
    await hangUp();
    const rest = await lab.fact('agent-work', { agent, work: 'wrap-up' });
    expect((rest.until ?? 0) - rest.at).toBe(5_000);
    await lab.fact('call-ended', { call });
    await lab.api('DELETE', '/v1/queues/evening?confirmed=true');
  });
});
