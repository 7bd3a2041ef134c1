import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Behaviour } from '../../src/phones/index.ts';
import { isAnsweredElsewhere } from '../../src/phones/index.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { waitFor } from '../lab/phones.ts';

const answers: Behaviour = { kind: 'answer', afterMs: 200 };
const quick = { strategy: 'linear', ringMs: 1_500, unreachableAfterMs: 1_000, backOffMs: 30_000, wrapUpMs: 0 };

describe('how an offer ends, on a real Asterisk with real phones', () => {
  let lab: LabCordboard;
  beforeAll(async () => {
    lab = await startCordboard('rona: { ladder: [{ misses: 1, rest: 30s, notify: agent }] }');
  });
  afterEach(() => lab.expectQuiet());
  afterAll(() => lab?.stop());

  /** One agent who behaves so, and a second who answers: returns what became of the first one's offer. */
  async function firstOffer(behaviour: Behaviour, settings = {}) {
    const team = await lab.team([behaviour, answers], { ...quick, ...settings });
    const [first = { name: '' }, second = { name: '' }] = team.agents;
    const call = await (await lab.stranger()).dial(team.extension);
    const ended = await lab.fact('offer-ended', { agent: first.name });
    const connected = await lab.fact('call-connected', { user: second.name });
    const agent = lab.facts().filter((fact) => 'agent' in fact && fact.agent === first.name);
    const queued = await lab.fact('call-queued', { call: ended.call });
    call.hangUp();
    await lab.fact('call-ended', { call: ended.call });
    const types = agent.map((fact) => fact.type);
    return { ended, connected, types, agent, waitedFromEntry: connected.at - queued.at, team };
  }

  test('given_a_phone_that_rings_out_then_RONA_and_the_next_agent_and_the_place_is_kept', async () => {
    const { ended, types, connected, waitedFromEntry } = await firstOffer({ kind: 'ignore' });
    expect(ended.outcome).toBe('no-answer');
    expect(ended.rangMs).toBeGreaterThanOrEqual(1_500);
    expect(types).toContain('agent-missed');
    expect(types).toContain('agent-held');
    expect(connected.waitedMs).toBe(waitedFromEntry);
  });

  test('given_a_phone_that_declines_then_back_off_and_no_RONA', async () => {
    const { ended, types, agent } = await firstOffer({ kind: 'decline', sip: 603, afterMs: 200 });
    expect(ended).toMatchObject({ outcome: 'declined', sip: 603 });
    expect(types).not.toContain('agent-missed');
    expect(agent.some((fact) => fact.type === 'agent-work' && fact.work === 'backing-off')).toBe(true);
  });

  test('given_a_phone_that_is_busy_at_once_then_busy_and_no_RONA', async () => {
    const { ended, types } = await firstOffer({ kind: 'decline', sip: 486, afterMs: 50, ring: false });
    expect(ended).toMatchObject({ outcome: 'busy', sip: 486 });
    expect(types).not.toContain('agent-missed');
  });

  test('given_a_phone_that_never_sends_18x_then_unreachable_and_no_RONA', async () => {
    const { ended, types, agent } = await firstOffer({ kind: 'silent' });
    expect(ended.outcome).toBe('unreachable');
    expect(types).not.toContain('agent-missed');
    expect(agent).toContainEqual(
      expect.objectContaining({ type: 'agent-reachable', reachable: false, why: 'suspect' }),
    );
  });

  test('given_a_phone_that_sends_183_only_and_rings_out_then_RONA', async () => {
    const { ended, types, agent } = await firstOffer({ kind: 'progress-only' });
    expect(ended.outcome).toBe('no-answer');
    expect(types).toContain('agent-missed');
    expect(agent).toContainEqual(expect.objectContaining({ type: 'offer-rang', evidence: 'progress' }));
  });

  test('given_a_phone_that_forwards_with_302_then_forwarded_and_nothing_is_dialled', async () => {
    const other = await lab.team([answers], quick);
    const target = other.agents[0];
    const { ended, types } = await firstOffer({ kind: 'redirect', to: target?.extension ?? '' });
    expect(ended).toMatchObject({ outcome: 'forwarded', sip: 302 });
    await lab.fact('forward-refused', { user: ended.agent, said: target?.extension ?? '', why: 'offer' });
    expect(types).not.toContain('agent-missed');
    expect(target?.phone.calls).toEqual([]);
  });

  test('given_a_ringing_phone_when_the_caller_hangs_up_then_every_leg_is_gone_and_nobody_missed_anything', async () => {
    const { extension, agents } = await lab.team([{ kind: 'ignore' }], quick);
    const call = await (await lab.stranger()).dial(extension);
    const rang = await lab.fact('offer-rang');
    call.hangUp();
    const ended = await lab.fact('offer-ended', { call: rang.call });
    expect(ended).toMatchObject({ outcome: 'rescinded', why: 'caller-gone' });
    await lab.fact('call-ended', { call: rang.call, ending: 'abandoned', by: 'caller' });
    await lab.fact('agent-work', { agent: agents[0]?.name ?? '', work: 'idle' }, ended.seq);
    expect(lab.facts().filter((fact) => fact.type === 'agent-missed' && fact.call === rang.call)).toEqual([]);
  });

  test('given_two_phones_that_answer_at_once_then_one_wins_and_the_other_hears_that_it_was_answered_elsewhere', async () => {
    const both: Behaviour = { kind: 'answer', afterMs: 0 };
    const { extension, agents } = await lab.team([both, both], { ...quick, strategy: 'ring-all' });
    for (let round = 0; round < 10; round += 1) {
      const seen = lab.facts().at(-1)?.seq ?? 0;
      const call = await (await lab.stranger()).dial(extension);
      const connected = await lab.fact('call-connected', {}, seen);
      const lost = await lab.fact('offer-ended', { call: connected.call, outcome: 'rescinded' }, seen);
      expect(lost.why).toBe('race-lost');
      expect(lost.agent).not.toBe(connected.user);
      // The loser rang still, and hears that it was answered elsewhere (if Asterisk had heard of it by then); or it had picked up too, and gets a BYE.
      const loser = agents.find((agent) => agent.name === lost.agent)?.phone;
      const told = await waitUntil(
        () => loser?.events.findLast((event) => event.type === 'cancelled' || event.type === 'ended'),
        'the loser to be told',
      );
      const isHeard = lab.facts().some((fact) => fact.type === 'offer-rang' && fact.offer === lost.offer);
      if (told.type === 'cancelled')
        expect(isAnsweredElsewhere(told.reasons) || !isHeard, JSON.stringify(told)).toBe(true);
      else expect(told).toMatchObject({ type: 'ended', end: { by: 'them' } });
      call.hangUp();
      const ended = await lab.fact('call-ended', { call: connected.call });
      await waitUntil(
        () => agents.every(({ phone }) => phone.calls.every((one) => one.state === 'ended')),
        'both phones to be free',
      );
      await lab.fact('agent-work', { agent: connected.user ?? '', work: 'idle' }, ended.seq - 2);
    }
    expect(lab.facts().filter((fact) => fact.type === 'agent-missed')).toEqual([]);
  });

  test('given_every_phone_of_a_queue_that_rings_out_within_seconds_then_it_is_the_network_and_nobody_is_held', async () => {
    const rings: Behaviour = { kind: 'ignore' };
    const { group, extension, agents } = await lab.team([rings, rings, rings], { ...quick, ringMs: 1_000 });
    const callers = await Promise.all(agents.map(() => lab.stranger()));
    const calls = await Promise.all(callers.map((caller) => caller.dial(extension)));
    const mass = await lab.fact('mass-missed', { queue: group });
    expect(mass).toMatchObject({ agents: 3, of: 3 });
    for (const call of calls) call.hangUp();
    await lab.fact('alarm-raised', { alarm: 'mass-miss', about: group });
    const { agents: views } = await lab.api<{ agents: { username: string; hold: unknown }[] }>('GET', '/v1/agents');
    const names = agents.map(({ name }) => name);
    const mine = views.filter(({ username }) => names.includes(username));
    expect(mine.map(({ hold }) => hold)).toEqual([null, null, null]);
  });

  test('given_a_ringing_phone_when_the_agent_chooses_not_ready_then_the_offer_is_withdrawn_with_no_miss', async () => {
    const { extension, agents } = await lab.team([{ kind: 'ignore' }, answers], { ...quick, ringMs: 20_000 });
    const name = agents[0]?.name ?? '';
    const call = await (await lab.stranger()).dial(extension);
    await lab.fact('offer-rang', { agent: name });
    await lab.api('POST', `/v1/agents/${name}/not-ready`, { reason: 'lunch' });
    const ended = await lab.fact('offer-ended', { agent: name });
    expect(ended).toMatchObject({ outcome: 'rescinded', why: 'agent-paused' });
    const connected = await lab.fact('call-connected', { user: agents[1]?.name ?? '' });
    expect(connected.call).toBe(ended.call);
    call.hangUp();
    await lab.fact('call-ended', { call: ended.call });
  });

  test('given_an_incoming_offer_then_the_phone_shows_the_number_and_name_of_the_caller', async () => {
    const { extension, agents } = await lab.team([answers, answers], quick);
    const [callee, caller] = agents;
    const call = await caller?.phone.dial(extension);
    const incoming = await waitFor(callee?.phone ?? fail(), 'incoming');
    expect(incoming.from).toEqual({ number: caller?.extension, name: caller?.name });
    await lab.fact('call-connected', { user: callee?.name ?? '' });
    call?.hangUp();
  });
});

function fail(): never {
  throw new Error('the team has no such agent');
}
