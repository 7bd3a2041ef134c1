import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isAnsweredElsewhere, type Phone } from '../../src/phones/index.ts';
import { type LabCordboard, type Member, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import { waitFor } from '../lab/phones.ts';

const plain = { strategy: 'linear', wrapUpMs: 0, ringMs: 20_000 };

describe('pickup and feature codes, on a real Asterisk with real phones', () => {
  let lab: LabCordboard;
  beforeAll(async () => {
    lab = await startCordboard();
  });
  afterEach(() => lab.expectQuiet());
  afterAll(() => lab?.stop());

  /** Two teams: the phone of the first rings; the one of the second is in the same pickup group. */
  async function colleagues(): Promise<{ rings: Member; picks: Member; extension: string }> {
    const first = await lab.team([{ kind: 'ignore' }], plain);
    const second = await lab.team([{ kind: 'ignore' }], plain);
    const [rings, picks] = [first.agents[0], second.agents[0]];
    if (!rings || !picks) throw new Error('a team without an agent');
    await lab.api('PATCH', `/v1/phones/${rings.extension}`, { callGroups: ['office'] });
    await lab.api('PATCH', `/v1/phones/${picks.extension}`, { pickupGroups: ['office'] });
    await lab.fact('settings-applied', {}, lab.facts().findLast((fact) => fact.type === 'agent-signed-in')?.seq);
    return { rings, picks, extension: first.extension };
  }

  test('given_a_call_of_a_queue_that_rings_when_a_colleague_dials_the_pickup_code_then_they_talk_and_nobody_missed_it', async () => {
    const { rings, picks, extension } = await colleagues();
    const caller = await lab.stranger();
    const call = await caller.dial(extension);
    await lab.fact('offer-rang', { agent: rings.name });
    await picks.phone.dial('*8');
    const picked = await lab.fact('call-picked-up', { user: picks.name });
    expect(picked.rang).toEqual([rings.name]);
    await lab.fact('call-connected', { call: picked.call, user: picks.name });
    const cancelled = await waitFor(rings.phone, 'cancelled');
    expect(isAnsweredElsewhere(cancelled.reasons)).toBe(true);
    await lab.fact('offer-ended', { agent: rings.name, outcome: 'rescinded', why: 'picked-up' });
    expect(lab.facts().some((fact) => fact.type === 'agent-missed')).toBe(false);
    call.hangUp();
    await lab.fact('call-ended', { call: picked.call, ending: 'completed', by: 'caller' });
    await lab.fact('agent-work', { agent: picks.name, work: 'idle' }, picked.seq);
  });

  test('given_a_call_that_was_picked_up_when_the_picker_hangs_up_then_the_caller_is_ended_too', async () => {
    const { rings, picks, extension } = await colleagues();
    const caller = await lab.stranger();
    await caller.dial(extension);
    await lab.fact('offer-rang', { agent: rings.name });
    const taken = await picks.phone.dial(`*8${rings.extension}`);
    const connected = await lab.fact('call-connected', { user: picks.name });
    taken.hangUp();
    await lab.fact('call-ended', { call: connected.call, ending: 'completed', by: 'agent' });
    const ended = await waitFor(caller, 'ended');
    expect(ended.end.by).toBe('them');
  });

  test('given_nothing_that_rings_when_the_code_is_dialled_then_the_phone_is_told_and_let_go', async () => {
    const { picks } = await colleagues();
    await picks.phone.dial('*8');
    await lab.fact('feature-dialled', { user: picks.name, refused: 'nothing-rings' });
    const ended = await waitFor(picks.phone, 'ended');
    expect(ended.end.by).toBe('them');
  });

  test('given_a_phone_without_a_screen_when_its_codes_are_dialled_then_its_user_is_not_ready_and_signed_out', async () => {
    const { agents } = await lab.team([{ kind: 'ignore' }], plain);
    const [agent] = agents;
    if (!agent) throw new Error('a team without an agent');
    const { name, phone } = agent;
    await phone.dial('*64');
    await lab.fact('agent-ready', { agent: name, ready: false });
    await waitFor(phone, 'ended');
    await phone.dial('*62');
    await lab.fact('agent-signed-out', { agent: name });
  });

  test('given_an_answer_and_a_pickup_at_the_same_moment_a_hundred_times_then_one_has_the_call_and_the_other_is_told', async () => {
    const { rings, picks, extension } = await colleagues();
    const wins = { [rings.name]: 0, [picks.name]: 0 };
    const caller = await lab.stranger();
    for (let round = 1; round <= 100; round += 1) {
      const from = lab.facts().at(-1)?.seq ?? 0;
      const call = await caller.dial(extension);
      const { call: id } = await lab.fact('offer-rang', { agent: rings.name }, from);
      const picked = picks.phone.dial(`*8${rings.extension}`);
      const incoming = rings.phone.calls.at(-1);
      if (incoming && 'answer' in incoming) incoming.answer();
      const taken = await picked;
      const { user } = await lab.fact('call-connected', { call: id }, from);
      wins[user ?? ''] = (wins[user ?? ''] ?? 0) + 1;
      expect(lab.facts().filter((fact) => fact.type === 'call-connected' && fact.call === id)).toHaveLength(1);
      call.hangUp();
      taken.hangUp();
      await lab.fact('call-ended', { call: id, ending: 'completed' }, from);
      await lab.fact('agent-work', { agent: rings.name, work: 'idle' }, from);
      await waitForIdle(rings.phone, picks.phone);
    }
    expect((wins[rings.name] ?? 0) + (wins[picks.name] ?? 0)).toBe(100);
    expect(lab.facts().some((fact) => fact.type === 'agent-missed')).toBe(false);
  }, 300_000);

  async function waitForIdle(...phones: readonly Phone[]): Promise<void> {
    await waitUntil(() => phones.every((phone) => phone.calls.every((call) => call.end !== null)), 'phones at rest');
  }
});
