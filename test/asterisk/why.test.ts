import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AgentWhyNot, CallWhy } from '../../src/protocol/why.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';

describe('why, of a real daemon beside a real Asterisk', () => {
  let lab: LabCordboard;
  beforeAll(async () => {
    lab = await startCordboard();
  });
  afterEach(() => lab.expectQuiet());
  afterAll(() => lab?.stop());

  test('given_a_call_that_one_declined_and_another_lets_ring_when_it_is_asked_why_then_live_and_past_are_told', async () => {
    const { extension, agents } = await lab.team([{ kind: 'decline', afterMs: 200, sip: 603 }, { kind: 'ignore' }], {
      strategy: 'linear',
      ringMs: 30_000,
      backOffMs: 60_000,
    });
    const [declines = '', rings = ''] = agents.map(({ name }) => name);
    const caller = await lab.stranger();
    const call = await caller.dial(extension);
    const { call: id } = await lab.fact('offer-rang', { agent: rings });

    const live = await lab.api<CallWhy>('GET', `/v1/calls/${id}/why`);
    expect(live.offers.map(({ agent, outcome }) => [agent, outcome])).toEqual([
      [declines, 'declined'],
      [rings, null],
    ]);
    expect(live.explanation).toMatchObject({
      hindrance: { is: 'ringing', offers: 1 },
      place: { is: 1, of: 1 },
      agents: [
        { agent: rings, is: 'offered' },
        { agent: declines, is: 'passed-over', why: { reason: 'backing-off' } },
      ],
    });
    const silent = await lab.api<AgentWhyNot>('GET', `/v1/agents/${declines}/why-not?call=${id}`);
    expect(silent.towards?.standing.why.reason).toBe('backing-off');
    // At the first offer it was theirs, at the second they rested: replayed from the journal, in a thread of its own.
    expect(silent.offers.map(({ winner, standing }) => [winner, standing?.is])).toEqual([
      [declines, 'offered'],
      [rings, 'passed-over'],
    ]);
    expect(silent).toMatchObject({ exact: true, untold: null });

    call.hangUp();
    const ended = await lab.fact('call-ended', { call: id });
    const past = await lab.api<CallWhy>('GET', `/v1/calls/${id}/why?full=true`);
    expect(past).toMatchObject({ explanation: null, exact: true, untold: null });
    expect(past.offers[0]?.members?.agents.map(({ agent, is }) => [agent, is])).toEqual([
      [declines, 'offered'],
      [rings, 'free'],
    ]);
    const then = await lab.api<CallWhy>('GET', `/v1/calls/${id}/why?at=${ended.at - 1}`);
    expect(then.explanation).toMatchObject({ call: id, phase: 'waiting', at: ended.at - 1 });
  });
});
