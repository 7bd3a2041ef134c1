import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Behaviour } from '../../src/phones/index.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { waitFor, waitForEvent } from '../lab/phones.ts';

const answers: Behaviour = { kind: 'answer', afterMs: 200 };
const plain = { strategy: 'linear', wrapUpMs: 0 };

describe('how a call ends, on a real Asterisk with real phones', () => {
  let lab: LabCordboard;
  beforeAll(async () => {
    lab = await startCordboard();
  });
  afterEach(() => lab.expectQuiet());
  afterAll(() => lab?.stop());

  test('given_a_talk_when_the_agent_hangs_up_then_the_caller_is_ended_too', async () => {
    const { extension, agents } = await lab.team([answers], plain);
    const caller = await lab.stranger();
    await caller.dial(extension);
    const connected = await lab.fact('call-connected');
    agents[0]?.phone.calls[0]?.hangUp();
    await lab.fact('call-ended', { call: connected.call, ending: 'completed', by: 'agent' });
    const ended = await waitFor(caller, 'ended');
    expect(ended.end.by).toBe('them');
  });

  test('given_a_talk_when_the_caller_hangs_up_then_the_agents_phone_is_free_again', async () => {
    const { extension, agents } = await lab.team([answers], plain);
    const call = await (await lab.stranger()).dial(extension);
    const connected = await lab.fact('call-connected');
    call.hangUp();
    await lab.fact('call-ended', { call: connected.call, ending: 'completed', by: 'caller' });
    const phone = agents[0]?.phone;
    if (phone) await waitForEvent(phone, (event) => event.type === 'ended' && event.end.by === 'them');
  });

  test('given_a_talk_when_either_holds_presses_keys_or_tries_to_transfer_then_it_goes_on_until_somebody_hangs_up', async () => {
    const { extension, agents } = await lab.team([answers], plain);
    const call = await (await lab.stranger()).dial(extension);
    const connected = await lab.fact('call-connected');
    await waitUntil(() => call.state === 'answered', 'the caller to be answered');
    const talk = agents[0]?.phone.calls[0];
    if (!talk) throw new Error('the agent has no call');
    for (const side of [talk, call]) {
      expect([await side.hold(), await side.resume(), await side.press('1'), await side.press('#')]).toEqual([
        200, 200, 200, 200,
      ]);
      expect(await side.refer('0900123')).toBe(603);
      expect(await side.refer(extension)).toBe(603);
    }
    const { body } = await lab.asterisk.ari('GET', 'bridges');
    expect((body as { channels: string[] }[]).map(({ channels }) => channels.length)).toEqual([2]);
    talk.hangUp();
    const ended = await lab.fact('call-ended', { call: connected.call });
    expect(ended).toMatchObject({ ending: 'completed', by: 'agent' });
    // No channel of Asterisk's own came in as somebody who calls.
    expect(lab.facts().filter((fact) => fact.type === 'call-arrived').length).toBe(1);
  });

  test('given_wrap_up_when_the_next_caller_comes_then_the_phone_stays_quiet_until_it_is_over', async () => {
    const { extension, agents } = await lab.team([answers], { ...plain, wrapUpMs: 2_000 });
    const name = agents[0]?.name ?? '';
    const first = await (await lab.stranger()).dial(extension);
    const one = await lab.fact('call-connected', { user: name });
    first.hangUp();
    const wrapUp = await lab.fact('agent-work', { agent: name, work: 'wrap-up' });
    const second = await (await lab.stranger()).dial(extension);
    const two = await lab.fact('call-connected', { user: name }, one.seq);
    const idle = await lab.fact('agent-work', { agent: name, work: 'idle' }, wrapUp.seq);
    const offer = await lab.fact('offer-made', { agent: name, call: two.call });
    expect(offer.seq).toBeGreaterThan(idle.seq);
    expect(idle.at).toBeGreaterThanOrEqual(wrapUp.until ?? 0);
    second.hangUp();
    await lab.fact('call-ended', { call: two.call });
  });

  test('given_the_maximum_wait_is_over_then_the_call_overflows_to_another_group_with_its_entry_time', async () => {
    const second = await lab.team([answers], plain);
    const first = await lab.team([{ kind: 'ignore' }], {
      ...plain,
      ringMs: 20_000,
      maxWaitMs: 1_500,
      overflow: `group:${second.group}`,
    });
    const call = await (await lab.stranger()).dial(first.extension);
    const moved = await lab.fact('call-overflowed', { queue: first.group, why: 'max-wait' });
    const connected = await lab.fact('call-connected', { call: moved.call, user: second.agents[0]?.name ?? '' });
    const arrived = await lab.fact('call-arrived', { call: moved.call });
    expect(connected.waitedMs).toBe(connected.at - arrived.at);
    const offer = await lab.fact('offer-ended', { agent: first.agents[0]?.name ?? '' });
    expect(offer).toMatchObject({ outcome: 'rescinded', why: 'overflow' });
    call.hangUp();
    await lab.fact('call-ended', { call: moved.call });
  });

  test('given_nobody_reachable_then_nothing_is_rung_and_the_call_overflows_at_its_maximum_wait', async () => {
    const { extension, agents } = await lab.team([answers], { ...plain, maxWaitMs: 1_500, overflow: 'hang-up:busy' });
    await agents[0]?.phone.unregister();
    await lab.fact('agent-reachable', { agent: agents[0]?.name ?? '', reachable: false });
    const caller = await lab.stranger();
    await caller.dial(extension);
    const moved = await lab.fact('call-overflowed', { why: 'max-wait' });
    await lab.fact('call-ended', { call: moved.call, ending: 'overflow-hang-up' });
    expect(lab.facts().filter((fact) => fact.type === 'offer-made' && fact.call === moved.call)).toEqual([]);
  });

  test('given_nobody_reachable_and_leave_when_says_so_then_the_call_overflows_at_once', async () => {
    const { extension, agents } = await lab.team([answers], {
      ...plain,
      leaveWhen: 'nobody-reachable',
      overflow: 'hang-up:busy',
    });
    await agents[0]?.phone.unregister();
    const gone = await lab.fact('agent-reachable', { agent: agents[0]?.name ?? '', reachable: false });
    await (await lab.stranger()).dial(extension);
    const moved = await lab.fact('call-overflowed', { why: 'nobody' }, gone.seq);
    await lab.fact('call-ended', { call: moved.call });
  });

  test('given_an_agent_who_lacks_the_skill_and_leave_when_says_so_then_the_call_overflows_at_once_and_their_phone_is_silent', async () => {
    const { extension, agents } = await lab.team([answers], {
      ...plain,
      needs: 'lang.es>=3',
      leaveWhen: 'nobody-ready',
      overflow: 'hang-up:busy',
    });
    await (await lab.stranger()).dial(extension);
    const moved = await lab.fact('call-overflowed', { why: 'nobody' });
    await lab.fact('call-ended', { call: moved.call });
    expect(agents[0]?.phone.calls).toEqual([]);
  });

  test('given_an_overflow_to_the_dialplan_then_the_caller_is_released_there', async () => {
    const { extension } = await lab.team([{ kind: 'ignore' }], {
      ...plain,
      maxWaitMs: 1_000,
      ringMs: 20_000,
      overflow: 'dialplan:cordboard-fallback,0000,1',
    });
    const caller = await lab.stranger();
    await caller.dial(extension);
    const moved = await lab.fact('call-overflowed', { why: 'max-wait' });
    await lab.fact('call-ended', { call: moved.call, ending: 'released' });
    await waitFor(caller, 'ended');
    expect(await lab.asterisk.log()).toContain('fallback for 0000');
  });

  test('given_a_number_that_nobody_has_then_the_caller_hears_that_it_is_unallocated', async () => {
    const caller = await lab.stranger();
    await caller.dial('4711');
    await lab.fact('call-ended', { ending: 'unallocated' });
    const ended = await waitFor(caller, 'ended');
    expect(ended.end.sip).toBe(404);
  });
});

describe('a context of the customer, who keeps callers for longer than the lease', () => {
  /** No word of a lease, and no `T`: it answers and records, as a voicemail does. */
  const voicemail = `[voicemail]
exten => _X.,1,Answer()
 same => n,Wait(8)
 same => n,Log(NOTICE,the message of \${EXTEN} is whole)
 same => n,Hangup()
`;
  let lab: LabCordboard;
  beforeAll(async () => {
    lab = await startCordboard('limits: { lease: 5s, renew: 1s }', { extra: { 'extensions.conf': voicemail } });
  });
  afterEach(() => lab.expectQuiet());
  afterAll(() => lab?.stop());

  test('given_a_caller_who_overflows_there_when_they_speak_for_longer_than_a_lease_then_nobody_cuts_them_off', async () => {
    const overflow = 'dialplan:voicemail,8001,1';
    // The lease is renewed until the very moment of the overflow.
    const { extension } = await lab.team([{ kind: 'ignore' }], {
      ...plain,
      maxWaitMs: 3_000,
      ringMs: 20_000,
      overflow,
    });
    const caller = await lab.stranger();
    await caller.dial(extension);
    const moved = await lab.fact('call-overflowed', { why: 'max-wait' });
    await lab.fact('call-ended', { call: moved.call, ending: 'released' });
    await waitFor(caller, 'ended', undefined, 30_000);
    expect(await lab.asterisk.log()).toContain('the message of 8001 is whole');
  });
});

describe('one extension calls another', () => {
  let lab: LabCordboard;
  beforeAll(async () => {
    lab = await startCordboard('limits: { internal-ring: 1500ms }');
  });
  afterEach(() => lab.expectQuiet());
  afterAll(() => lab?.stop());

  test('given_1001_dials_1002_when_it_answers_then_they_talk_and_a_queue_call_leaves_both_alone', async () => {
    const { extension, agents } = await lab.team([answers, answers], { ...plain, maxWaitMs: 60_000 });
    const [one, two] = agents;
    const call = await one?.phone.dial(two?.extension ?? '');
    const connected = await lab.fact('call-connected', { user: two?.name ?? '', offer: null });
    for (const name of [one?.name ?? '', two?.name ?? ''])
      await lab.fact('agent-work', { agent: name, work: 'busy-elsewhere' });
    const queued = await (await lab.stranger()).dial(extension);
    const waiting = await lab.fact('call-queued', {}, connected.seq);
    call?.hangUp();
    const ended = await lab.fact('call-ended', { call: connected.call, ending: 'completed' });
    const offer = await lab.fact('offer-made', { call: waiting.call });
    expect(offer.seq).toBeGreaterThan(ended.seq);
    await lab.fact('call-connected', { call: waiting.call });
    queued.hangUp();
  });

  test.each([
    { does: { kind: 'decline', sip: 603, afterMs: 100 } as const, ending: 'declined', sip: 486 },
    { does: { kind: 'decline', sip: 486, afterMs: 0, ring: false } as const, ending: 'busy', sip: 486 },
    { does: { kind: 'ignore' } as const, ending: 'no-answer', sip: 480 },
  ])(
    'given_1001_dials_1002_when_it_does_not_answer_then_the_caller_is_told_why ($ending)',
    async ({ does, ending, sip }) => {
      const { agents } = await lab.team([answers, does], plain);
      const [one, two] = agents;
      await one?.phone.dial(two?.extension ?? '');
      const arrived = await lab.fact('call-arrived', { dialled: two?.extension ?? '' });
      await lab.fact('call-ended', { call: arrived.call, ending: ending as 'busy' });
      const ended = one && (await waitFor(one.phone, 'ended'));
      expect(ended?.end.sip).toBe(sip);
      expect(lab.facts().filter((fact) => fact.type === 'agent-missed')).toEqual([]);
    },
  );
});
