import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClient } from '../../src/cli/client.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { createProgress, patiently } from '../../src/cli/progress.ts';
import { createPast } from '../../src/past.ts';
import type { AgentWhyNot, PastAnswer, PastAsk, PastProgress, PastWatch } from '../../src/protocol/why.ts';
import { openJournal } from '../../src/storage/past/journal.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type LabFront, startLabFront } from '../lab/front.ts';
import { record } from '../lab/recording.ts';

/*
 * The way back through the past takes long: how far it is goes to whoever waits, and it stops when nobody does any more.
 */

const places: readonly PastProgress[] = [
  { stepped: 500, of: 1_200, at: 1_700_000_000_000 },
  { stepped: 1_000, of: 1_200, at: 1_700_000_060_000 },
];
const nothing: PastAnswer = { moments: [], failure: null };
const path = '/v1/agents/anna/why-not?at=1700000000000';

describe('over the socket', () => {
  let lab: LabFront;
  beforeEach(async () => {
    lab = await startLabFront();
    await lab.ask('POST', '/v1/users', { username: 'anna', name: 'Anna', extension: '1001' });
  });
  afterEach(() => lab.stop());

  /** Asks, and gives the type of the answer and its text. */
  const asked = (url: string) =>
    new Promise<{ type: string; text: string }>((resolve, reject) => {
      const sent = request({ socketPath: lab.socket, path: url, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        response.once('end', () => resolve({ type: response.headers['content-type'] ?? '', text }));
      });
      sent.once('error', reject);
      sent.end();
    });

  const tells = (answer: PastAnswer) => {
    lab.past.ask = async (_, watch) => {
      for (const place of places) watch.tell(place);
      return answer;
    };
  };

  test('given_a_long_way_back_when_its_progress_is_asked_for_then_each_place_is_a_line_and_the_answer_the_last', async () => {
    tells(nothing);
    const { type, text } = await asked(`${path}&progress=true`);
    expect(type).toBe('application/x-ndjson');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      ...places.map((progress) => ({ progress })),
      { answer: expect.objectContaining({ agent: 'anna', exact: true }) },
    ]);
    const heard: PastProgress[] = [];
    const client = createClient(lab.socket);
    const answer = await client.slow<AgentWhyNot>(`${path}&progress=true`, (place) => heard.push(place));
    expect([answer.agent, heard]).toEqual(['anna', places]);
  });

  test('given_nobody_who_asks_for_it_or_a_short_way_then_the_answer_is_as_ever', async () => {
    tells(nothing);
    const plain = await asked(path);
    lab.past.ask = async () => nothing;
    for (const { type, text } of [plain, await asked(`${path}&progress=true`)]) {
      expect(type).toContain('application/json');
      expect(JSON.parse(text)).toMatchObject({ agent: 'anna' });
    }
    expect(await createClient(lab.socket).slow(`${path}&progress=true`, () => {})).toMatchObject({ agent: 'anna' });
  });

  test('given_a_refusal_on_the_way_or_before_it_then_it_reads_the_same', async () => {
    const refused = async (url: string) => {
      try {
        return await createClient(lab.socket).slow(url, () => {});
      } catch (error) {
        return error;
      }
    };
    tells({ moments: [], failure: 'The journal is not kept so far back.' });
    const wanted = { code: 'past-not-kept', message: 'The journal is not kept so far back.', field: 'at' };
    expect(await refused(`${path}&progress=true`)).toMatchObject(wanted);
    expect(await refused(path)).toMatchObject(wanted);
    expect(await refused('/v1/agents/none/why-not?progress=true')).toMatchObject({ code: 'unknown-user' });
    expect(await lab.ask('GET', `${path}&progress=maybe`)).toMatchObject({
      status: 400,
      body: { error: { field: 'progress' } },
    });
  });

  test.each([path, `${path}&progress=true`])(
    'given_whoever_asked_%s_goes_away_then_the_work_is_stopped',
    async (url) => {
      let watch: PastWatch | null = null;
      lab.past.ask = (_, its) => {
        watch = its;
        its.tell(places[0] ?? { stepped: 0, of: 0, at: 0 });
        return new Promise((resolve) => its.signal.addEventListener('abort', () => resolve(nothing)));
      };
      const sent = request({ socketPath: lab.socket, path: url, agent: false });
      sent.once('error', () => {});
      sent.end();
      await waitUntil(() => watch !== null, 'the question to come');
      sent.destroy();
      await waitUntil(() => watch?.signal.aborted === true, 'the work to be stopped');
      expect((await lab.ask('GET', '/v1/users')).status, 'the front goes on').toBe(200);
    },
  );
});

test('given_a_question_that_is_stopped_then_its_thread_ends_and_the_next_one_is_answered', async () => {
  // What `npm run build` made: a thread runs a file, and no source.
  const built = new URL('../../dist/threads/past-thread.js', import.meta.url);
  const recording = record(3, 'storm');
  try {
    recording.work(30);
    const journal = openJournal(recording.liveDb);
    const last = journal.bounds()?.last.seq;
    journal.close();
    const askPast = createPast({ liveDb: recording.liveDb, checkpoints: recording.checkpoints } as never, built);
    const ask: PastAsk = { ask: { about: 'agent', agent: 'u0', call: null }, at: Number.MAX_SAFE_INTEGER, facts: [] };
    const [stop, unasked] = [new AbortController(), new AbortController()];
    const first = askPast(ask, { tell: () => stop.abort(), signal: stop.signal });
    const second = askPast(ask, { tell: () => {}, signal: unasked.signal });
    unasked.abort();
    const heard: PastProgress[] = [];
    const third = askPast(ask, { tell: (place) => heard.push(place), signal: new AbortController().signal });
    for (const one of [first, second]) expect((await one).failure).toContain('it was stopped');
    expect(await third).toMatchObject({ failure: null, moments: [{ fact: null, exact: true }] });
    expect(heard.length).toBeGreaterThan(1);
    for (const [place, { stepped, of }] of heard.entries()) {
      expect(stepped).toBe(500 * (place + 1));
      expect(of).toBe(last);
    }
  } finally {
    recording.close();
  }
});

describe('on a terminal', () => {
  const shown = (isTTY: boolean, isWanted: boolean, times: readonly number[]): readonly string[] => {
    const said: string[] = [];
    let now = 0;
    const progress = createProgress({ isTTY, write: (text) => said.push(text) }, isWanted, () => now);
    for (const time of times) {
      now = time;
      progress.show({ stepped: time * 10, of: 40_000, at: 0 });
    }
    progress.clear();
    return said;
  };

  test('given_a_work_of_some_seconds_then_from_the_first_one_on_a_line_says_how_far_it_is_and_goes_in_the_end', () => {
    const line = (text: string): string => `\r${text}\u001b[K`;
    expect(shown(true, true, [0, 500, 999, 1_000, 1_100, 1_200, 2_000])).toEqual([
      line('10,000 of 40,000 steps of the journal, 25 %, 3 s left'),
      line('12,000 of 40,000 steps of the journal, 30 %, 3 s left'),
      line('20,000 of 40,000 steps of the journal, 50 %, 2 s left'),
      line(''),
    ]);
  });

  test.each([
    ['a_pipe', false, true],
    ['json', true, false],
  ])('given_%s_then_nothing_is_said', (_, isTTY, isWanted) => {
    expect(shown(isTTY, isWanted, [1_000, 2_000, 3_000])).toEqual([]);
  });

  test.each([
    ['a_terminal', true, true, ['Looking, 1 s', 'Looking, 2 s', '']],
    ['a_pipe', false, true, []],
    ['json', true, false, []],
  ] as const)(
    'given_%s_when_a_work_does_not_tell_how_far_it_is_then_its_seconds_are_all_that_is_said',
    async (_, isTTY, isWanted, lines) => {
      vi.useFakeTimers();
      const said: string[] = [];
      try {
        const end = () => new Promise<string>((resolve) => setTimeout(() => resolve('done'), 2_500));
        const terminal = { isTTY, write: (text: string) => said.push(text) };
        const work = patiently(terminal, isWanted, Date.now, 'Looking', end);
        await vi.advanceTimersByTimeAsync(10_000);
        expect(await work).toBe('done');
      } finally {
        vi.useRealTimers();
      }
      expect(said).toEqual(lines.map((text) => `\r${text}\u001b[K`));
    },
  );

  test('given_commands_that_may_take_long_when_a_second_is_over_then_each_says_what_it_does', async () => {
    const lab = await startLabFront();
    const [users, members] = [join(lab.home, 'users.csv'), join(lab.home, 'members.csv')];
    writeFileSync(users, 'username,name,extension\npia,Pia,1301\n');
    writeFileSync(members, 'queue,username\nlate,pia\n');
    await lab.ask('POST', '/v1/queues', { name: 'late' });
    const { isTTY } = process.stderr;
    process.stderr.isTTY = true;
    const [after, said] = [globalThis.setInterval, vi.spyOn(process.stderr, 'write').mockReturnValue(true)];
    // The second is over as soon as it has begun.
    const clock = vi.spyOn(globalThis, 'setInterval').mockImplementation(((tick: () => void, ms: number) => {
      tick();
      return after(tick, ms);
    }) as never);
    const run = async (...args: string[]): Promise<void> => {
      const program = buildProgram({ CORDBOARD_HOME: lab.home }, () => {});
      await program.parseAsync(['node', 'cordboard', ...args]).catch(() => {});
    };
    try {
      await run('user', 'add', '--from', users);
      await run('queue', 'member', 'import', members);
      await run('phone', 'check');
      await run('doctor');
      await run('asterisk', 'check');
      const lines = said.mock.calls.map(([text]) => /^\r(.+), \d+ s/.exec(String(text))?.[1]).filter(Boolean);
      expect([...new Set(lines)]).toEqual([
        'Adding 1 users',
        'Importing 1 members',
        'Comparing phones with Asterisk',
        'Looking at Asterisk and the daemon',
        'Looking at Asterisk',
      ]);
    } finally {
      clock.mockRestore();
      said.mockRestore();
      process.stderr.isTTY = isTTY;
      await lab.stop();
    }
  });

  test('given_a_short_work_then_nothing_is_said', () => {
    expect(shown(true, true, [100, 900])).toEqual([]);
  });
});
