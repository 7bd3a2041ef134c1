import { describe, expect, it } from 'vitest';
import type { AgentIntent } from '../../src/core/events.ts';
import type { Outcome } from '../../src/core/facts.ts';
import { backOffsUnder, defaultBackOffs, type QueueGiven, type QueueSettings } from '../../src/core/queue-settings.ts';
import { ledgerAt } from '../../src/core/routing/ledger.ts';
import { policies } from '../../src/core/routing/policy.ts';
import type { Agent } from '../../src/core/state.ts';
import { defaultLimits } from '../../src/core/world.ts';
import { abroad, type Driver, drive, group, rowsOf, running, user } from './driver.ts';
import { giveReasons, lastLeg, situations } from './situations.ts';

// What docs/internals/agents.md says in words: the idle rank, the ledger, versions, sessions, reasons and mass misses.

type Ask = AgentIntent extends infer One ? (One extends AgentIntent ? Omit<One, 'user'> : never) : never;

/** Asks for an agent; the code of the refusal, or null. */
function ask(driver: Driver, user: string, what: Ask): string | null {
  const replies = driver.step({ type: 'intent', intent: 'i', ask: { user, ...what } as AgentIntent });
  const reply = replies.find((command) => command.do === 'reply');
  return reply?.do === 'reply' ? (reply.error?.code ?? null) : 'no reply';
}

function agent(driver: Driver, id = 'ann'): Agent {
  const row = driver.world.state.agents.get(id);
  if (row === undefined) throw new Error(`no agent ${id}`);
  return row;
}

let callers = 0;

/** A caller comes to the line, and ann's phone rings. */
function ringAnn(driver: Driver): string {
  callers += 1;
  driver.step({ type: 'caller-arrived', leg: `caller-${callers}`, dialled: '8001', phone: null });
  const leg = lastLeg(driver);
  driver.step({ type: 'leg-created', leg });
  driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
  return leg;
}

/** A caller comes to the line, and ann's phone says busy before it rang. */
function refuseUnrung(driver: Driver): void {
  callers += 1;
  driver.step({ type: 'caller-arrived', leg: `caller-${callers}`, dialled: '8001', phone: null });
  const leg = lastLeg(driver);
  driver.step({ type: 'leg-created', leg });
  driver.step({ type: 'leg-gone', leg, cause: 17, sip: 486 });
}

function abandon(driver: Driver): void {
  driver.step({ type: 'leg-gone', leg: `caller-${callers}`, cause: 16, sip: 0 });
}

/** ann answers at once, and they talk for so long. */
function talk(driver: Driver, talkMs: number): void {
  const leg = ringAnn(driver);
  driver.step({ type: 'leg-answered', leg });
  const call = driver.world.state.legs.get(leg)?.call ?? '';
  driver.step({ type: 'joined', call, legs: [`caller-${callers}`, leg] });
  driver.pass(talkMs);
  driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
  abandon(driver);
}

/** Ends ann's ringing leg in the way that gives this outcome. */
const ends: Partial<Record<Outcome, (driver: Driver, leg: string) => void>> = {
  'no-answer': (driver, leg) => {
    driver.pass(10_000);
    driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
  },
  declined: (driver, leg) => void driver.step({ type: 'leg-gone', leg, cause: 21, sip: 603 }),
  forwarded: (driver, leg) => void driver.step({ type: 'leg-gone', leg, cause: 23, sip: 302 }),
  failed: (driver, leg) => void driver.step({ type: 'leg-gone', leg, cause: 38, sip: 500 }),
  unreachable: (driver, leg) => void driver.step({ type: 'leg-gone', leg, cause: 1, sip: 404 }),
  'short-ring': (driver, leg) => void driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 }),
  rescinded: (driver, leg) => {
    abandon(driver);
    driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
  },
  lost: (driver, leg) => void driver.step({ type: 'leg-seen', leg, found: null }),
};

/** The leg that was asked for last answers, and talks with this caller; its id. */
function talkWith(driver: Driver, caller: string): string {
  const leg = lastLeg(driver);
  driver.step({ type: 'leg-created', leg });
  driver.step({ type: 'leg-answered', leg });
  const call = driver.world.state.legs.get(leg)?.call ?? '';
  driver.step({ type: 'joined', call, legs: [caller, leg] });
  return leg;
}

describe('the idle rank', () => {
  it.each(Object.entries(ends))(
    'given_an_offer_that_ends_%s_when_the_policy_says_given_then_the_rank_begins_anew_and_else_it_stays',
    (outcome, end) => {
      const driver = running(['ann']);
      const before = agent(driver).idleSince;
      driver.now += 5_000;
      end(driver, ringAnn(driver));
      const said = driver.facts.findLast((fact) => fact.type === 'offer-ended');
      expect(said).toMatchObject({ outcome });
      const { given } = policies[outcome as Outcome];
      // A hold or a dead phone stops the clock, which is seen once it goes on: here only whether it began anew counts.
      expect(agent(driver).idleSince).toBe(given ? driver.now : before);
    },
  );

  it('given_a_talk_with_a_wrap_up_then_the_rank_begins_at_the_end_of_the_wrap_up', () => {
    const driver = running(['ann']);
    talk(driver, 1_000);
    expect(agent(driver).work.is).toBe('wrap-up');
    driver.pass(8_000);
    expect(agent(driver).work.is).toBe('idle');
    expect(agent(driver).idleSince).toBe(driver.now);
  });

  it('given_a_pause_then_it_does_not_count_and_no_place_is_lost_by_it', () => {
    const driver = running(['ann', 'ben']);
    const before = agent(driver).idleSince;
    driver.now += 10_000;
    ask(driver, 'ann', { do: 'not-ready', reason: null });
    driver.now += 60_000;
    ask(driver, 'ann', { do: 'ready' });
    expect(agent(driver).idleSince).toBe(before + 60_000);
    // Ready again and again wins nothing.
    ask(driver, 'ann', { do: 'ready' });
    expect(agent(driver).idleSince).toBe(before + 60_000);
  });

  it('given_a_dead_phone_then_the_time_without_it_does_not_count', () => {
    const driver = running(['ann']);
    const before = agent(driver).idleSince;
    driver.step({ type: 'phone-reachable', phone: '1001', reachable: false });
    driver.now += 30_000;
    driver.step({ type: 'phone-reachable', phone: '1001', reachable: true });
    expect(agent(driver).idleSince).toBe(before + 30_000);
  });

  it('given_a_talk_outside_that_they_began_themselves_when_it_ends_then_they_were_not_idle', () => {
    const driver = running(['ann', 'ben']);
    const before = agent(driver, 'ben').idleSince;
    driver.now += 1_000;
    driver.step({ type: 'caller-arrived', leg: 'own', dialled: '00493012345', phone: '1001', outside: abroad });
    const leg = talkWith(driver, 'own');
    driver.pass(50_000);
    driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
    driver.step({ type: 'leg-gone', leg: 'own', cause: 16, sip: 0 });
    expect(agent(driver)).toMatchObject({ idleSince: driver.now, ledger: { direct: 1, directMs: 50_000 } });
    expect(agent(driver, 'ben').idleSince).toBe(before);
  });

  it('given_a_number_that_nobody_answered_when_they_give_up_then_the_rank_stays', () => {
    const driver = running(['ann']);
    const before = agent(driver).idleSince;
    driver.now += 1_000;
    driver.step({ type: 'caller-arrived', leg: 'own', dialled: '00493012345', phone: '1001', outside: abroad });
    driver.step({ type: 'leg-created', leg: lastLeg(driver) });
    driver.step({ type: 'leg-gone', leg: 'own', cause: 16, sip: 0 });
    expect(agent(driver)).toMatchObject({ idleSince: before, ledger: { direct: 0 } });
  });

  it('given_an_agent_who_called_a_queue_of_the_house_when_the_talk_ends_then_both_begin_anew', () => {
    const driver = running(['ann', 'dan']);
    driver.now += 1_000;
    driver.step({ type: 'caller-arrived', leg: 'own', dialled: '8003', phone: '1001' });
    talkWith(driver, 'own');
    driver.pass(4_000);
    driver.step({ type: 'leg-gone', leg: 'own', cause: 16, sip: 0 });
    expect(agent(driver)).toMatchObject({ idleSince: driver.now, ledger: { direct: 1, directMs: 4_000, answered: 0 } });
    expect(agent(driver, 'dan')).toMatchObject({ idleSince: driver.now, ledger: { direct: 0, answered: 1 } });
  });

  it('given_a_direct_call_that_was_a_talk_then_both_begin_anew', () => {
    const driver = running(['ann', 'cleo']);
    driver.step({ type: 'caller-arrived', leg: 'c1', dialled: '1001', phone: '1003' });
    const leg = talkWith(driver, 'c1');
    driver.pass(4_000);
    driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
    driver.step({ type: 'leg-gone', leg: 'c1', cause: 16, sip: 0 });
    for (const id of ['ann', 'cleo']) {
      expect(agent(driver, id).idleSince, id).toBe(driver.now);
      expect(agent(driver, id).ledger, id).toMatchObject({ direct: 1, directMs: 4_000 });
    }
  });
});

describe('the ledger', () => {
  it('given_a_morning_then_every_millisecond_is_booked_to_one_thing_and_each_offer_is_counted', () => {
    const driver = running(['ann']);
    const began = driver.now;
    driver.now += 1_000;
    talk(driver, 3_000);
    driver.pass(8_000);
    ask(driver, 'ann', { do: 'not-ready', reason: null });
    driver.now += 2_000;
    ask(driver, 'ann', { do: 'ready' });
    ends['no-answer']?.(driver, ringAnn(driver));
    driver.pass(20_000);
    // The call is offered again as the rest ends.
    const again = lastLeg(driver);
    driver.step({ type: 'leg-created', leg: again });
    driver.step({ type: 'leg-rang', leg: again, evidence: 'ringing' });
    driver.now += 500;
    driver.step({ type: 'leg-gone', leg: again, cause: 21, sip: 603 });
    abandon(driver);
    driver.now += 1_500;
    const { ms, ...counts } = ledgerAt(agent(driver), driver.now, '2026-11-22');
    expect(counts).toMatchObject({ offers: 3, answered: 1, missed: 1, declined: 1, direct: 0 });
    expect(ms).toEqual({
      idle: 1_000,
      ringing: 10_500,
      talking: 3_000,
      'wrap-up': 8_000,
      'backing-off': 1_500,
      elsewhere: 0,
      'not-ready': 2_000,
      held: 20_000,
      unreachable: 0,
    });
    expect(Object.values(ms).reduce((sum, one) => sum + one, 0)).toBe(driver.now - began);
  });

  it('given_a_new_day_then_the_page_is_a_new_one', () => {
    const driver = running(['ann']);
    talk(driver, 3_000);
    driver.step({ type: 'calendar', day: '2026-11-23' });
    driver.now += 700;
    const page = ledgerAt(agent(driver), driver.now, '2026-11-23');
    expect(page).toMatchObject({ answered: 0, ms: { talking: 0, 'wrap-up': 700 } });
    expect(ledgerAt(agent(driver), driver.now, '2026-11-24').ms['wrap-up']).toBe(0);
  });

  it('given_a_row_of_a_version_without_a_ledger_then_it_loads_and_todays_answers_are_kept', () => {
    const driver = running(['ann']);
    const rows = rowsOf(driver.world);
    const old = rows.agents.map(({ ledger, version, failed, awaySince, sharedMisses, session, ...row }) => ({
      ...row,
      given: { day: '2026-11-22', count: 4 },
      answeredToday: 3,
      ready: { is: row.ready.is, reason: null, since: 0 },
      work: { is: 'idle', since: 0, until: null, call: null },
    }));
    const loaded = drive({ ...rows, agents: old as unknown as Agent[] });
    loaded.now = driver.now;
    expect(agent(loaded)).toMatchObject({ version: 0, session: null, awaySince: null, ledger: { answered: 3 } });
    talk(loaded, 1_000);
    expect(agent(loaded).ledger.answered).toBe(4);
  });
});

describe('what people choose', () => {
  it('given_an_ask_that_saw_an_older_version_then_it_is_refused_and_nothing_is_done', () => {
    const driver = running(['ann']);
    const { version } = agent(driver);
    expect(ask(driver, 'ann', { do: 'not-ready', reason: null, seen: version })).toBe(null);
    expect(ask(driver, 'ann', { do: 'ready', seen: version })).toBe('stale');
    expect(agent(driver).ready.is).toBe(false);
    expect(ask(driver, 'ann', { do: 'ready', seen: version + 1 })).toBe(null);
  });

  it('given_what_the_system_does_then_the_version_stays_so_that_a_click_that_crosses_it_counts', () => {
    const driver = running(['ann']);
    const { version } = agent(driver);
    talk(driver, 1_000);
    driver.pass(8_000);
    ends['no-answer']?.(driver, ringAnn(driver));
    expect(agent(driver).hold).not.toBe(null);
    expect(ask(driver, 'ann', { do: 'not-ready', reason: null, seen: version })).toBe(null);
  });

  it('given_a_choice_that_changes_nothing_then_what_others_have_seen_is_not_stale', () => {
    const driver = running(['ann']);
    const { version } = agent(driver);
    ask(driver, 'ann', { do: 'ready' });
    expect(agent(driver).version).toBe(version);
  });

  it('given_a_session_that_was_taken_over_when_it_asks_then_it_is_refused_and_a_supervisor_is_not', () => {
    const driver = running([]);
    ask(driver, 'ann', { do: 'sign-in', session: 'desk', ready: true });
    ask(driver, 'ann', { do: 'sign-in', session: 'laptop', ready: true });
    expect(driver.facts.at(-1)).toMatchObject({ type: 'agent-taken-over', from: 'desk', session: 'laptop' });
    expect(ask(driver, 'ann', { do: 'sign-out', session: 'desk' })).toBe('taken-over');
    expect(agent(driver).signedIn).toBe(true);
    expect(ask(driver, 'ann', { do: 'not-ready', reason: null })).toBe(null);
    expect(ask(driver, 'ann', { do: 'sign-out', session: 'laptop' })).toBe(null);
  });

  it('given_a_takeover_that_is_not_ready_while_it_rings_then_the_offer_is_withdrawn', () => {
    const driver = running(['ann']);
    ringAnn(driver);
    ask(driver, 'ann', { do: 'sign-in', session: 'laptop', ready: false });
    expect(agent(driver).work.is).toBe('releasing');
  });

  it('given_an_extension_longer_than_the_limit_or_no_wrap_up_then_it_is_refused', () => {
    const driver = running(['ann']);
    expect(ask(driver, 'ann', { do: 'extend-wrap-up', byMs: null })).toBe('not-in-wrap-up');
    talk(driver, 1_000);
    expect(ask(driver, 'ann', { do: 'extend-wrap-up', byMs: defaultLimits.wrapUpExtensionMs + 1 })).toBe('invalid');
    const until = agent(driver).work.until ?? 0;
    expect(ask(driver, 'ann', { do: 'extend-wrap-up', byMs: null })).toBe(null);
    expect(agent(driver).work.until).toBe(until + defaultLimits.wrapUpExtensionMs);
    expect(ask(driver, 'ann', { do: 'extend-wrap-up', byMs: 1 })).toBe('extended-already');
    // The next one can be extended again.
    ask(driver, 'ann', { do: 'end-wrap-up' });
    talk(driver, 1_000);
    expect(ask(driver, 'ann', { do: 'extend-wrap-up', byMs: 1 })).toBe(null);
  });

  it('given_a_list_of_reasons_then_another_one_is_refused_and_without_a_list_anything_goes', () => {
    const driver = running(['ann']);
    expect(ask(driver, 'ann', { do: 'not-ready', reason: 'golf' })).toBe(null);
    giveReasons(driver);
    expect(ask(driver, 'ann', { do: 'not-ready', reason: 'golf' })).toBe('unknown-reason');
    expect(ask(driver, 'ann', { do: 'not-ready', reason: 'lunch' })).toBe(null);
    expect(ask(driver, 'ann', { do: 'not-ready', reason: null })).toBe(null);
  });

  it('given_the_limit_of_a_reason_then_it_is_told_once_and_the_alarm_goes_with_the_next_choice', () => {
    const driver = situations['an agent is not ready for longer than the reason allows']?.() ?? running();
    driver.pass(600_000);
    expect(driver.facts.filter((fact) => fact.type === 'agent-overdue')).toHaveLength(1);
    expect([...driver.world.state.alarms.keys()]).toEqual(['agent-overdue/ann']);
    expect(agent(driver).ready).toMatchObject({ is: false, overdue: true });
    ask(driver, 'ann', { do: 'ready' });
    expect([...driver.world.state.alarms.keys()]).toEqual([]);
  });

  it('given_a_reason_that_is_taken_from_the_list_then_who_is_not_ready_for_it_stays_so', () => {
    const driver = running(['ann']);
    giveReasons(driver);
    ask(driver, 'ann', { do: 'not-ready', reason: 'lunch' });
    const none = { users: [], queues: [], removedUsers: [], removedQueues: [] };
    driver.step({ type: 'settings', revision: 3, ...none, reasons: [] });
    expect(driver.world.state.reasons.size).toBe(0);
    expect(agent(driver).ready.reason).toBe('lunch');
  });
});

it('given_a_user_who_is_removed_in_a_talk_and_comes_back_then_they_are_in_it_and_are_offered_nothing_before_its_end', () => {
  const driver = situations['two talk']?.() ?? running();
  const none = { users: [], queues: [], removedUsers: [], removedQueues: [] };
  const ann = user('ann', '1001');
  driver.step({ type: 'settings', revision: 2, ...none, removedUsers: ['ann'] });
  driver.step({ type: 'settings', revision: 3, ...none, users: [ann] });
  expect(agent(driver).work.is).toBe('talking');
  driver.step({ type: 'leg-gone', leg: lastLeg(driver), cause: 16, sip: 0 });
  expect(agent(driver).work.is).toBe('wrap-up');
});

describe('the ladder and the network', () => {
  /** A linear group of six, of whom so many are at work; each lets one call ring out at the same time. */
  function ringOut(
    working: number,
    missing: number,
    limits = {},
    other: Partial<QueueGiven> = {},
    numbers = ['8001'],
  ): Driver {
    const driver = drive();
    const members = ['a', 'b', 'c', 'd', 'e', 'f'];
    const users = members.map((id, place) => user(id, `100${place}`));
    const queues = numbers.map((number, place) =>
      group(place === 0 ? 'team' : `team${number}`, number, members, { maxRinging: 1, ...other }),
    );
    driver.step({ type: 'started', epoch: 'e', limits: { ...defaultLimits, ...limits } });
    driver.step({ type: 'settings', revision: 1, users, queues, removedUsers: [], removedQueues: [] });
    driver.step({ type: 'pbx-connected' });
    driver.step({ type: 'surveyed', full: true, pbxStarted: 'p', legs: [], rooms: [] });
    driver.step({ type: 'phones-surveyed', reachable: users.flatMap(({ phones }) => phones) });
    for (const id of members.slice(0, working)) ask(driver, id, { do: 'sign-in', ready: true });
    for (let place = 0; place < missing; place += 1)
      driver.step({
        type: 'caller-arrived',
        leg: `k${place}`,
        dialled: numbers[place % numbers.length] ?? '',
        phone: null,
      });
    const legs = driver.legs();
    for (const leg of legs) driver.step({ type: 'leg-created', leg });
    for (const leg of legs) driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
    driver.pass(10_000);
    for (const leg of legs) driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
    return driver;
  }
  const held = ({ world }: Driver) => [...world.state.agents.values()].filter((one) => one.hold !== null).length;
  const alarms = ({ world }: Driver) => [...world.state.alarms.keys()];

  it.each([
    { working: 5, missing: 3, isMass: true },
    { working: 6, missing: 3, isMass: false },
    { working: 2, missing: 2, isMass: false },
    { working: 3, missing: 3, isMass: true },
  ])(
    'given_$missing_of_$working_at_work_who_miss_within_seconds_then_it_is_the_network_$isMass',
    ({ working, missing, isMass }) => {
      const driver = ringOut(working, missing);
      expect(alarms(driver)).toEqual(isMass ? ['mass-miss/team'] : []);
      expect(held(driver)).toBe(isMass ? 0 : missing);
      if (!isMass) return;
      for (const one of driver.world.state.agents.values()) expect(one.misses).toEqual([]);
      for (const id of ['k0', 'k1', 'k2']) driver.step({ type: 'leg-gone', leg: id, cause: 16, sip: 0 });
      // Quiet for a minute: the alarm is over, and the next miss counts.
      driver.pass(60_000);
      expect(alarms(driver)).toEqual([]);
    },
  );

  it('given_most_of_two_queues_who_miss_for_one_or_the_other_then_it_is_the_network_for_all_of_them', () => {
    const driver = ringOut(5, 4, {}, {}, ['8001', '8002']);
    expect(alarms(driver)).toEqual(['mass-miss/team', 'mass-miss/team8002']);
    expect(held(driver)).toBe(0);
  });

  it('given_the_guard_is_off_then_everybody_climbs', () => {
    expect(held(ringOut(3, 3, { massMissMs: 0 }))).toBe(3);
  });

  it('given_a_phone_that_failed_when_its_agent_answers_a_direct_call_then_that_is_forgotten_in_the_row_too', () => {
    const driver = running(['ann']);
    ends.unreachable?.(driver, ringAnn(driver));
    expect(agent(driver)).toMatchObject({ failed: { queue: 'line' }, misses: [] });
    abandon(driver);
    driver.step({ type: 'phone-reachable', phone: '1001', reachable: true });
    driver.step({ type: 'caller-arrived', leg: 'colleague', dialled: '1001', phone: '1003' });
    const leg = lastLeg(driver);
    driver.step({ type: 'leg-created', leg });
    // What changed and is not marked as changed trips the driver here.
    driver.step({ type: 'leg-answered', leg });
    expect(agent(driver).failed).toBe(null);
  });

  it('given_a_queue_that_is_removed_under_its_alarm_then_the_alarm_goes', () => {
    const driver = ringOut(3, 3);
    const none = { users: [], queues: [], removedUsers: [] };
    driver.step({ type: 'settings', revision: 2, ...none, removedQueues: ['team'] });
    expect(alarms(driver)).toEqual([]);
  });

  it('given_a_decline_when_the_queue_says_so_then_it_climbs_and_else_it_does_not', () => {
    for (const climbs of [['no-answer'], ['no-answer', 'declined']] as const) {
      const driver = running(['ann']);
      const line = group('line', '8001', ['ann'], { climbs: [...climbs] });
      const none = { users: [], removedUsers: [], removedQueues: [] };
      driver.step({ type: 'settings', revision: 2, ...none, queues: [line] });
      ends.declined?.(driver, ringAnn(driver));
      expect(agent(driver).misses.length).toBe(climbs.length - 1);
    }
  });

  it('given_a_back_off_for_an_outcome_then_it_holds_for_that_one_and_the_common_one_for_the_others', () => {
    const driver = running(['ann']);
    const line = group('line', '8001', ['ann'], { backOffMs: 6_000, backOffs: { failed: 2_000 } });
    const none = { users: [], removedUsers: [], removedQueues: [] };
    driver.step({ type: 'settings', revision: 2, ...none, queues: [line] });
    ends.failed?.(driver, ringAnn(driver));
    expect(agent(driver).work).toMatchObject({ is: 'backing-off', until: driver.now + 2_000 });
    abandon(driver);
    driver.pass(2_000);
    ends.forwarded?.(driver, ringAnn(driver));
    expect(agent(driver).work.until).toBe(driver.now + 6_000);
  });

  it('given_what_is_set_where_nothing_is_said_then_busy_rests_shorter_than_a_decline_and_never_longer_than_what_was_said_for_all', () => {
    const restAfter = (
      outcome: 'busy' | 'declined',
      backOffMs: number,
      backOffs: QueueSettings['backOffs'],
    ): number => {
      const driver = running(['ann']);
      const none = { users: [], removedUsers: [], removedQueues: [] };
      const line = group('line', '8001', ['ann'], { backOffMs, backOffs });
      driver.step({ type: 'settings', revision: 2, ...none, queues: [line] });
      if (outcome === 'busy') refuseUnrung(driver);
      else ends.declined?.(driver, ringAnn(driver));
      return (agent(driver).work.until ?? 0) - driver.now;
    };
    expect(restAfter('busy', 10_000, defaultBackOffs)).toBe(5_000);
    expect(restAfter('declined', 10_000, defaultBackOffs)).toBe(10_000);
    expect(backOffsUnder({ busy: 5_000, dropped: 20_000 }, 5_001)).toEqual({ busy: 5_000 });
    expect(backOffsUnder({ busy: 5_000, dropped: 20_000 }, 5_000)).toEqual({});
    expect(restAfter('busy', 2_000, backOffsUnder(defaultBackOffs, 2_000))).toBe(2_000);
    expect(restAfter('busy', 10_000, {}), 'one from before there was a default').toBe(10_000);
  });

  it('given_a_step_that_tells_the_supervisors_then_an_alarm_stands_as_long_as_the_hold', () => {
    const driver = situations['an agent is held until they choose ready']?.() ?? running();
    expect(alarms(driver)).toEqual(['agent-held/ann']);
    expect(agent(driver).hold?.notify).toBe('supervisors');
    const none = { users: [], queues: [], removedQueues: [] };
    driver.step({ type: 'settings', revision: 2, ...none, removedUsers: ['ann'] });
    expect(alarms(driver)).toEqual([]);
  });
});

it('given_an_agent_who_is_signed_out_when_they_sign_out_again_then_nobody_tells_them_to_sign_in', () => {
  const driver = running(['ann']);
  expect(ask(driver, 'ann', { do: 'sign-out' })).toBe(null);
  driver.step({ type: 'intent', intent: 'again', ask: { do: 'sign-out', user: 'ann' } });
  expect(driver.commands.at(-1)).toEqual({
    do: 'reply',
    intent: 'again',
    error: { code: 'not-signed-in', message: 'ann is signed out already' },
  });
});

describe('a choice while an offer that rang out still ends', () => {
  /** It rang out at ann's, whose second miss would hold her, and the phone has not said so yet. */
  function rungOut(): { driver: Driver; leg: string } {
    const driver = running(['ann']);
    for (const queue of driver.world.state.queues.values()) expect(queue.onMiss).toBe('next');
    const leg = ringAnn(driver);
    driver.pass(10_000);
    expect(agent(driver).work.is).toBe('releasing');
    return { driver, leg };
  }

  it.each([
    ['sign-out', { do: 'sign-out' }],
    ['ready', { do: 'ready' }],
    ['sign-in', { do: 'sign-in', ready: true }],
  ] as const)('given_%s_when_the_leg_ends_then_it_is_counted_and_nothing_is_held_against_them', (_name, what) => {
    const { driver, leg } = rungOut();
    driver.now += 500;
    expect(ask(driver, 'ann', what)).toBe(null);
    driver.now += 100;
    driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
    expect(driver.facts.filter(({ type }) => type === 'agent-missed' || type === 'agent-held')).toEqual([]);
    expect(driver.facts.findLast((fact) => fact.type === 'offer-ended')).toMatchObject({ outcome: 'no-answer' });
    expect(agent(driver)).toMatchObject({ hold: null, misses: [], ledger: { missed: 1 } });
    expect(agent(driver).work.is).not.toBe('backing-off');
    expect([...driver.world.state.alarms.keys()]).toEqual([]);
  });

  it.each([null, 'not-ready'] as const)('given_%s_when_the_leg_ends_then_they_are_held_all_the_same', (what) => {
    const { driver, leg } = rungOut();
    if (what !== null) ask(driver, 'ann', { do: what, reason: null });
    driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
    expect(agent(driver).hold).toMatchObject({ kind: 'rona', step: 0 });
  });
});

describe('ring-all that counts each call that was let ring', () => {
  it.each([
    { waitMs: 8_500, misses: 0 },
    { waitMs: 10_000, misses: 1 },
  ])(
    'given_10_s_of_ringing_and_a_last_event_1_6_s_after_our_cancel_when_it_overflows_then_misses_are_$misses',
    ({ waitMs, misses }) => {
      const driver = running(['ann']);
      const settings = { strategy: 'ring-all', ringAllMissEvery: 1, maxWaitMs: waitMs } as const;
      const none = { type: 'settings', revision: 2, users: [], removedUsers: [], removedQueues: [] } as const;
      driver.step({ ...none, queues: [group('line', '8001', ['ann'], settings)] });
      const leg = ringAnn(driver);
      driver.pass(waitMs);
      expect(agent(driver).work.is).toBe('releasing');
      driver.now += 1_600;
      driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
      expect(driver.facts.findLast((fact) => fact.type === 'offer-ended')).toMatchObject({ outcome: 'rescinded' });
      expect(driver.facts.filter(({ type }) => type === 'agent-missed')).toHaveLength(misses);
    },
  );
});
