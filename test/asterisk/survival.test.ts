import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Behaviour } from '../../src/phones/index.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { waitFor } from '../lab/phones.ts';

const answers: Behaviour = { kind: 'answer', afterMs: 200 };
const plain = { strategy: 'linear', wrapUpMs: 0 };

describe('what survives the death of the daemon', () => {
  let lab: LabCordboard;
  beforeAll(async () => {
    lab = await startCordboard('limits: { lease: 8s, renew: 2s }');
  });
  afterEach(() => lab.expectQuiet());
  afterAll(() => lab?.stop());

  /** Two who talk, and then the daemon is gone. */
  async function talkThenDeath() {
    const { extension, agents } = await lab.team([answers], plain);
    const caller = await lab.stranger();
    const call = await caller.dial(extension);
    const connected = await lab.fact('call-connected', { user: agents[0]?.name ?? '' });
    const [agent] = agents;
    if (!agent) throw new Error('the team has no agent');
    await lab.kill9();
    return { caller, call, connected, agent, agentCall: agent.phone.calls[0] };
  }

  test('given_a_talking_call_when_the_daemon_dies_and_returns_then_the_talk_goes_on_and_the_callers_BYE_ends_both', async () => {
    const { call, connected, agentCall, agent } = await talkThenDeath();
    await lab.serve();
    await lab.fact('pbx-ready', {}, connected.seq);
    expect([call.state, agentCall?.state]).toEqual(['answered', 'answered']);
    call.hangUp();
    await lab.fact('call-ended', { call: connected.call, ending: 'completed', by: 'caller' });
    await waitFor(agent.phone, 'ended');
  });

  test('given_a_talking_call_when_the_daemon_stays_dead_and_the_agent_hangs_up_then_the_caller_is_ended_too', async () => {
    const { caller, call, agentCall } = await talkThenDeath();
    await onInOrdinaryBridge(lab);
    expect([call.state, agentCall?.state]).toEqual(['answered', 'answered']);
    agentCall?.hangUp();
    await waitFor(caller, 'ended', undefined, 45_000);
  });

  test('given_a_talking_call_when_the_daemon_stays_dead_and_the_caller_hangs_up_then_the_agent_is_ended_too', async () => {
    const { call, agentCall, agent } = await talkThenDeath();
    expect([call.state, agentCall?.state]).toEqual(['answered', 'answered']);
    call.hangUp();
    await waitFor(agent.phone, 'ended', undefined, 45_000);
  });

  test('given_the_talk_went_on_in_the_dialplan_when_the_daemon_returns_then_nobody_is_cut_off_and_the_agent_is_not_rung', async () => {
    const { call, agentCall, agent, connected } = await talkThenDeath();
    await onInOrdinaryBridge(lab);
    await lab.serve();
    await lab.fact('call-ended', { call: connected.call, ending: 'released' });
    expect([call.state, agentCall?.state]).toEqual(['answered', 'answered']);
    call.hangUp();
    const ended = await waitFor(agent.phone, 'ended');
    expect(ended.end.by).toBe('them');
    await lab.fact('agent-work', { agent: agent.name, work: 'idle' }, connected.seq);
  });

  test('given_no_daemon_when_a_call_comes_then_the_fallback_rings_the_members', async () => {
    const { extension, agents } = await lab.team([answers], plain);
    await waitUntil(
      async () => (await lab.asterisk.rx(`database get cordboard/fallback ${extension}`)).includes('PJSIP/'),
      'the fallback list',
    );
    const caller = await lab.stranger();
    await lab.kill9();
    const call = await caller.dial(extension);
    await waitUntil(
      () => call.state === 'answered' && agents[0]?.phone.calls[0]?.state === 'answered',
      'the fallback to ring',
    );
    call.hangUp();
    await waitUntil(() => agents[0]?.phone.calls[0]?.state === 'ended', 'the phone to be free');
  });

  test('given_the_daemon_restarts_within_5_s_when_a_call_comes_meanwhile_then_it_is_not_lost', async () => {
    const { extension, agents } = await lab.team([answers], plain);
    const caller = await lab.stranger();
    const before = lab.facts().at(-1)?.seq ?? 0;
    await lab.kill9();
    const call = await caller.dial(extension);
    await waitUntil(async () => (await lab.asterisk.channels()).length > 0, 'the call to be in the dialplan');
    await lab.serve();
    await lab.fact('call-connected', { user: agents[0]?.name ?? '' }, before);
    call.hangUp();
    await lab.fact('call-ended', {}, before);
  });

  test('given_a_waiting_caller_when_the_daemon_dies_and_returns_then_place_and_entry_time_are_kept', async () => {
    const { extension, agents } = await lab.team([{ kind: 'ignore' }], { ...plain, ringMs: 60_000 });
    const name = agents[0]?.name ?? '';
    await lab.api('POST', `/v1/agents/${name}/not-ready`, {});
    const caller = await lab.stranger();
    const call = await caller.dial(extension);
    const queued = await lab.fact('call-queued');
    await lab.kill9();
    await lab.serve();
    const ready = await lab.fact('pbx-ready', {}, queued.seq);
    expect(ready.lost).toBe(0);
    if (agents[0]) agents[0].phone.behaviour = answers;
    await lab.api('POST', `/v1/agents/${name}/ready`);
    const connected = await lab.fact('call-connected', { call: queued.call });
    expect(connected.waitedMs).toBe(connected.at - queued.at);
    call.hangUp();
    await lab.fact('call-ended', { call: queued.call });
  });

  test('given_SIGTERM_in_a_talk_then_the_daemon_stops_at_once_and_the_talk_goes_on', async () => {
    const { extension } = await lab.team([answers], plain);
    const call = await (await lab.stranger()).dial(extension);
    const connected = await lab.fact('call-connected');
    expect(await lab.terminate()).toBe(0);
    expect(call.state).toBe('answered');
    await lab.serve();
    call.hangUp();
    await lab.fact('call-ended', { call: connected.call, ending: 'completed' });
  });
});

/** The lease has run out, and the dialplan has joined the two. */
async function onInOrdinaryBridge(lab: LabCordboard): Promise<void> {
  await waitUntil(
    async () => /Bridge\(/.test(await lab.asterisk.rx('core show channels')),
    'the dialplan to join the two',
    45_000,
  );
}
