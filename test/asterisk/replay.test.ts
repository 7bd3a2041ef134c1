import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pathsOf } from '../../src/config/paths.ts';
import { listCheckpoints } from '../../src/storage/past/checkpoint.ts';
import { openJournal } from '../../src/storage/past/journal.ts';
import { replay } from '../../src/storage/past/replay.ts';
import { takeCheckpoint } from '../../src/storage/past/take-checkpoint.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';

describe('the journal of a real daemon beside a real Asterisk', () => {
  let lab: LabCordboard;
  beforeAll(async () => {
    lab = await startCordboard();
  });
  afterEach(() => lab.expectQuiet());
  afterAll(() => lab?.stop());

  test('given_calls_that_were_missed_declined_and_answered_over_a_kill_9_when_they_are_replayed_then_all_is_the_same', async () => {
    const settings = { strategy: 'linear', ringMs: 2_000, wrapUpMs: 0, backOffMs: 1_000 };
    const { extension, agents } = await lab.team(
      [{ kind: 'ignore' }, { kind: 'decline', afterMs: 200, sip: 603 }, { kind: 'answer', afterMs: 200 }],
      settings,
    );
    const { liveDb, checkpoints } = pathsOf(lab.home);
    const caller = await lab.stranger();
    const call = await caller.dial(extension);
    const connected = await lab.fact('call-connected', { user: agents[2]?.name ?? '' });
    await takeCheckpoint(liveDb, checkpoints);
    await lab.kill9();
    await lab.serve();
    await lab.fact('pbx-ready', {}, connected.seq);
    call.hangUp();
    await lab.fact('call-ended', { call: connected.call, ending: 'completed' });

    const journal = openJournal(liveDb);
    const last = journal.bounds()?.last.seq ?? 0;
    const whole = replay(journal, checkpoints, 1, last);
    expect(whole).toMatchObject({ difference: null, promised: true, checkpoint: null, steps: last });
    expect(whole.checkpoints).toBeGreaterThan(0);
    expect(whole.facts).toBeGreaterThan(20);
    // From the checkpoint in the middle of the talk, over the death of the daemon.
    const middle = listCheckpoints(checkpoints).findLast((one) => one.at <= (lab.facts().at(-1)?.at ?? 0));
    const rest = replay(journal, checkpoints, (middle?.seq ?? 0) + 1, last);
    expect(rest).toMatchObject({ difference: null, checkpoint: { seq: middle?.seq } });
    journal.close();
  });
});
