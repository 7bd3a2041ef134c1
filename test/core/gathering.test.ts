import { expect, test } from 'vitest';
import type { Command } from '../../src/core/commands.ts';
import type { Event } from '../../src/core/events.ts';
import { load } from '../../src/core/world.ts';
import { createEngine } from '../../src/engine.ts';
import { createReader } from '../../src/numbering/arrivals.ts';
import { createNumbering } from '../../src/numbering/numbering.ts';
import type { Batch } from '../../src/storage/live/store.ts';
import { company } from './company.ts';
import { rowsOf } from './driver.ts';

/** An engine whose clock is turned by hand, for a queue with one idle agent; `written` has its commits, `sent` its commands. */
function engineAtWork() {
  let isFull = false;
  const resumed: [number, number][] = [];
  const { driver, ready } = company({ queues: [{ id: 'q', extension: '8001', members: [{ user: 'ann' }] }] });
  ready('ann');
  const written: Batch[] = [];
  const sent: Command[] = [];
  const timers: { at: number; run: () => void }[] = [];
  let now = driver.now;
  const later = (ms: number, run: () => void) => {
    const timer = { at: now + ms, run };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), 1);
  };
  const world = load(rowsOf(driver.world));
  const engine = createEngine(
    world,
    {
      commit(batch) {
        if (isFull) throw Object.assign(new Error('no room'), { code: 'SQLITE_FULL' });
        written.push(batch);
        return 'written';
      },
    },
    {
      now: () => now,
      soon: (run) => void later(0, run),
      after: later,
      send: (command) => void sent.push(command),
      read: createReader(createNumbering({ country: 'FR', outsidePrefix: '', areaPrefix: '' }), world),
      publish: () => undefined,
      onHeld: () => undefined,
      onResumed: (heldMs, leftOut) => void resumed.push([heldMs, leftOut]),
      onReplaced: () => undefined,
      onBug: (error) => {
        throw error;
      },
    },
  );
  return {
    engine,
    written,
    sent,
    resumed,
    fill(is: boolean): void {
      isFull = is;
    },
    /** The turn after this one, with what is due by then. */
    pass(ms: number): void {
      now += ms;
      let turns = 0;
      for (let due = next(); due !== undefined; due = next()) {
        turns += 1;
        if (turns > 100) throw new Error('the engine wakes again and again at the same moment');
        timers.splice(timers.indexOf(due), 1);
        due.run();
      }
    },
  };
  function next() {
    return timers.find(({ at }) => at <= now);
  }
}

const arrival = (leg: string): Event => ({ type: 'caller-arrived', leg, dialled: '8001', phone: null });
const asked = (batch: Batch): string[] => batch.steps.map(({ event }) => event.type);

test('given_a_caller_for_a_free_agent_when_they_arrive_then_it_is_written_and_the_phone_is_rung_at_once', () => {
  const it = engineAtWork();
  it.engine.post(arrival('caller.1'));
  it.pass(0);
  expect(it.written.map(asked)).toEqual([['caller-arrived']]);
  expect(it.sent.map((command) => command.do)).toContain('create-leg');
  expect(it.engine.isGathering()).toBe(false);
});

test('given_steps_that_nobody_waits_for_when_more_come_within_five_milliseconds_then_all_are_written_in_one_commit', () => {
  const it = engineAtWork();
  it.engine.post(arrival('caller.1'));
  it.pass(0);
  it.engine.post(arrival('caller.2'));
  it.pass(0);
  it.pass(3);
  it.engine.post(arrival('caller.3'));
  it.pass(0);
  expect(it.written).toHaveLength(1);
  expect(it.sent.filter((command) => command.do === 'answer')).toHaveLength(1);
  expect(it.engine.isGathering()).toBe(true);
  it.pass(2);
  expect(it.written.map(asked)).toEqual([['caller-arrived'], ['caller-arrived', 'caller-arrived']]);
  expect(it.sent.filter((command) => command.do === 'answer')).toHaveLength(3);
});

test('given_steps_that_wait_to_be_written_when_somebody_waits_for_the_next_one_then_they_are_written_before_it_is_sent', () => {
  const it = engineAtWork();
  it.engine.post(arrival('caller.1'));
  it.pass(0);
  it.engine.post(arrival('caller.2'));
  it.pass(0);
  const leg = it.sent.flatMap((command) => (command.do === 'create-leg' ? [command.leg] : []))[0] ?? '';
  it.engine.post({ type: 'leg-created', leg, dialled: true });
  it.engine.post({ type: 'leg-answered', leg });
  it.pass(0);
  expect(it.written.map(asked)).toEqual([['caller-arrived'], ['caller-arrived', 'leg-created', 'leg-answered']]);
  expect(it.sent.map((command) => command.do)).toContain('join');
});

test('given_a_number_that_is_added_in_the_very_turn_in_which_a_call_for_it_comes_then_it_leads_where_it_was_said', () => {
  const it = engineAtWork();
  const to = { to: 'queue', queue: 'q' } as const;
  const route = {
    id: 'main',
    number: '+33170000000',
    trunk: null,
    caller: null,
    to,
    answer: 'on-entry',
    early: 'music',
  } as const;
  it.engine.post({ type: 'outside', trunks: [], routes: [route], payers: [] });
  const call = { type: 'caller-arrived', leg: 'caller.1', dialled: '0170000000', phone: null, trunk: 'red' } as const;
  it.engine.post(call, { number: '0144556677', name: '', withheld: false });
  it.pass(0);
  const [batch] = it.written;
  expect(batch?.steps.at(-1)?.facts[0]).toMatchObject({ type: 'call-arrived', route: 'main' });
  expect(batch?.callers).toMatchObject([{ number: expect.stringContaining('144556677') }]);
});

test('given_steps_that_wait_to_be_written_when_the_engine_stops_then_they_are_written', () => {
  const it = engineAtWork();
  it.engine.post(arrival('caller.1'));
  it.pass(0);
  it.engine.post(arrival('caller.2'));
  it.pass(0);
  it.engine.stop();
  expect(it.written.map(asked)).toEqual([['caller-arrived'], ['caller-arrived']]);
});

test('given_more_in_the_inbox_than_one_batch_takes_when_the_engine_stops_then_all_of_it_is_stepped_written_and_sent', () => {
  const it = engineAtWork();
  const callers = Array.from({ length: 1_000 }, (_, place) => `caller.${place}`);
  for (const leg of callers) it.engine.post(arrival(leg));
  it.engine.post({ type: 'intent', intent: 'last', ask: { do: 'hang-up', call: 'none' } });
  it.engine.stop();
  const stepped = it.written.flatMap(({ steps }) => steps).flatMap(({ event }) => ('leg' in event ? [event.leg] : []));
  expect(stepped).toEqual(callers);
  expect(it.sent.at(-1)).toMatchObject({ do: 'reply', intent: 'last' });
});

test('given_a_database_that_takes_nothing_for_hours_when_the_calls_go_on_then_so_many_events_are_kept_and_what_no_survey_finds_is_among_them', () => {
  const it = engineAtWork();
  it.fill(true);
  it.engine.post(arrival('caller.1'));
  it.pass(0);
  it.pass(3_000);
  const many = 20_000;
  for (let call = 0; call < many + 7; call += 1)
    it.engine.post({ type: 'leg-rang', leg: `leg.${call}`, evidence: 'ringing' });
  it.engine.post({ type: 'intent', intent: 'i1', ask: { do: 'not-ready', user: 'ann', reason: null } });
  it.pass(1_000);
  expect(it.written, 'nothing can be written').toEqual([]);
  it.fill(false);
  it.pass(100);
  expect(it.resumed).toEqual([[4_100, 7]]);
  expect(it.sent.some((command) => command.do === 'reply' && command.intent === 'i1')).toBe(true);
});

/** Ann's phone rings for the caller, and nothing can be written: a held batch of no weight. */
function ringsAndIsHeld() {
  const it = engineAtWork();
  it.engine.post(arrival('caller.1'));
  it.pass(0);
  const leg = it.sent.flatMap((command) => (command.do === 'create-leg' ? [command.leg] : []))[0] ?? '';
  it.engine.post({ type: 'leg-created', leg, dialled: true });
  it.engine.post({ type: 'leg-rang', leg, evidence: 'ringing' });
  it.pass(0);
  it.pass(1_000);
  it.fill(true);
  it.engine.post({ type: 'intent', intent: 'i', ask: { do: 'drain' } });
  it.engine.post({ type: 'intent', intent: 'j', ask: { do: 'undrain' } });
  it.pass(0);
  return { it, leg };
}

test('given_a_hold_of_half_a_minute_when_a_phone_was_cut_short_in_it_then_it_rang_until_then_and_that_is_no_miss', () => {
  const { it, leg } = ringsAndIsHeld();
  it.pass(4_000);
  it.engine.post({ type: 'leg-gone', leg, cause: 0, sip: 0 });
  it.pass(30_000);
  it.fill(false);
  it.pass(100);
  it.pass(10);
  const facts = it.written.flatMap(({ steps }) => steps).flatMap((step) => step.facts);
  expect(facts.find(({ type }) => type === 'offer-ended')).toMatchObject({ rangMs: 5_000 });
  expect(facts.filter(({ type }) => type === 'agent-missed' || type === 'agent-held')).toEqual([]);
});

test('given_a_hold_with_thousands_of_events_when_the_answer_is_the_last_of_them_then_it_is_no_deadline_that_decides', () => {
  const { it, leg } = ringsAndIsHeld();
  for (let other = 0; other < 5_000; other += 1)
    it.engine.post({ type: 'leg-gone', leg: `other.${other}`, cause: 16, sip: 0 });
  it.engine.post({ type: 'leg-answered', leg });
  it.pass(20_000);
  it.fill(false);
  it.pass(100);
  for (let turns = 0; turns < 30; turns += 1) it.pass(0);
  const done = it.sent.filter((command) => command.do === 'hang-up' || command.do === 'join');
  expect(done.map((command) => command.do)).toEqual(['join']);
});

test('given_a_hold_that_is_too_short_for_a_survey_when_much_happens_then_nothing_is_left_out', () => {
  const it = engineAtWork();
  it.fill(true);
  it.engine.post(arrival('caller.1'));
  it.pass(0);
  for (let call = 0; call < 20_001; call += 1)
    it.engine.post({ type: 'leg-rang', leg: `leg.${call}`, evidence: 'ringing' });
  it.engine.post(arrival('caller.2'));
  it.fill(false);
  it.pass(100);
  expect(it.resumed).toEqual([]);
  expect(it.engine.world.state.calls.size).toBe(2);
});
