import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Behaviour } from '../../src/phones/index.ts';
import { isAnsweredElsewhere } from '../../src/phones/index.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';
import {
  audit,
  type FactTail,
  followFacts,
  type Lane,
  makeLanes,
  outcomesSince,
  playRounds,
  windDown,
} from '../lab/lanes.ts';

// The races that are about milliseconds, on a real Asterisk with real phones, a hundred rounds each: whoever is first by a
// hair, nobody has two calls, no call has two agents, no caller is lost, and nobody is blamed for what was not their doing.
// The moments are spread around the instant that matters, and a test says which of the ways out came up how often.

const rounds = Number(process.env.RACE_ROUNDS ?? 100);
const laneCount = 10;

const manual: Behaviour = { kind: 'manual' };
const quick = { strategy: 'linear', ringMs: 20_000, unreachableAfterMs: 8_000, maxWaitMs: 60_000, wrapUpMs: 0 };

/** Spread over `span` ms around `ms`, evenly over the rounds: no two runs of the suite try different moments. */
function around(ms: number, span: number, round: number): number {
  return Math.max(0, Math.round(ms - span / 2 + ((round * 37) % 100) * (span / 100)));
}

/** How long the one side is before the other, within half of `span` ms; under 0: behind it. */
function gapOf(span: number, round: number): number {
  return around(0, span, round) - around(0, span, round + 50);
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe('races about milliseconds, on a real Asterisk with real phones', () => {
  let lab: LabCordboard;
  let tail: FactTail;
  let from = 0;
  beforeAll(async () => {
    lab = await startCordboard('rona: { ladder: [] }');
    tail = followFacts(lab);
  });
  beforeEach(() => {
    tail.read();
    from = tail.last;
  });
  afterEach(async () => {
    await lab.expectQuiet();
    audit(tail);
    expect(tail.all.slice(from).filter((fact) => fact.type === 'repaired')).toEqual([]);
  });
  afterAll(() => lab?.stop());

  /** The lane's caller dials; resolves when the call has come to us. */
  async function begin(lane: Lane) {
    tail.read();
    lane.from = tail.last;
    const call = await lane.caller.dial(lane.extension);
    const arrived = await tail.next('call-arrived', lane.from, (fact) => fact.dialled === lane.extension);
    return { id: arrived.call, call };
  }

  /** The agent's phone has been rung for this call: the INVITE is there. */
  async function invited({ agents, from }: Lane, place = 0) {
    const agent = agents[place];
    if (agent === undefined) throw new Error('there is no such agent');
    const made = await tail.next('offer-made', from, (fact) => fact.agent === agent.name);
    const invite = await waitUntil(
      () => agent.phone.calls.find((one) => one.direction === 'in' && one.end === null),
      `an INVITE at ${agent.name}`,
    );
    if (invite.direction !== 'in') throw new Error('not an incoming call');
    return { agent, made, invite };
  }

  /** A call rings at the lane's first agent. `gapMs`: how long the one of two things is before the other; under 0: behind it. */
  async function rung(lane: Lane, round: number) {
    const begun = await begin(lane);
    const { agent, invite } = await invited(lane);
    invite.ring();
    await later(20);
    return { ...begun, agent, invite, gapMs: gapOf(24, round) };
  }

  function missesSince(): unknown[] {
    return tail.all.slice(from).filter((fact) => fact.type === 'agent-missed' || fact.type === 'agent-held');
  }

  /** What came of it, for the reader of the log, and that each of these came up at all. */
  function report(what: string, ...wanted: readonly string[]): Readonly<Record<string, number>> {
    tail.read();
    const counts = outcomesSince(tail, from);
    console.info(`${what}: ${JSON.stringify(counts)}`);
    for (const outcome of wanted) expect(counts[outcome] ?? 0, `${outcome} of ${what}`).toBeGreaterThan(0);
    return counts;
  }

  test('given_two_phones_that_answer_at_once_then_one_has_the_call_and_the_other_is_free_with_no_blame', async () => {
    const lanes = await makeLanes(lab, laneCount, [manual, manual], { ...quick, strategy: 'ring-all' });
    await playRounds(lanes, rounds, async (lane, round) => {
      const { id, call } = await begin(lane);
      const [one, two] = [await invited(lane, 0), await invited(lane, 1)];
      for (const { agent, invite } of [one, two]) {
        invite.ring();
        await tail.next('offer-rang', lane.from, (fact) => fact.call === id && fact.agent === agent.name);
      }
      const gapMs = gapOf(12, round);
      const [first, second] = gapMs >= 0 ? [one, two] : [two, one];
      first.invite.answer();
      if (gapMs === 0) second.invite.answer();
      else await later(Math.abs(gapMs)).then(() => second.invite.answer());
      const connected = await tail.next('call-connected', lane.from, (fact) => fact.call === id);
      const lost = await tail.next(
        'offer-ended',
        lane.from,
        ({ call, outcome }) => call === id && outcome !== 'answered',
      );
      expect(lost).toMatchObject({ outcome: 'rescinded', why: 'race-lost' });
      expect(lost.agent).not.toBe(connected.user);
      const loser = connected.user === one.agent.name ? two.agent.phone : one.agent.phone;
      const told = await waitUntil(
        () => loser.events.findLast((event) => event.type === 'cancelled' || event.type === 'ended'),
        'the loser to be told',
      );
      if (told.type === 'cancelled') expect(isAnsweredElsewhere(told.reasons), JSON.stringify(told)).toBe(true);
      call.hangUp();
      await windDown(tail, lane, id);
    });
    expect(report('two answer at once', 'answered', 'rescinded (race-lost)').answered).toBe(rounds);
    expect(missesSince()).toEqual([]);
  });

  test('given_an_answer_that_crosses_the_end_of_the_ring_time_then_the_call_is_answered_or_waits_on', async () => {
    const lanes = await makeLanes(lab, laneCount, [manual], { ...quick, ringMs: 1_000, backOffMs: 1_000 });
    await playRounds(lanes, rounds, async (lane, round) => {
      const [agent] = lane.agents;
      // A call that was taken back may reach the phone after the round: each INVITE, whichever it is, is answered at that moment.
      if (agent) agent.phone.behaviour = { kind: 'answer', afterMs: around(1_000, 60, round) };
      const { id, call } = await begin(lane);
      const ended = await tail.next('offer-ended', lane.from, (fact) => fact.call === id);
      expect(
        ['answered', 'no-answer', 'short-ring'],
        JSON.stringify(tail.all.filter((fact) => 'call' in fact && fact.call === id)),
      ).toContain(ended.outcome);
      call.hangUp();
      await windDown(tail, lane, id);
    });
    report('an answer crosses the end of the ring time', 'answered');
  });

  test('given_a_caller_who_hangs_up_as_the_agent_answers_then_nothing_is_left_and_nobody_is_blamed', async () => {
    const lanes = await makeLanes(lab, laneCount, [manual], quick);
    await playRounds(lanes, rounds, async (lane, round) => {
      const { id, call, invite, gapMs } = await rung(lane, round);
      if (gapMs > 0) {
        invite.answer();
        await later(gapMs);
        call.hangUp();
      } else {
        call.hangUp();
        await later(-gapMs);
        invite.answer();
      }
      const ended = await tail.next('call-ended', lane.from, (fact) => fact.call === id);
      expect(['abandoned', 'completed']).toContain(ended.ending);
      await windDown(tail, lane, id);
    });
    report('the caller hangs up as the agent answers', 'rescinded (caller-gone)');
    expect(missesSince()).toEqual([]);
  });

  test('given_an_agent_who_chooses_not_ready_as_they_answer_then_they_talk_or_the_next_one_does_and_the_choice_stands', async () => {
    const answers: Behaviour = { kind: 'answer', afterMs: 20 };
    const lanes = await makeLanes(lab, laneCount, [manual, answers], quick);
    await playRounds(lanes, rounds, async (lane, round) => {
      const { id, call, agent, invite, gapMs } = await rung(lane, round);
      const choose = () => lab.api('POST', `/v1/agents/${agent.name}/not-ready`, {});
      if (gapMs > 0) {
        const chosen = choose();
        await later(gapMs);
        invite.answer();
        await chosen;
      } else {
        invite.answer();
        await later(-gapMs);
        await choose();
      }
      const connected = await tail.next('call-connected', lane.from, (fact) => fact.call === id);
      const first = await tail.next('offer-ended', lane.from, (fact) => fact.agent === agent.name);
      if (first.outcome === 'answered') expect(connected.user).toBe(agent.name);
      else expect(first).toMatchObject({ outcome: 'rescinded', why: 'agent-paused' });
      call.hangUp();
      await windDown(tail, lane, id);
      const { agent: view } = await lab.api<{ agent: { ready: { is: boolean } } }>('GET', `/v1/agents/${agent.name}`);
      expect(view.ready.is).toBe(false);
      await lab.api('POST', `/v1/agents/${agent.name}/ready`, {});
    });
    report('not ready as they answer', 'answered', 'rescinded (agent-paused)');
    expect(missesSince()).toEqual([]);
  });

  test('given_an_agent_who_answers_and_hangs_up_at_once_then_the_call_ends_or_waits_on_at_its_place', async () => {
    const lanes = await makeLanes(lab, laneCount, [manual], { ...quick, backOffMs: 1_000 });
    await playRounds(lanes, rounds, async (lane, round) => {
      const { id, call } = await begin(lane);
      const { invite } = await invited(lane);
      invite.ring();
      await later(5);
      invite.answer();
      await later(around(8, 16, round));
      invite.hangUp();
      const ended = await tail.next('offer-ended', lane.from, (fact) => fact.call === id);
      expect(['answered', 'dropped', 'short-ring', 'declined']).toContain(ended.outcome);
      if (ended.outcome !== 'answered') {
        const due = tail.all.findLast((fact) => fact.type === 'call-queued' && fact.call === id);
        expect(due).toMatchObject({ call: id });
        call.hangUp();
      }
      await windDown(tail, lane, id);
    });
    report('answered and hung up at once', 'answered');
    expect(missesSince()).toEqual([]);
  });

  test('given_a_talk_that_both_end_at_once_then_it_ends_once', async () => {
    const lanes = await makeLanes(lab, laneCount, [manual], quick);
    await playRounds(lanes, rounds, async (lane, round) => {
      const { id, call } = await begin(lane);
      const { invite } = await invited(lane);
      invite.answer();
      await tail.next('call-connected', lane.from, (fact) => fact.call === id);
      const gapMs = gapOf(8, round);
      if (gapMs > 0) invite.hangUp();
      else call.hangUp();
      if (gapMs !== 0) await later(Math.abs(gapMs));
      call.hangUp();
      invite.hangUp();
      const ended = await tail.next('call-ended', lane.from, (fact) => fact.call === id);
      expect(ended.ending).toBe('completed');
      await windDown(tail, lane, id);
    });
    expect(report('both end the talk', 'answered').answered).toBe(rounds);
  });

  test('given_two_callers_who_come_at_once_for_one_agent_then_the_agent_has_one_at_a_time_and_both_are_served', async () => {
    const answers: Behaviour = { kind: 'answer', afterMs: 10 };
    const lanes = await makeLanes(lab, laneCount, [answers], quick);
    const seconds = await Promise.all(lanes.map(() => lab.stranger()));
    await playRounds(lanes, rounds, async (lane, round) => {
      tail.read();
      lane.from = tail.last;
      const second = seconds[lanes.indexOf(lane)] ?? lane.caller;
      const [one, two] = await Promise.all([
        lane.caller.dial(lane.extension),
        later(round % 5).then(() => second.dial(lane.extension)),
      ]);
      const isOurs = (phone: string | null) => phone === lane.caller.user || phone === second.user;
      const arrived = () => tail.all.filter((fact) => fact.seq > lane.from && fact.type === 'call-arrived');
      const served = new Set<string>();
      while (served.size < 2) {
        const { call } = await tail.next('call-connected', lane.from, (fact) => {
          const came = arrived().find((each) => 'call' in each && each.call === fact.call);
          return came?.type === 'call-arrived' && isOurs(came.phone) && !served.has(fact.call);
        });
        served.add(call);
        const came = arrived().find((each) => 'call' in each && each.call === call);
        // Whoever is served hangs up; then the other one is.
        if (came?.type === 'call-arrived') (came.phone === second.user ? two : one).hangUp();
      }
      for (const call of served) await windDown(tail, lane, call);
    });
    report('two callers for one agent', 'answered');
    expect(missesSince()).toEqual([]);
  });

  test('given_an_agent_who_signs_out_as_they_answer_then_it_is_refused_in_the_talk_or_the_next_one_talks', async () => {
    const answers: Behaviour = { kind: 'answer', afterMs: 20 };
    const lanes = await makeLanes(lab, laneCount, [manual, answers], quick);
    await playRounds(lanes, rounds, async (lane, round) => {
      const { id, call, agent, invite, gapMs } = await rung(lane, round);
      const signOut = () =>
        lab.api('POST', `/v1/agents/${agent.name}/sign-out`, {}).then(
          () => null,
          (refused: Error) => refused.message,
        );
      let asked = gapMs > 0 ? signOut() : null;
      if (asked !== null) await later(gapMs);
      invite.answer();
      if (asked === null) await later(-gapMs);
      asked ??= signOut();
      const refused = await asked;
      const connected = await tail.next('call-connected', lane.from, (fact) => fact.call === id);
      const first = await tail.next('offer-ended', lane.from, (fact) => fact.agent === agent.name);
      if (refused === null) expect(first).toMatchObject({ outcome: 'rescinded', why: 'agent-paused' });
      else {
        expect(refused).toContain('in-call');
        expect(first.outcome).toBe('answered');
      }
      expect(connected.user === agent.name).toBe(refused !== null);
      call.hangUp();
      await windDown(tail, lane, id);
      const { agent: view } = await lab.api<{ agent: { signedIn: boolean } }>('GET', `/v1/agents/${agent.name}`);
      expect(view.signedIn).toBe(refused !== null);
      await lab.api('POST', `/v1/agents/${agent.name}/sign-in`, {});
    });
    report('signs out as they answer', 'answered', 'rescinded (agent-paused)');
    expect(missesSince()).toEqual([]);
  });

  test('given_an_agent_who_dials_out_as_a_call_is_offered_then_their_own_call_goes_on_and_the_next_one_has_the_other', async () => {
    // Whoever has taken the handset off says busy to whatever comes.
    const offHook: Behaviour = { kind: 'decline', sip: 486, afterMs: 0, ring: false };
    const answers: Behaviour = { kind: 'answer', afterMs: 10 };
    const lanes = await makeLanes(lab, laneCount, [offHook, answers, answers], { ...quick, backOffMs: 1_000 });
    await playRounds(lanes, rounds, async (lane, round) => {
      tail.read();
      lane.from = tail.last;
      const [dialler, other, friend] = lane.agents;
      if (!dialler || !other || !friend) throw new Error('a lane without its three agents');
      const gapMs = gapOf(16, round);
      const [call, own] = await Promise.all([
        later(Math.max(0, gapMs)).then(() => lane.caller.dial(lane.extension)),
        later(Math.max(0, -gapMs)).then(() => dialler.phone.dial(friend.extension)),
      ]);
      const served = await tail.next('call-connected', lane.from, (fact) => fact.user === other.name);
      const talk = await tail.next('call-connected', lane.from, (fact) => fact.user === friend.name);
      const mine = tail.all.filter(
        (fact) => fact.seq > lane.from && fact.type === 'offer-ended' && fact.agent === dialler.name,
      );
      for (const fact of mine) expect(fact).toMatchObject({ call: served.call, outcome: 'busy' });
      expect(mine.length).toBeLessThanOrEqual(1);
      await waitUntil(() => own.state === 'answered', 'their own call to go on');
      call.hangUp();
      own.hangUp();
      await tail.next('call-ended', lane.from, (fact) => fact.call === talk.call);
      // Their own word ends the back-off: nobody waits for it here.
      await lab.api('POST', `/v1/agents/${dialler.name}/ready`, {});
      await windDown(tail, lane, served.call);
    });
    report('dials out as a call is offered', 'answered', 'busy');
    expect(missesSince()).toEqual([]);
  });
});
