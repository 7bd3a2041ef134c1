import { afterEach, describe, expect, it } from 'vitest';
import type { WhyAnswer, WhyAsk } from '../../src/protocol/why.ts';
import { askPast } from '../../src/reports/past.ts';
import { answerWhy } from '../../src/reports/why.ts';
import { takeCheckpoint } from '../../src/storage/past/take-checkpoint.ts';
import type { OfferMade } from '../lab/recording.ts';
import { type Recording, record } from '../lab/recording.ts';

let recording: Recording;
afterEach(() => recording?.close());

type Seen = { readonly fact: OfferMade; readonly ask: WhyAsk; readonly answer: WhyAnswer };

/** A storm of a day of which every offer is explained at once, right after the batch that made it. */
function storm(seed: number): Seen[] {
  recording = record(seed, 'storm');
  const seen: Seen[] = [];
  recording.rig.onBatch = ({ steps }) => {
    const world = recording.rig.world();
    const last = steps.at(-1);
    if (world === null || last === undefined) return;
    for (const fact of last.facts) {
      if (fact.type !== 'offer-made') continue;
      const ask: WhyAsk = { about: 'call', call: fact.call, limit: 50 };
      seen.push({ fact, ask, answer: structuredClone(answerWhy(world, ask, last.at)) });
    }
  };
  return seen;
}

describe('why, of the past', () => {
  it('given_offers_that_were_explained_when_they_were_made_when_the_past_is_asked_then_it_says_the_same', async () => {
    const seen = storm(3);
    recording.work(2);
    await takeCheckpoint(recording.liveDb, recording.checkpoints);
    recording.work(2);
    expect(seen.length).toBeGreaterThan(8);
    for (const { fact, ask, answer } of seen) {
      const past = askPast(recording.liveDb, recording.checkpoints, { ask, at: null, facts: [fact.seq] });
      expect(past).toEqual({ failure: null, moments: [{ at: fact.at, fact: fact.seq, exact: true, answer }] });
    }
  });

  it('given_an_agent_and_a_time_when_the_past_is_asked_then_it_is_how_it_was_and_of_that_time', () => {
    storm(6);
    const { rig } = recording;
    const [user = ''] = rig.world()?.state.users.keys() ?? [];
    recording.work(0.2);
    const [agent = user] = rig.world()?.state.agents.keys() ?? [];
    const ask: WhyAsk = { about: 'agent', agent, call: null };
    recording.work(0.5);
    const world = rig.world();
    const now = rig.scheduler.now();
    const then = world && structuredClone(answerWhy(world, ask, now));
    recording.work(1);
    const past = askPast(recording.liveDb, recording.checkpoints, { ask, at: now, facts: [] });
    expect(past).toEqual({ failure: null, moments: [{ at: now, fact: null, exact: true, answer: then }] });
    expect(then?.agent?.agent).toBe(agent);
  });

  it('given_a_user_who_was_removed_since_when_the_past_is_asked_then_it_is_how_it_was_and_nobody_later', async () => {
    storm(6);
    const { rig } = recording;
    recording.work(0.7);
    await takeCheckpoint(recording.liveDb, recording.checkpoints);
    const world = rig.world();
    const [agent = ''] = world?.state.agents.keys() ?? [];
    const ask: WhyAsk = { about: 'agent', agent, call: null };
    const then = rig.scheduler.now();
    const answer = world && structuredClone(answerWhy(world, ask, then));
    expect(answer?.agent?.agent).toBe(agent);
    rig.run(10);
    rig.post({ type: 'settings', revision: 900, users: [], queues: [], removedUsers: [agent], removedQueues: [] });
    rig.run(10);
    const later = rig.scheduler.now();
    const past = (at: number) => askPast(recording.liveDb, recording.checkpoints, { ask, at, facts: [] });
    expect(past(then)).toEqual({ failure: null, moments: [{ at: then, fact: null, exact: true, answer }] });
    expect(past(later).moments.map((one) => one.answer.agent)).toEqual([null]);
  });

  it('given_a_time_before_everything_when_the_past_is_asked_then_it_says_that_it_is_not_kept', () => {
    storm(3);
    recording.work(0.2);
    const ask: WhyAsk = { about: 'agent', agent: 'u0', call: null };
    expect(askPast(recording.liveDb, recording.checkpoints, { ask, at: 1_000, facts: [] })).toEqual({
      moments: [],
      failure: expect.stringMatching(/^The journal is kept from \d{4}-.*Z on: /),
    });
  });
});
