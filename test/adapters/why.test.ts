import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import type { CallExplanation } from '../../src/core/explain-call.ts';
import type { OfferWhy } from '../../src/core/facts.ts';
import { anyPhone } from '../../src/core/station.ts';
import type { WhyAnswer, WhyAsk } from '../../src/protocol/why.ts';
import { type LabFront, startLabFront } from '../lab/front.ts';

let lab: LabFront;
const asked: WhyAsk[] = [];
beforeAll(async () => {
  lab = await startLabFront();
  writeFileSync(join(lab.home, 'cordboard.yaml'), `http: {port: ${lab.port}}\n`);
  await lab.ask('POST', '/v1/users', { username: 'ana', name: 'Ana', extension: '1001' });
  await lab.ask('POST', '/v1/users', { username: 'ben', name: 'Ben', extension: '1002' });
  lab.happen(
    {
      type: 'call-arrived',
      call: 'c1',
      kind: 'queued',
      dialled: '8001',
      phone: null,
      user: null,
      trunk: null,
      route: null,
    },
    { type: 'offer-made', offer: 'o1', call: 'c1', agent: 'ana', queue: 'support', why },
    { type: 'offer-ended', offer: 'o1', call: 'c1', agent: 'ana', outcome: 'no-answer', ...silence },
    { type: 'offer-made', offer: 'o2', call: 'c1', agent: 'ben', queue: 'support', why: { ...why, runnerUp: null } },
  );
  lab.row('calls', 'c1', { id: 'c1', phase: 'waiting', arrivedAt: 0, queue: 'support', partner: null });
});
afterAll(() => lab.stop());

const silence = { why: null, cause: 0, sip: 0, rangMs: 15_000 } as const;
const why: OfferWhy = {
  strategy: 'linear',
  key: [0, 0, 0, 0, 0],
  runnerUp: { agent: 'ben', key: [0, 0, 0, 0, 1] },
  idle: 2,
  fitting: 2,
  passedOver: { 'wrap-up': 1, 'not-ready': 30 },
  named: [{ agent: 'cleo', reason: 'wrap-up', leftMs: 12_000 }],
};
const more = { call: 'c9', notReady: 'lunch', misses: 0, phones: 1, suspectMs: null, station: anyPhone, barred: null };
const explanation: CallExplanation = {
  call: 'c1',
  at: 1_700_000_000_000,
  queue: 'support',
  strategy: 'linear',
  phase: 'waiting',
  enteredAt: 1_699_999_966_000,
  due: 0,
  priority: 5,
  needs: '',
  place: { is: 1, of: 3 },
  hindrance: { is: 'ringing', offers: 1 },
  counts: { offered: 1, 'not-ready': 30 },
  agents: [
    { agent: 'ben', is: 'offered', why: { reason: 'offered', forMs: 1_000 }, more, key: [] },
    { agent: 'dan', is: 'passed-over', why: { reason: 'not-ready', forMs: 720_000 }, more, key: [] },
  ],
};

async function run(...args: string[]): Promise<{ out: string; error: unknown }> {
  let out = '';
  const program = buildProgram({}, (text) => {
    out += stripVTControlCharacters(text);
  });
  const error = await program.parseAsync(['node', 'cordboard', '--home', lab.home, ...args]).then(
    () => null,
    (failure: unknown) => failure,
  );
  return { out, error };
}

describe('cordboard why', () => {
  test('given_a_call_that_waits_when_it_is_asked_why_then_offers_and_members_are_told_in_words', async () => {
    lab.engine.why = (ask) => {
      asked.push(ask);
      return { call: explanation, agent: null, towards: null };
    };
    const { out, error } = await run('why', 'c1', '--members', '2');
    expect(error).toBe(null);
    expect(asked).toEqual([{ about: 'call', call: 'c1', limit: 2 }]);
    const lines = out.split('\n').map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d\d\d/, 'TIME'));
    expect(lines).toEqual([
      'c1 from unknown, dialled undefined, waiting',
      'TIME  offered to ana (linear: place 1 in the team, before ben (place 2 in the team)): no-answer after 15.0 s of ringing',
      '  cleo  wrap-up, 12 s left',
      '  passed over in all: 1 wrap-up, 30 not-ready',
      'TIME  offered to ben (linear: place 1 in the team): out just now',
      '  cleo  wrap-up, 12 s left',
      '  passed over in all: 1 wrap-up, 30 not-ready',
      'TIME',
      'place 1 of 3 in support, waiting for 34 s',
      'a phone rings for it',
      '  ben  their phone rings for it',
      '  dan  not ready (lunch) for 12 min',
      '  and 29 more: 1 offered, 30 not-ready',
      '',
    ]);
  });

  test('given_json_when_it_is_asked_why_then_the_answer_is_that_of_the_interface', async () => {
    const { out } = await run('--json', 'why', 'c1');
    const { body } = await lab.ask('GET', '/v1/calls/c1/why');
    expect(JSON.parse(out)).toEqual({ ...(body as object), call: expect.objectContaining({ id: 'c1' }) });
    expect(body).toMatchObject({
      explanation,
      exact: true,
      untold: null,
      offers: [{ outcome: 'no-answer' }, { outcome: null }],
    });
  });

  test('given_no_such_call_or_a_time_that_is_none_when_it_is_asked_why_then_it_is_refused', async () => {
    expect((await run('why', 'c0')).error).toMatchObject({ code: 'unknown-call' });
    expect((await run('why', 'c1', '--at', '#7')).error).toMatchObject({
      message: expect.stringContaining('14:03:07'),
    });
    expect(await lab.ask('GET', '/v1/calls/c1/why?members=0')).toMatchObject({ status: 400 });
    const early = await lab.ask('GET', '/v1/calls/c1/why?at=1');
    expect(early).toMatchObject({
      status: 409,
      body: {
        error: { code: 'past-not-kept', message: expect.stringMatching(/^The journal is kept from \d{4}-.*Z on: /) },
      },
    });
    for (const path of ['/v1/calls/c1/why', '/v1/agents/ann/why-not'])
      expect(await lab.ask('GET', `${path}?at=${Date.now() + 3_600_000}`), path).toMatchObject({
        status: 400,
        body: {
          error: { field: 'at', message: expect.stringMatching(/^at: expected a time that has passed; got \d{4}-/) },
        },
      });
  });

  test('given_an_engine_that_is_silent_when_it_is_asked_why_then_it_says_so_within_its_time', async () => {
    lab.engine.why = () => 'silent';
    expect((await run('why', 'c1')).error).toMatchObject({ code: 'engine-silent' });
  });
});

describe('cordboard why-not', () => {
  test('given_an_agent_for_whom_nothing_waits_when_it_is_asked_then_that_is_the_answer', async () => {
    const queue = { queue: 'support', waiting: 0, first: null, idle: 5, place: 2 };
    const agent = { agent: 'ana', at: 1_700_000_000_000, why: null, more, queues: [queue] };
    lab.engine.why = () => ({ call: null, agent, towards: null });
    const { out } = await run('why-not', 'ana');
    expect(out).toBe('ana: available\nno call waits in support\n  support: number 2 of 5 in line for the next one\n');
  });

  test('given_a_call_when_it_is_asked_why_not_then_each_offer_and_now_are_told', async () => {
    const standing = {
      agent: 'ana',
      is: 'passed-over',
      why: { reason: 'skill', skill: 'es', has: 2, needs: 3 },
      more,
      key: [],
    } as const;
    const agent = { agent: 'ana', at: 1_700_000_000_000, why: null, more, queues: [] };
    lab.engine.why = () => ({
      call: null,
      agent,
      towards: { call: 'c1', queue: 'support', standing, hindrance: null },
    });
    const { out, error } = await run('why-not', 'ana', '--call', 'c1');
    expect(error).toBe(null);
    expect(out).toMatch(
      /offered to ana; ana: it was offered to them\n.*offered to ben; ana: not known\nc1: es 2 < 3\n/,
    );
    // The facts of this test were made by no step.
    expect(out).toContain('of the past no more can be told: The journal no longer has all of it.');
  });

  test('given_somebody_who_is_no_user_when_it_is_asked_why_not_then_it_is_refused', async () => {
    expect((await run('why-not', 'nobody')).error).toMatchObject({ code: 'unknown-user' });
  });

  describe('of somebody who was removed since', () => {
    const at = 1_700_000_000_000;
    const agent = { agent: 'gone', at, why: null, more, queues: [] };
    const nobody = { call: null, agent: null, towards: null };
    const standing = {
      agent: 'gone',
      is: 'passed-over',
      why: { reason: 'wrap-up', leftMs: 5_000 },
      more,
      key: [],
    } as const;
    const towards = { call: 'c1', queue: 'support', standing, hindrance: null };
    let usual: LabFront['past']['ask'];
    beforeAll(() => {
      usual = lab.past.ask;
    });
    afterEach(() => {
      lab.past.ask = usual;
    });
    /** What the past says: of each moment that is asked for the same. */
    const remembered = (answer: WhyAnswer): void => {
      lab.engine.why = () => nobody;
      lab.past.ask = async ({ at: time, facts }) => ({
        moments: [
          ...facts.map((fact) => ({ at, fact, exact: true, answer })),
          ...(time === null ? [] : [{ at, fact: null, exact: true, answer }]),
        ],
        failure: null,
      });
    };

    test('given_a_time_at_which_they_were_there_when_it_is_asked_why_not_then_it_is_answered', async () => {
      remembered({ ...nobody, agent });
      const { out, error } = await run('why-not', 'gone', '--at', '10m');
      expect(error).toBe(null);
      expect(out).toMatch(/^gone: available\n/);
      expect((await run('why-not', 'gone')).error).toMatchObject({ code: 'unknown-user' });
    });

    test('given_a_call_of_their_time_when_it_is_asked_why_not_then_its_offers_are_told_and_that_they_are_gone', async () => {
      remembered({ ...nobody, agent, towards });
      const { out, error } = await run('why-not', 'gone', '--call', 'c1');
      expect(error).toBe(null);
      expect(out).toMatch(/offered to ana; gone: wrap-up, 5 s left\n.*offered to ben; gone: .*\ngone is no agent/);
    });

    test('given_a_time_and_a_call_that_do_not_know_them_either_when_it_is_asked_why_not_then_it_is_refused', async () => {
      remembered(nobody);
      for (const options of [
        ['--at', '10m'],
        ['--call', 'c1'],
        ['--at', '10m', '--call', 'c1'],
      ])
        expect((await run('why-not', 'gone', ...options)).error).toMatchObject({
          code: 'unknown-user',
          message: expect.stringContaining('gone'),
        });
      expect((await run('why-not', 'ana', '--at', '10m')).error).toBe(null);
    });
  });
});
