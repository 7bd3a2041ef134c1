import { describe, expect, it } from 'vitest';
import type { QueueGiven } from '../../src/core/queue-settings.ts';
import { mostHeadStart, overtakableForMs } from '../../src/core/routing/due.ts';
import { defaultLimits } from '../../src/core/world.ts';
import { createDice } from '../../src/simulation/dice.ts';
import { type Company, company } from './company.ts';

// One order over everything that waits: entry time plus the queue's target, less the head starts.

const agents = ['ann', 'ben', 'cleo', 'dan'];
const desk = { id: 'desk', extension: '8001', members: agents, targetMs: 20_000, maxWaitMs: 3_600_000 } as const;
const shop = { ...desk, id: 'shop', extension: '8002', targetMs: 5_000 } as const;

/** Whose calls the agents get as they come, one by one. */
function order({ ready, callerOf }: Company): (string | undefined)[] {
  return agents.map((agent) => {
    ready(agent);
    return callerOf(agent);
  });
}

describe('the order of waiting', () => {
  it('given_two_queues_with_targets_when_agents_of_both_are_free_then_the_earlier_due_goes_first', () => {
    const there = company({ queues: [desk, shop] });
    there.arrive('desk-1', '8001');
    there.driver.now += 14_000;
    there.arrive('shop-1', '8002');
    there.driver.now += 2_000;
    there.arrive('shop-2', '8002');
    expect(there.call('shop-1').due).toBeLessThan(there.call('desk-1').due);
    expect(order(there)).toEqual(['shop-1', 'desk-1', 'shop-2', undefined]);
  });

  it('given_a_priority_when_a_call_comes_then_its_head_start_is_taken_from_its_due', () => {
    const there = company({ queues: [desk] });
    for (const priority of [1, 5, 10]) there.arrive(`p${priority}`, '8001', { priority });
    const at = (caller: string) => there.call(caller).due - there.call(caller).enteredAt;
    expect([at('p1'), at('p5'), at('p10')]).toEqual([140_000, 20_000, -580_000]);
    expect(order(there)).toEqual(['p10', 'p5', 'p1', undefined]);
  });

  it('given_a_queue_with_a_priority_when_a_call_brings_none_then_it_has_the_queues', () => {
    const there = company({ queues: [{ ...desk, priority: 8 }] });
    there.arrive('plain', '8001');
    there.arrive('low', '8001', { priority: 2 });
    expect([there.call('plain').priority, there.call('low').priority]).toEqual([8, 2]);
  });

  it('given_a_rise_when_its_time_has_come_then_the_call_goes_before_others_and_a_fact_says_so', () => {
    const there = company({ queues: [{ ...desk, rises: [{ afterMs: 60_000, priority: 8 }] }, shop] });
    there.arrive('patient', '8001');
    there.pass(50_000);
    there.arrive('quick', '8002', { priority: 7 });
    expect(there.call('quick').due).toBeLessThan(there.call('patient').due);
    there.pass(9_000);
    expect(there.facts('call-rose')).toEqual([]);
    there.pass(1_000);
    expect(there.facts('call-rose')).toMatchObject([{ queue: 'desk', priority: 8, due: there.call('patient').due }]);
    expect(order(there).slice(0, 2)).toEqual(['patient', 'quick']);
  });

  it('given_a_call_of_a_high_priority_when_a_rise_names_a_lower_one_then_it_does_not_fall', () => {
    const there = company({ queues: [{ ...desk, rises: [{ afterMs: 1_000, priority: 6 }] }] });
    there.arrive('high', '8001', { priority: 9 });
    there.pass(2_000);
    expect(there.call('high').priority).toBe(9);
    expect(there.facts('call-rose')).toEqual([]);
  });

  it('given_newcomers_of_the_highest_priority_without_end_when_an_old_call_waits_then_it_is_overtaken_no_longer_than_the_bound', () => {
    const there = company({ queues: [desk, shop], twin: false });
    there.arrive('old', '8001', { priority: 1 });
    const bound = overtakableForMs(there.call('old'), defaultLimits, there.driver.now);
    expect(bound).toBe(140_000 + mostHeadStart(defaultLimits));
    there.ready('ann');
    let waited = 0;
    for (let count = 0; there.callerOf('ann') !== 'old'; count += 1) {
      there.arrive(`new-${count}`, '8002', { priority: 10, place: 1 });
      there.arrive(`more-${count}`, '8002', { priority: 10, place: 1 });
      there.driver.now += 20_000;
      there.serve('ann');
      waited = there.driver.now - there.call('old').arrivedAt;
      expect(waited).toBeLessThan(bound * 3);
    }
    // Those that came before the bound may go first; none that came after it does.
    const last = there.facts('offer-made').at(-2)?.call ?? '';
    const overtaker = there.facts('call-arrived').find(({ call }) => call === last);
    expect((overtaker?.at ?? 0) - (there.call('old').arrivedAt ?? 0)).toBeLessThanOrEqual(bound);
  });
});

describe('a wished place and a priority together', () => {
  const hour = { maxWaitMs: 7_200_000 } as const;
  const most = mostHeadStart(defaultLimits);
  /** A call that has the largest head start by its wish: an old one stands before it. */
  const eager = (first: QueueGiven, ...others: readonly QueueGiven[]): Company => {
    const there = company({ queues: [first, ...others] });
    there.arrive('old', '8001');
    there.driver.now += 1_000_000;
    there.arrive('eager', '8001', { place: 1 });
    expect(there.call('eager').aheadMs).toBe(most);
    return there;
  };
  /** How much sooner it is due than a call of no head start, in that queue. */
  const gainOf = (there: Company, targetMs: number): number => {
    const { enteredAt, due } = there.call('eager');
    return enteredAt + targetMs - due;
  };

  it('given_the_largest_head_start_by_a_wish_when_the_call_rises_then_it_gains_no_more', () => {
    const there = eager({ ...desk, ...hour, rises: [{ afterMs: 60_000, priority: 10 }] });
    there.pass(60_000);
    expect(there.facts('call-rose').at(-1)).toMatchObject({ call: there.call('eager').id, priority: 10 });
    expect(gainOf(there, desk.targetMs)).toBe(most);
  });

  it('given_the_largest_head_start_by_a_wish_when_the_call_moves_to_a_queue_of_a_higher_priority_then_it_gains_no_more', () => {
    const there = eager({ ...desk, ...hour }, { ...shop, ...hour, priority: 10 });
    const call = there.call('eager').id;
    there.driver.step({ type: 'intent', intent: 'm', ask: { do: 'move', call, to: { to: 'queue', queue: 'shop' } } });
    expect(there.call('eager')).toMatchObject({ queue: 'shop', priority: 10 });
    expect(gainOf(there, shop.targetMs)).toBe(most);
  });

  it('given_the_largest_head_start_by_a_wish_when_its_queue_gets_a_higher_priority_then_it_gains_no_more', () => {
    const there = eager({ ...desk, ...hour });
    there.change({ ...desk, ...hour, priority: 9 });
    expect(there.call('eager').priority).toBe(9);
    expect(gainOf(there, desk.targetMs)).toBe(most);
  });

  it('given_a_small_head_start_by_a_wish_when_the_call_rises_then_both_are_added', () => {
    const there = company({ queues: [{ ...desk, ...hour, rises: [{ afterMs: 60_000, priority: 8 }] }] });
    there.arrive('old', '8001');
    there.arrive('eager', '8001', { place: 1 });
    const { aheadMs } = there.call('eager');
    there.pass(60_000);
    expect(aheadMs).toBeGreaterThan(0);
    expect(gainOf(there, desk.targetMs)).toBe(120_000 + aheadMs);
  });
});

describe('another table of head starts', () => {
  it('given_calls_that_wait_when_the_daemon_starts_with_another_table_then_their_order_is_the_new_one', () => {
    const there = company({ queues: [desk] });
    there.arrive('plain', '8001');
    there.arrive('high', '8001', { priority: 10 });
    const headStartsMs = defaultLimits.headStartsMs.map((_, place) => (place === 9 ? 5 : 0));
    there.driver.step({ type: 'started', epoch: 'f', limits: { ...defaultLimits, headStartsMs } });
    expect(there.facts('call-rekeyed')).toMatchObject([{ call: there.call('high').id, due: there.call('high').due }]);
    there.driver.step({ type: 'pbx-connected' });
    const legs = ['plain', 'high'].map(
      (leg) => ({ leg, state: 'up', arrival: { dialled: '8001', phone: null } }) as const,
    );
    there.driver.step({ type: 'surveyed', full: true, pbxStarted: 'p', legs, rooms: [] });
    expect(order(there).slice(0, 2)).toEqual(['plain', 'high']);
  });
});

describe('a wished place', () => {
  const waiting = (...priorities: number[]): Company => {
    const there = company({ queues: [desk] });
    priorities.forEach((priority, place) => void there.arrive(`w${place + 1}`, '8001', { priority }));
    return there;
  };

  it('given_four_who_wait_when_one_comes_with_the_second_place_then_they_are_second', () => {
    const there = waiting(5, 5, 5);
    there.arrive('second', '8001', { place: 2 });
    expect(order(there)).toEqual(['w1', 'second', 'w2', 'w3']);
  });

  it('given_calls_of_a_higher_priority_when_one_comes_with_the_first_place_then_they_are_not_overtaken', () => {
    const there = waiting(6, 5, 6);
    there.arrive('first', '8001', { place: 1 });
    expect(order(there)).toEqual(['w1', 'w3', 'first', 'w2']);
  });

  it('given_a_later_call_of_a_higher_priority_when_one_that_stands_before_it_wants_the_first_place_then_it_gets_it', () => {
    const there = company({ queues: [desk, shop] });
    there.arrive('w1', '8001');
    there.arrive('first', '8002', { place: 1 });
    there.driver.now += 60_000;
    there.arrive('late-high', '8001', { priority: 6 });
    const call = there.call('first').id;
    there.driver.step({ type: 'intent', intent: 'm', ask: { do: 'move', call, to: { to: 'queue', queue: 'desk' } } });
    expect(order(there).slice(0, 3)).toEqual(['first', 'w1', 'late-high']);
  });

  it('given_no_whole_number_between_two_dues_when_one_wants_the_place_between_them_then_it_stands_behind_both', () => {
    const there = company({ queues: [desk, shop] });
    // Equal dues go by id, and call 11 stands before call 9 there.
    for (let count = 1; count <= 8; count += 1) there.arrive(`other${count}`, '8002', { priority: 1 });
    there.arrive('w1', '8001');
    there.driver.now -= 9;
    there.arrive('w2', '8001');
    there.arrive('w3', '8001');
    expect(there.call('w2').due - there.call('w1').due).toBe(1);
    there.arrive('second', '8001', { place: 2 });
    expect(order(there)).toEqual(['w1', 'w2', 'second', 'w3']);
  });

  it('given_a_place_behind_the_end_when_a_call_comes_then_it_is_the_last', () => {
    const there = waiting(5, 5);
    there.arrive('ninth', '8001', { place: 9 });
    expect(order(there)).toEqual(['w1', 'w2', 'ninth', undefined]);
  });

  it('given_a_call_of_a_low_priority_when_it_wants_the_first_place_then_it_gains_at_most_the_largest_head_start', () => {
    const there = company({ queues: [{ ...desk, maxWaitMs: 7_200_000 }] });
    there.arrive('old', '8001');
    there.driver.now += 1_000_000;
    there.arrive('eager', '8001', { place: 1 });
    expect(there.call('eager').aheadMs).toBe(600_000);
    expect(order(there).slice(0, 2)).toEqual(['old', 'eager']);
  });

  it('given_a_wished_place_when_the_queue_changes_its_target_then_the_gain_is_kept', () => {
    const there = waiting(5, 5);
    there.arrive('first', '8001', { place: 1 });
    there.change({ ...desk, targetMs: 60_000 });
    expect(order(there)).toEqual(['first', 'w1', 'w2', undefined]);
  });
});

describe('the order of waiting at random', () => {
  it('given_any_calls_of_any_priority_when_agents_become_free_then_the_first_by_due_and_id_is_taken', () => {
    const dice = createDice(7);
    const there = company({ queues: [desk, shop], twin: false });
    for (let count = 0; count < 60; count += 1) {
      const place = dice.happens(300) ? { place: dice.between(1, 5) } : {};
      there.arrive(`c${count}`, dice.pick(['8001', '8002']), { priority: dice.between(1, 10), ...place });
      there.driver.now += dice.between(1, 9_000);
    }
    const { calls } = there.driver.world.state;
    there.ready('ann');
    for (let count = 0; count < 60; count += 1) {
      const got = there.call(there.callerOf('ann') ?? '');
      const left = [...calls.values()].filter((call) => call.phase === 'waiting');
      const first = left.sort((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1))[0];
      expect(got.id).toBe(first?.id);
      there.serve('ann');
    }
    expect(calls.size).toBe(0);
  });
});
