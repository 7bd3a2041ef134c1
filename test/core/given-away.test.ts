import { describe, expect, it } from 'vitest';
import type { Event, SeenLeg } from '../../src/core/events.ts';
import type { Call } from '../../src/core/state.ts';
import { type Company, company } from './company.ts';
import { type Driver, drive, rowsOf } from './driver.ts';

// A caller was handed on to the dialplan, and the command was lost on its way: they stand in our application, where nobody has them.

const voicemail = { to: 'dialplan', context: 'voicemail', exten: '1', priority: 1 } as const;

/** A caller in a queue that gives them to the voicemail after 20 s. */
function given(): Company {
  const there = company({
    queues: [{ id: 'desk', extension: '8001', members: ['ann'], maxWaitMs: 20_000, overflow: voicemail }],
  });
  there.arrive('one', '8001');
  there.pass(20_000);
  expect(there.facts('call-ended').at(-1)).toMatchObject({ ending: 'released' });
  return there;
}

/** What a survey finds: the caller in our application, unless it is said otherwise. */
function survey({ world, now }: Driver, full: boolean, state: SeenLeg['state'] = 'up', askedAt = now): Event {
  const { meta } = world.state;
  meta.askedAt = askedAt;
  const arrival = state === 'away' ? null : { dialled: '8001', phone: null };
  return { type: 'surveyed', full, pbxStarted: 'p', askedAt, legs: [{ leg: 'one', state, arrival }], rooms: [] };
}

/** Where the caller was sent by these commands, each with what was said of their lease just before. */
function releases(driver: Driver, since: number): unknown[] {
  const commands = driver.commands.slice(since);
  return commands.flatMap((command, place) => {
    const before = commands[place - 1];
    const unleased = before?.do === 'lease' && before.leaseMs === 0;
    return command.do === 'release' ? [{ to: command.to, unleased }] : [];
  });
}

function repairs({ facts }: Company): string[] {
  return facts('repaired').map(({ what, entity }) => `${what} ${entity}`);
}

describe('a caller whom we gave away and who never left', () => {
  it('given_a_continue_that_was_lost_when_two_surveys_see_the_caller_then_they_are_given_to_the_same_place_again', () => {
    const there = given();
    const { driver } = there;
    const before = driver.commands.length;
    driver.pass(6_000);
    driver.step(survey(driver, false));
    expect(releases(driver, before)).toEqual([]);
    driver.pass(10_000);
    driver.step(survey(driver, false));
    expect(releases(driver, before)).toEqual([{ to: voicemail, unleased: true }]);
    expect(repairs(there)).toEqual(['leg-stays one']);
    const quiet = driver.commands.slice(before).flatMap((one) => (one.do === 'hear' ? [one.was] : []));
    expect(quiet).toEqual(['music', 'ringing']);
    driver.step({ type: 'leg-left', leg: 'one' });
    expect(driver.world.state.calls.size + driver.world.state.legs.size).toBe(0);
  });

  it('given_a_caller_who_has_had_no_time_to_leave_when_surveys_see_them_then_nothing_is_done', () => {
    const there = given();
    const { driver } = there;
    const before = driver.commands.length;
    for (let count = 0; count < 3; count += 1) {
      driver.pass(1_000);
      driver.step(survey(driver, false));
    }
    expect(releases(driver, before)).toEqual([]);
    expect(repairs(there)).toEqual([]);
  });

  it('given_a_gap_when_the_full_survey_finds_the_caller_here_then_they_are_given_on_at_once_and_by_a_daemon_that_was_loaded_too', () => {
    const { driver } = given();
    const loaded = drive(rowsOf(driver.world));
    loaded.now = driver.now;
    for (const one of [driver, loaded]) {
      one.now += 1_000;
      one.step({ type: 'pbx-lost' });
      one.step({ type: 'pbx-connected' });
      const before = one.commands.length;
      one.step(survey(one, true));
      expect(releases(one, before)).toEqual([{ to: voicemail, unleased: true }]);
    }
  });

  it('given_a_caller_who_was_given_away_after_the_question_when_the_answer_still_has_them_then_nothing_is_done', () => {
    const { driver } = given();
    const before = driver.commands.length;
    driver.step({ type: 'pbx-lost' });
    driver.step({ type: 'pbx-connected' });
    driver.step(survey(driver, true, 'up', driver.now - 1_000));
    expect(releases(driver, before)).toEqual([]);
  });

  it('given_a_row_of_before_the_place_was_kept_when_the_caller_never_left_then_the_fallback_has_them', () => {
    const rows = rowsOf(given().driver.world);
    const calls = rows.calls.map(({ givenTo: _, ...call }) => call as Call);
    const driver = drive({ ...rows, calls });
    driver.now += 60_000;
    driver.step({ type: 'pbx-lost' });
    driver.step({ type: 'pbx-connected' });
    const before = driver.commands.length;
    driver.step(survey(driver, true));
    const fallback = { to: 'dialplan', context: 'cordboard-fallback', exten: '8001', priority: 1 };
    expect(releases(driver, before)).toEqual([{ to: fallback, unleased: false }]);
  });

  it('given_a_caller_who_left_unheard_when_a_survey_sees_them_in_the_dialplan_then_they_are_not_asked_to_go_anywhere', () => {
    const { driver } = given();
    const before = driver.commands.length;
    driver.step({ type: 'pbx-lost' });
    driver.step({ type: 'pbx-connected' });
    driver.now += 1_000;
    driver.step(survey(driver, true, 'away'));
    expect(releases(driver, before)).toEqual([]);
    expect(driver.world.state.calls.size).toBe(0);
  });
});

describe('a caller who is turned away', () => {
  it('given_draining_when_the_continue_of_a_caller_is_lost_then_they_are_given_to_the_fallback_again', () => {
    const there = company({ queues: [{ id: 'desk', extension: '8001', members: ['ann'] }] });
    const { driver } = there;
    driver.step({ type: 'intent', intent: 'i', ask: { do: 'drain' } });
    there.arrive('one', '8001');
    const before = driver.commands.length;
    for (let count = 0; count < 2; count += 1) {
      driver.pass(10_000);
      driver.step(survey(driver, false));
    }
    const fallback = { to: 'dialplan', context: 'cordboard-fallback', exten: '8001', priority: 1 };
    expect(releases(driver, before)).toEqual([{ to: fallback, unleased: false }]);
    expect(repairs(there)).toEqual(['leg-stays one']);
  });
});
