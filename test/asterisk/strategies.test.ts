import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Behaviour, isAnsweredElsewhere } from '../../src/phones/index.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitFor } from '../lab/phones.ts';

const answers: Behaviour = { kind: 'answer', afterMs: 300 };
const ignores: Behaviour = { kind: 'ignore' };

describe('strategies, on a real Asterisk with real phones', () => {
  let lab: LabCordboard;
  beforeAll(async () => {
    lab = await startCordboard();
  });
  afterEach(() => lab.expectQuiet());
  afterAll(() => lab?.stop());

  test('given_ring_all_when_a_call_comes_then_every_phone_rings_and_the_one_that_answers_has_it', async () => {
    const { extension, agents } = await lab.team([ignores, answers, ignores], { strategy: 'ring-all', wrapUpMs: 0 });
    const caller = await lab.stranger();
    const call = await caller.dial(extension);
    const connected = await lab.fact('call-connected', { user: agents[1]?.name ?? '' });
    for (const { phone } of agents) await waitFor(phone, 'rang');
    for (const { phone } of agents.filter((_, place) => place !== 1)) {
      const { reasons } = await waitFor(phone, 'cancelled');
      expect(isAnsweredElsewhere(reasons)).toBe(true);
    }
    call.hangUp();
    await lab.fact('call-ended', { call: connected.call, ending: 'completed', by: 'caller' });
    expect(lab.facts().filter((fact) => fact.type === 'agent-missed')).toEqual([]);
  });

  test('given_ring_all_with_two_places_when_one_declines_then_the_third_member_is_rung', async () => {
    const declines: Behaviour = { kind: 'decline', sip: 603, afterMs: 300 };
    const team = await lab.team([ignores, declines, answers], { strategy: 'ring-all', maxRinging: 2, wrapUpMs: 0 });
    const caller = await lab.stranger();
    const call = await caller.dial(team.extension);
    const connected = await lab.fact('call-connected', { user: team.agents[2]?.name ?? '' });
    const life = lab.facts().filter((fact) => 'call' in fact && fact.call === connected.call);
    const thirdOffer = life.findIndex((fact) => fact.type === 'offer-made' && fact.agent === team.agents[2]?.name);
    const declined = life.findIndex((fact) => fact.type === 'offer-ended' && fact.outcome === 'declined');
    expect(declined).toBeGreaterThan(-1);
    expect(thirdOffer).toBeGreaterThan(declined);
    call.hangUp();
    await lab.fact('call-ended', { call: connected.call });
  });

  test('given_linear_when_calls_come_then_the_first_free_member_in_the_order_is_rung', async () => {
    const { extension, agents } = await lab.team([answers, answers], { strategy: 'linear', wrapUpMs: 0 });
    const one = await (await lab.stranger()).dial(extension);
    const first = await lab.fact('call-connected', { user: agents[0]?.name ?? '' });
    const two = await (await lab.stranger()).dial(extension);
    const second = await lab.fact('call-connected', { user: agents[1]?.name ?? '' });
    one.hangUp();
    await lab.fact('call-ended', { call: first.call });
    const three = await (await lab.stranger()).dial(extension);
    await lab.fact('call-connected', { user: agents[0]?.name ?? '' }, second.seq);
    two.hangUp();
    three.hangUp();
  });

  test('given_fewest_calls_when_one_was_given_a_call_today_then_the_next_goes_to_the_other', async () => {
    const { extension, agents } = await lab.team([answers, answers], { strategy: 'fewest-calls', wrapUpMs: 0 });
    const takenBy: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const seen = lab.facts().at(-1)?.seq ?? 0;
      const call = await (await lab.stranger()).dial(extension);
      const connected = await lab.fact('call-connected', {}, seen);
      takenBy.push(connected.user ?? '');
      call.hangUp();
      await lab.fact('call-ended', { call: connected.call });
      await lab.fact('agent-work', { agent: connected.user ?? '', work: 'idle' }, connected.seq);
    }
    const names = agents.map((agent) => agent.name);
    expect([...takenBy].sort()).toEqual([...names, ...names].sort());
    expect(takenBy[0]).not.toBe(takenBy[1]);
  });

  test('given_fewest_calls_with_on_miss_overflow_when_one_phone_rings_out_then_the_call_moves_on_at_once', async () => {
    const settings = { strategy: 'fewest-calls', onMiss: 'overflow', ringMs: 1_000, overflow: 'hang-up:busy' };
    const { extension } = await lab.team([ignores, ignores], settings);
    const caller = await lab.stranger();
    await caller.dial(extension);
    const overflowed = await lab.fact('call-overflowed', { why: 'miss' });
    await lab.fact('call-ended', { call: overflowed.call, ending: 'overflow-hang-up' });
    const offers = lab.facts().filter((fact) => fact.type === 'offer-made' && fact.call === overflowed.call);
    expect(offers).toHaveLength(1);
  });
});
