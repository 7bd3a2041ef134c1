import { describe, expect, it } from 'vitest';
import type { StrategyName } from '../../src/core/queue-settings.ts';
import { createDice } from '../../src/simulation/dice.ts';
import { type Company, company } from './company.ts';

// What is each strategy's own: who is chosen, what share everybody gets in the long run, and what is remembered.

const team = ['a', 'b', 'c', 'd', 'e', 'f'];
const desk = { id: 'desk', extension: '8001', members: team, maxWaitMs: 3_600_000 } as const;

function at(strategy: StrategyName, other: object = {}): Company {
  const there = company({ queues: [{ ...desk, strategy, ...other }], twin: false });
  there.ready(...team);
  return there;
}

/** The caller gives up before anybody answers; the phone rang by then, or was silent. */
function leave({ driver }: Company, caller: string, phone: 'rang' | 'silent'): void {
  const leg = driver.legs().at(-1) ?? '';
  driver.step({ type: 'leg-created', leg });
  if (phone === 'rang') driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
  driver.now += 1_000;
  driver.step({ type: 'leg-gone', leg: caller, cause: 127, sip: 487 });
  driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
}

/** So many calls come one by one, each is served before the next; who got how many. */
function shares(there: Company, calls: number): Map<string, number> {
  const got = new Map(team.map((agent) => [agent, 0]));
  for (let count = 0; count < calls; count += 1) {
    const [who = ''] = there.arrive(`s${there.driver.now}`, '8001');
    got.set(who, (got.get(who) ?? 0) + 1);
    there.serve(who);
  }
  return got;
}

describe('the share of each member in the long run', () => {
  // Those that take turns give each the same; by lot each is within four deviations of what is due.
  it.each(['longest-idle', 'round-robin', 'fewest-calls', 'most-skilled'] as const)(
    'given_%s_when_many_calls_come_then_each_member_gets_the_same_number',
    (strategy) => {
      for (const got of shares(at(strategy), 120).values()) expect(got).toBe(20);
    },
  );

  it('given_random_when_many_calls_come_then_each_gets_about_the_same_number', () => {
    for (const got of shares(at('random'), 600).values()) expect(Math.abs(got - 100)).toBeLessThan(40);
  });

  it('given_weights_when_many_calls_come_then_each_gets_about_a_share_in_proportion', () => {
    const members = team.map((user, place) => ({ user, weight: [50, 25, 10, 10, 4, 1][place] ?? 1 }));
    const got = shares(at('weighted-random', { members }), 1_000);
    for (const { user, weight } of members) {
      const due = 10 * weight;
      expect(Math.abs((got.get(user) ?? 0) - due), `${user}: ${got.get(user)}`).toBeLessThanOrEqual(4 * Math.sqrt(due));
    }
  });

  it('given_a_small_weight_among_large_ones_when_only_it_was_not_asked_then_it_is_drawn', () => {
    const members = team.map((user) => ({ user, weight: user === 'f' ? 1 : 100 }));
    const there = at('weighted-random', { members });
    const asked = there.arrive('one', '8001');
    for (let count = 0; count < 5; count += 1) asked.push(...there.decline(asked.at(-1) ?? ''));
    expect([...asked].sort()).toEqual(team);
  });

  it('given_linear_when_calls_come_one_by_one_then_the_first_of_the_team_gets_all', () => {
    expect([...shares(at('linear'), 10).values()]).toEqual([10, 0, 0, 0, 0, 0]);
  });

  it('given_ring_all_when_a_call_comes_then_all_ring_but_no_more_than_may_at_a_time', () => {
    expect(at('ring-all').arrive('one', '8001')).toEqual(team);
    const two = at('ring-all', { maxRinging: 2 });
    expect(two.arrive('one', '8001')).toEqual(['a', 'b']);
    expect(two.decline('a')).toEqual(['c']);
  });
});

describe('who is chosen', () => {
  it('given_longest_idle_when_members_came_free_one_after_another_then_they_are_asked_in_that_order', () => {
    const there = at('longest-idle');
    for (const who of ['a', 'b', 'c']) expect(there.arrive(`one for ${who}`, '8001')).toEqual([who]);
    for (const who of ['b', 'c', 'a']) there.serve(who);
    const next = ['d', 'e', 'f', 'b', 'c', 'a'];
    for (const who of next) expect(there.arrive(`two for ${who}`, '8001')).toEqual([who]);
  });

  it.each(['longest-idle', 'round-robin', 'fewest-calls', 'most-skilled'] as const)(
    'given_%s_when_the_caller_of_an_offer_leaves_then_the_members_place_is_what_it_was',
    (strategy) => {
      const there = at(strategy);
      expect(there.arrive('leaves', '8001')).toEqual(['a']);
      const leg = there.driver.legs().at(-1) ?? '';
      there.driver.step({ type: 'leg-gone', leg: 'leaves', cause: 127, sip: 487 });
      there.driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
      expect(there.arrive('stays', '8001')).toEqual(['a']);
    },
  );

  it('given_fewest_calls_when_a_new_day_begins_then_the_counts_begin_anew_and_the_longest_idle_goes_first', () => {
    const there = at('fewest-calls');
    shares(there, 3);
    there.driver.step({ type: 'calendar', day: '2026-11-23' });
    expect(there.arrive('one', '8001')).toEqual(['d']);
  });

  it('given_most_skilled_when_a_call_needs_something_then_who_has_the_highest_levels_is_asked', () => {
    const skills = { a: { es: 3 }, b: { es: 9 }, c: { es: 5, billing: 9 }, d: { es: 9, billing: 1 } };
    const there = company({ queues: [{ ...desk, strategy: 'most-skilled' }], skills });
    there.ready(...team);
    const es = { skill: 'es', level: 3, required: true };
    expect(there.arrive('one', '8001', { needs: [es] })).toEqual(['b']);
    expect(there.arrive('two', '8001', { needs: [es] })).toEqual(['d']);
    const billing = { skill: 'billing', level: 1, required: true };
    expect(there.arrive('three', '8001', { needs: [es, billing] })).toEqual(['c']);
    expect(there.arrive('four', '8001')).toEqual(['a']);
  });

  it('given_ring_all_when_nobody_answers_then_nobody_is_punished', () => {
    const there = company({ queues: [{ ...desk, strategy: 'ring-all', maxRinging: 1 }] });
    there.ready('a', 'b');
    there.arrive('one', '8001');
    const leg = there.driver.legs().at(-1) ?? '';
    there.driver.step({ type: 'leg-created', leg });
    there.driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
    there.pass(10_000);
    there.driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
    expect(there.facts('offer-ended')).toMatchObject([{ agent: 'a', outcome: 'no-answer' }]);
    expect([...there.facts('agent-missed'), ...there.facts('agent-held')]).toEqual([]);
    expect(there.facts('offer-made').map(({ agent }) => agent)).toEqual(['a', 'b']);
  });
});

describe('what is remembered', () => {
  it('given_round_robin_when_members_are_away_and_come_back_then_the_turn_goes_on_where_it_was', () => {
    const there = at('round-robin');
    expect([...shares(there, 2).values()]).toEqual([1, 1, 0, 0, 0, 0]);
    there.driver.step({ type: 'intent', intent: 'x', ask: { do: 'not-ready', user: 'c', reason: null } });
    expect(there.arrive('one', '8001')).toEqual(['d']);
    there.serve('d');
    there.ready('c');
    expect(there.arrive('two', '8001')).toEqual(['c']);
    expect(there.arrive('three', '8001')).toEqual(['e']);
  });

  it('given_round_robin_when_the_strategy_changes_under_live_calls_and_back_then_nobodys_turn_is_forgotten', () => {
    const there = at('round-robin');
    there.arrive('one', '8001');
    there.arrive('two', '8001');
    there.change({ ...desk, strategy: 'linear' });
    there.serve('a');
    there.serve('b');
    expect(there.arrive('three', '8001')).toEqual(['a']);
    there.change({ ...desk, strategy: 'round-robin' });
    const order = Array.from({ length: 5 }, (_, count) => there.arrive(`more-${count}`, '8001')).flat();
    expect(order).toEqual(['c', 'd', 'e', 'f', 'b']);
  });

  it('given_round_robin_when_each_third_caller_leaves_while_it_rings_then_each_member_is_given_the_same_number', () => {
    const there = at('round-robin');
    const got = new Map(team.map((agent) => [agent, 0]));
    for (let count = 0; count < 180; count += 1) {
      const [who = ''] = there.arrive(`s${count}`, '8001');
      if (count % 3 === 2) {
        leave(there, `s${count}`, 'rang');
        continue;
      }
      got.set(who, (got.get(who) ?? 0) + 1);
      there.serve(who);
    }
    for (const calls of got.values()) expect(calls).toBe(20);
  });

  it('given_round_robin_when_callers_give_up_one_after_another_then_no_phone_rings_for_more_than_two_of_them_in_a_row', () => {
    const there = at('round-robin');
    const order = Array.from({ length: 14 }, (_, count) => {
      const who = there.arrive(`s${count}`, '8001');
      leave(there, `s${count}`, 'rang');
      return who;
    }).flat();
    expect(order.join('')).toBe('aabbccddeeffaa');
    expect(there.arrive('stays', '8001')).toEqual(['b']);
  });

  it('given_round_robin_when_a_phone_never_rang_for_callers_who_leave_then_the_turn_stays_theirs', () => {
    const there = at('round-robin');
    for (let count = 0; count < 4; count += 1) {
      expect(there.arrive(`s${count}`, '8001')).toEqual(['a']);
      leave(there, `s${count}`, 'silent');
    }
    expect(there.arrive('stays', '8001')).toEqual(['a']);
  });

  it('given_a_turn_that_was_given_back_when_it_is_answered_then_another_that_comes_to_nothing_is_given_back_again', () => {
    const there = at('round-robin', { members: ['a', 'b'] });
    const come = (caller: string): string[] => there.arrive(caller, '8001');
    expect(come('one')).toEqual(['a']);
    leave(there, 'one', 'rang');
    expect(come('two')).toEqual(['a']);
    there.serve('a');
    expect(come('three')).toEqual(['b']);
    there.serve('b');
    expect(come('four')).toEqual(['a']);
    leave(there, 'four', 'rang');
    expect(come('five')).toEqual(['a']);
  });

  it('given_round_robin_when_a_member_refuses_or_is_not_ready_as_it_rings_then_a_refusal_is_a_turn_and_a_pause_is_none', () => {
    const there = at('round-robin');
    expect(there.arrive('one', '8001')).toEqual(['a']);
    expect(there.decline('a')).toEqual(['b']);
    there.serve('b');
    expect(there.arrive('two', '8001')).toEqual(['c']);
    const leg = there.driver.legs().at(-1) ?? '';
    there.driver.step({ type: 'intent', intent: 'x', ask: { do: 'not-ready', user: 'c', reason: null } });
    there.driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
    there.serve('d');
    there.pass(60_000);
    there.driver.step({ type: 'intent', intent: 'y', ask: { do: 'ready', user: 'c' } });
    expect(there.arrive('three', '8001')).toEqual(['c']);
    expect(there.arrive('four', '8001')).toEqual(['e']);
  });

  it('given_two_queues_when_both_go_round_then_each_has_turns_of_its_own', () => {
    const shop = { ...desk, id: 'shop', extension: '8002', strategy: 'round-robin' } as const;
    const there = company({ queues: [{ ...desk, strategy: 'round-robin' }, shop] });
    there.ready(...team);
    there.arrive('one', '8001');
    there.serve('a');
    expect(there.arrive('two', '8002')).toEqual(['a']);
    expect(there.arrive('three', '8001')).toEqual(['b']);
  });

  it('given_any_strategies_when_they_change_between_calls_then_each_call_goes_to_an_idle_member_and_asked_ones_wait', () => {
    const dice = createDice(5);
    const there = at('linear');
    const names: readonly StrategyName[] = ['longest-idle', 'round-robin', 'random', 'weighted-random', 'fewest-calls'];
    for (let count = 0; count < 60; count += 1) {
      there.change({ ...desk, strategy: dice.pick(names) });
      const asked = there.arrive(`c${count}`, '8001');
      expect(asked).toHaveLength(1);
      const again = there.decline(asked[0] ?? '');
      expect(again).toHaveLength(1);
      expect(again).not.toEqual(asked);
      there.serve(again[0] ?? '');
      there.pass(1_000);
    }
  });
});
