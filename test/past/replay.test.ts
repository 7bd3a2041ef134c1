import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { behaviour } from '../../src/storage/live/store.ts';
import { type CheckpointFile, listCheckpoints, readCheckpoint } from '../../src/storage/past/checkpoint.ts';
import { keepCheckpoints } from '../../src/storage/past/checkpoint-keeper.ts';
import { type Journal, openJournal } from '../../src/storage/past/journal.ts';
import { recall } from '../../src/storage/past/recall.ts';
import { type Replay, replay } from '../../src/storage/past/replay.ts';
import { takeCheckpoint } from '../../src/storage/past/take-checkpoint.ts';
import { type Recording, record } from '../lab/recording.ts';

let recording: Recording;
let journal: Journal;
afterEach(() => {
  journal?.close();
  recording?.close();
});

/** A recorded day with a checkpoint after each of these spans of minutes. */
async function recorded(seed: number, weather: 'fair' | 'poor' | 'storm', spans: readonly number[]): Promise<void> {
  recording = record(seed, weather);
  for (const minutes of spans) {
    recording.work(minutes);
    // Commits go on while it is being written: it must be the state of one moment all the same.
    const taking = takeCheckpoint(recording.liveDb, recording.checkpoints);
    recording.work(0.1);
    await taking;
  }
  recording.work(0.5);
  journal = openJournal(recording.liveDb);
}

function replayed(from = 1): Replay {
  return replay(journal, recording.checkpoints, from, journal.bounds()?.last.seq ?? 0);
}

function tamper(sql: string): void {
  const db = new Database(recording.liveDb);
  expect(db.prepare(sql).run().changes).toBeGreaterThan(0);
  db.close();
}

describe('a recorded day', () => {
  it.each([
    [1, 'fair'],
    [2, 'poor'],
    [3, 'storm'],
    [6, 'storm'],
  ] as const)(
    'given_seed_%i_in_%s_weather_when_it_is_replayed_then_commands_facts_and_checkpoints_are_the_same',
    async (seed, weather) => {
      await recorded(seed, weather, [0.6, 0.6, 0.6]);
      const whole = replayed();
      expect(whole.difference).toBe(null);
      // While the engine lies dead nothing is written, and two checkpoints of one step are one file.
      const taken = listCheckpoints(recording.checkpoints);
      expect(taken.length).toBeGreaterThanOrEqual(2);
      expect(whole).toMatchObject({ checkpoint: null, checkpoints: taken.length, promised: true });
      expect(whole.behaviours).toEqual([behaviour]);
      expect(whole.steps).toBeGreaterThan(100);
      expect(whole.to.seq).toBe(whole.steps);
      const [, second] = taken as [unknown, CheckpointFile];
      const part = replayed(second.seq + 1);
      const ahead = taken.length - 2;
      expect(part).toMatchObject({ checkpoint: { seq: second.seq }, checkpoints: ahead, difference: null });
      expect(part.steps).toBe(whole.steps - second.seq);
    },
  );

  it('given_a_command_that_is_another_one_when_it_is_replayed_then_the_first_difference_is_told_with_what_is_around', async () => {
    await recorded(1, 'fair', [0.4, 0.4]);
    const db = new Database(recording.liveDb);
    const { seq } = db
      .prepare<[], { seq: number }>(
        "SELECT seq FROM journal WHERE commands LIKE '%dial-leg%' ORDER BY seq DESC LIMIT 1",
      )
      .get() ?? { seq: 0 };
    db.prepare("UPDATE journal SET commands = replace(commands, 'dial-leg', 'fail-leg') WHERE seq = ?").run(seq);
    db.close();
    const { difference, around, promised } = replayed();
    expect(difference).toMatchObject({ seq, what: 'commands', recorded: expect.stringContaining('fail-leg') });
    expect(difference?.replayed).toContain('dial-leg');
    expect(around.map((step) => step.seq)).toEqual([-3, -2, -1, 0, 1, 2, 3].map((by) => seq + by));
    expect(promised).toBe(true);
  });

  it('given_a_fact_too_few_when_it_is_replayed_then_its_own_step_differs', async () => {
    await recorded(1, 'fair', [0.4]);
    const offer = "(SELECT max(seq) FROM facts WHERE type = 'offer-made')";
    const db = new Database(recording.liveDb);
    const { seq } = db.prepare<[], { seq: number }>(`SELECT ${offer} AS seq`).get() ?? { seq: 0 };
    db.close();
    const step = journal.stepOfFact(seq);
    tamper(`DELETE FROM facts WHERE seq = ${seq}`);
    expect(replayed().difference).toMatchObject({ seq: step?.seq, what: 'facts' });
  });

  it('given_a_row_that_was_never_written_down_when_a_checkpoint_is_passed_then_it_is_named', async () => {
    await recorded(1, 'fair', [0.4]);
    tamper(`UPDATE agents SET body = json_set(body, '$.signedInAt', 1) WHERE id = (SELECT min(id) FROM agents)`);
    await takeCheckpoint(recording.liveDb, recording.checkpoints);
    recording.work(0.5);
    const [, tampered] = listCheckpoints(recording.checkpoints);
    const { difference } = replayed();
    expect(difference).toMatchObject({ seq: tampered?.seq, what: 'rows' });
    expect(difference?.recorded).toMatch(/^agents\/.*"signedInAt":1[,}]/);
  });

  it('given_steps_of_another_version_when_they_differ_then_nothing_was_promised', async () => {
    await recorded(1, 'fair', [0.4]);
    tamper("UPDATE journal SET behaviour = 1, commands = '[]' WHERE commands LIKE '%dial-leg%'");
    expect(replayed()).toMatchObject({ promised: false, behaviours: [1, behaviour], difference: { behaviour: 1 } });
  });

  it('given_a_step_when_its_moment_is_recalled_then_the_rows_are_those_that_were_there', async () => {
    await recorded(3, 'storm', [0.5, 0.5]);
    const files = listCheckpoints(recording.checkpoints);
    const seen: [number, string[]][] = [];
    // Without the files the past is told from the first step on.
    recall(
      journal,
      join(recording.home, 'nothing'),
      files.map(({ seq }) => seq),
      ({ seq, exact, world }) => {
        expect(exact).toBe(true);
        seen.push([seq, [...world.state.calls.keys()].sort()]);
      },
    );
    expect(seen).toEqual(
      files.map(({ seq, file }) => [
        seq,
        readCheckpoint(file)
          .rows.calls.map(({ id }) => id)
          .sort(),
      ]),
    );
  });
});

describe('the way back', () => {
  it('given_two_moments_far_apart_when_they_are_recalled_then_the_second_is_told_from_its_own_checkpoint_and_the_same', async () => {
    await recorded(1, 'fair', [0.4, 3, 0.4]);
    const last = journal.bounds()?.last.seq ?? 0;
    const tell = (directory: string): { readonly exact: boolean[]; readonly rows: unknown[] } => {
      const [exact, rows]: [boolean[], unknown[]] = [[], []];
      const at = [5, last - 5, last];
      const note: Parameters<typeof recall>[3] = (moment) => {
        exact.push(moment.exact);
        const { meta, ...maps } = moment.world.state;
        // A copy of the values: the fields of a row that was loaded stand in another order.
        rows.push(structuredClone([moment.seq, meta, Object.values(maps).map((map) => [...map.entries()].sort())]));
      };
      recall(journal, directory, at, note, 50);
      return { exact, rows };
    };
    // What lies between the first moment and the checkpoint of the second is not gone through.
    tamper(`UPDATE journal SET commands = '["another"]' WHERE seq = 20`);
    const jumped = tell(recording.checkpoints);
    const walked = tell(join(recording.home, 'nothing'));
    expect([jumped.exact, walked.exact]).toEqual([
      [true, true, true],
      [true, false, false],
    ]);
    expect(jumped.rows).toEqual(walked.rows);
  });
});

describe('what is kept', () => {
  it('given_a_journal_that_was_shortened_when_an_older_stretch_is_asked_for_then_the_earliest_one_is_named', async () => {
    await recorded(1, 'fair', [0.4, 0.4]);
    const [, second] = listCheckpoints(recording.checkpoints) as [unknown, CheckpointFile];
    tamper(`DELETE FROM journal WHERE seq <= ${second.seq - 5}`);
    expect(() => replayed(second.seq - 2)).toThrow(`(#${second.seq + 1}) on: no older checkpoint is kept`);
    expect(replayed(second.seq + 1)).toMatchObject({ difference: null, checkpoint: { seq: second.seq } });
  });

  it('given_a_checkpoint_of_another_story_when_the_past_is_told_then_it_is_passed_over', async () => {
    await recorded(1, 'fair', [0.4, 0.4]);
    const [first, second] = listCheckpoints(recording.checkpoints) as [CheckpointFile, CheckpointFile];
    renameSync(second.file, second.file.replace(second.event, 'a'.repeat(12)));
    expect(replayed(second.seq + 1).checkpoint?.seq).toBe(first.seq);
  });

  it('given_a_limit_of_bytes_when_the_journal_is_shortened_then_the_oldest_go_with_their_facts_and_callers', async () => {
    recording = record(1, 'fair');
    recording.work(2);
    const calls = new Set(recording.rig.facts.flatMap((fact) => (fact.type === 'call-arrived' ? [fact.call] : [])));
    const callers = [...calls].map((call) => ({ call, number: '0301234', name: '' }));
    recording.store.commit({ rows: [], steps: [], callers });
    const [oldest = ''] = calls;
    journal = openJournal(recording.liveDb);
    const before = journal.bounds()?.last.seq ?? 0;
    const keep = { since: 0, mostBytes: Number.MAX_SAFE_INTEGER };
    // How long the journal is depends on how the simulated work falls out.
    const half = Math.floor(before / 2);
    expect(recording.store.prune(keep, half)).toBe(0);
    const tight = { ...keep, mostBytes: 1_000 };
    expect(recording.store.prune(tight, half)).toBe(half);
    expect(journal.bounds()).toMatchObject({ first: { seq: half + 1 }, last: { seq: before } });
    while (recording.store.prune(tight, 500) > 0);
    const db = new Database(recording.liveDb, { readonly: true });
    const left = db
      .prepare('SELECT (SELECT count(*) FROM facts) AS facts, (SELECT count(*) FROM callers) AS callers')
      .get();
    expect(left).toEqual({ facts: 0, callers: 0 });
    expect(calls.has(oldest)).toBe(true);
    db.close();
  });

  it('given_a_caller_with_a_fact_that_is_kept_when_older_ones_go_then_the_caller_stays', async () => {
    recording = record(1, 'fair');
    const fact = (seq: number, call: string) =>
      ({ type: 'call-turned-away', call, why: 'draining', seq, at: seq }) as const;
    const step = (seq: number, call: string) => ({
      rows: [],
      steps: [{ at: seq, event: { type: 'tick' as const }, commands: [], facts: [fact(seq, call)] }],
      callers: [{ call, number: '1', name: '' }],
    });
    for (const [seq, call] of [
      [1, 'gone'],
      [2, 'stays'],
      [3, 'stays'],
    ] as const)
      recording.store.commit(step(seq, call));
    expect(recording.store.prune({ since: 3, mostBytes: Number.MAX_SAFE_INTEGER }, 10)).toBe(2);
    const db = new Database(recording.liveDb, { readonly: true });
    expect(db.prepare('SELECT call FROM callers').pluck().all()).toEqual(['stays']);
    expect(db.prepare('SELECT seq FROM facts').pluck().all()).toEqual([3]);
    db.close();
  });

  it('given_a_keeper_when_it_looks_then_it_takes_what_is_due_and_removes_what_leads_nowhere', async () => {
    await recorded(1, 'fair', [0.4]);
    const [first] = listCheckpoints(recording.checkpoints) as [CheckpointFile];
    writeFileSync(join(recording.checkpoints, 'half.jsonl.gz.partial'), 'x');
    const failures: unknown[] = [];
    const keep = (everyMs: number) =>
      keepCheckpoints({ liveDb: recording.liveDb, directory: recording.checkpoints, everyMs }, (error) =>
        failures.push(error),
      );
    const spanMs = (journal.bounds()?.last.at ?? 0) - first.at;
    // The simulated days are long past by the wall clock: only the time between the steps counts.
    const early = keep(spanMs + 1);
    await early.look();
    await early.close();
    expect(listCheckpoints(recording.checkpoints)).toEqual([first]);
    const keeper = keep(spanMs);
    await keeper.look();
    const [, second] = listCheckpoints(recording.checkpoints) as [unknown, CheckpointFile];
    expect(second.seq).toBe(journal.bounds()?.last.seq);
    await keeper.look();
    expect(listCheckpoints(recording.checkpoints), 'nothing happened since').toEqual([first, second]);
    tamper(`DELETE FROM journal WHERE seq <= ${first.seq + 1}`);
    await keeper.look();
    expect(listCheckpoints(recording.checkpoints)).toEqual([second]);
    await keeper.close();
    expect(failures).toEqual([]);
  });
});

describe('cordboard replay', () => {
  async function run(...args: string[]): Promise<{ out: string; error: unknown }> {
    let out = '';
    const program = buildProgram({}, (text) => {
      out += text;
    });
    const error = await program.parseAsync(['node', 'cordboard', '--home', recording.home, ...args]).then(
      () => null,
      (failure: unknown) => failure,
    );
    return { out, error };
  }

  it('given_a_recorded_day_when_it_is_replayed_by_hand_then_it_says_so_in_words_and_in_json', async () => {
    await recorded(1, 'fair', [0.4, 0.4]);
    const [first] = listCheckpoints(recording.checkpoints) as [CheckpointFile];
    const said = await run('replay', '--from', `#${first.seq + 1}`);
    expect(said.error).toBe(null);
    expect(said.out).toContain('the same commands and facts, byte for byte; 1 later checkpoint held the same rows');
    const json = await run('--json', 'replay', '--from', new Date(first.at + 1).toISOString());
    expect(JSON.parse(json.out)).toMatchObject({ checkpoint: { seq: first.seq }, difference: null, promised: true });
  });

  it('given_a_difference_when_it_is_replayed_by_hand_then_it_is_shown_and_the_exit_is_not_0', async () => {
    await recorded(1, 'fair', [0.4]);
    tamper("UPDATE journal SET commands = replace(commands, 'dial-leg', 'fail-leg')");
    const { out, error } = await run('replay', '--from', '#1');
    expect(error).toMatchObject({ code: 'differs' });
    expect(out).toMatch(
      /the first difference is at #\d+, [\d:.]+: commands\n {2}recorded {2}\{"do":"fail-leg".*\n {2}replayed {2}\{"do":"dial-leg"/,
    );
    expect(out).toMatch(/^> #\d+/m);
  });

  it.each([
    ['#1', '#0'],
    ['2001-01-01', '2001-01-02'],
  ])('given_a_stretch_from_%s_to_%s_with_nothing_in_it_then_it_says_what_there_is', async (from, to) => {
    await recorded(1, 'fair', [0.4]);
    const { error } = await run('replay', '--from', from, '--to', to);
    expect(error).toMatchObject({ code: 'no-stretch', message: expect.stringContaining('the journal has #1 (') });
  });
});
