import { describe, expect, it } from 'vitest';
import { company } from './company.ts';

// What a queue limits: its length, its talks, members kept free, who must be there, how long members rest, how many ring.

const base = {
  id: 'desk',
  extension: '8001',
  strategy: 'longest-idle',
  members: ['ann', 'ben', 'cleo'],
  maxWaitMs: 3_600_000,
} as const;
const away = { to: 'hang-up', cause: 'congestion' } as const;

describe('the length of a queue', () => {
  it('given_a_full_queue_when_another_comes_then_it_overflows_and_is_never_answered', () => {
    const there = company({ queues: [{ ...base, maxLength: 2, overflow: away }] });
    for (const caller of ['one', 'two', 'three']) there.arrive(caller, '8001');
    expect(there.facts('call-overflowed')).toMatchObject([{ queue: 'desk', why: 'full', to: away }]);
    expect(there.facts('call-queued')).toHaveLength(2);
    expect(there.driver.commands.filter((one) => one.do === 'answer').map(({ leg }) => leg)).toEqual(['one', 'two']);
  });

  it('given_a_full_queue_when_a_call_gets_an_agent_then_there_is_room_for_another', () => {
    const there = company({ queues: [{ ...base, maxLength: 1, overflow: away }] });
    there.ready('ann');
    there.arrive('one', '8001');
    there.answer('ann');
    there.arrive('two', '8001');
    expect(there.facts('call-overflowed')).toEqual([]);
  });

  it('given_two_full_queues_that_overflow_to_each_other_when_a_call_comes_then_the_circle_ends', () => {
    const desk = { ...base, maxLength: 0, overflow: { to: 'queue', queue: 'shop' } } as const;
    const shop = { ...desk, id: 'shop', extension: '8002', overflow: { to: 'queue', queue: 'desk' } } as const;
    const there = company({ queues: [desk, shop] });
    there.arrive('one', '8001');
    expect(there.facts('call-ended')).toMatchObject([{ ending: 'overflow-hang-up' }]);
  });
});

describe('how many may talk', () => {
  it('given_a_limit_when_as_many_talk_or_ring_then_the_next_waits_until_one_ends', () => {
    const there = company({ queues: [{ ...base, maxTalking: 2 }] });
    there.ready('ann', 'ben', 'cleo');
    there.arrive('one', '8001');
    there.arrive('two', '8001');
    expect(there.arrive('three', '8001')).toEqual([]);
    there.answer('ann');
    expect(there.arrive('four', '8001')).toEqual([]);
    expect(there.hangUp('ann')).toEqual(['cleo']);
    expect(there.callerOf('cleo')).toBe('three');
  });

  it('given_ring_all_and_a_limit_when_a_call_rings_some_then_it_may_ring_more', () => {
    const there = company({ queues: [{ ...base, strategy: 'ring-all', maxTalking: 1 }] });
    there.ready('ann', 'ben');
    expect(there.arrive('one', '8001')).toEqual(['ann', 'ben']);
    expect(there.ready('cleo')).toEqual(['cleo']);
  });

  it('given_a_full_queue_when_a_call_comes_whose_old_ring_is_still_taken_back_then_it_waits_like_any_other', () => {
    const desk = { ...base, strategy: 'ring-all', maxTalking: 1, members: ['ben', 'cleo'] } as const;
    const shop = { ...base, id: 'shop', extension: '8002', members: ['ann'], maxWaitMs: 5_000 } as const;
    const there = company({ queues: [desk, { ...shop, overflow: { to: 'queue', queue: 'desk' } }] });
    there.ready('ann', 'ben', 'cleo');
    there.arrive('one', '8001');
    there.answer('ben');
    expect(there.arrive('two', '8002')).toEqual(['ann']);
    expect(there.pass(5_000)).toEqual([]);
    expect(there.call('two')).toMatchObject({ queue: 'desk', offers: [expect.anything()] });
    expect(there.hangUp('ben')).toEqual(['ben', 'cleo']);
    expect(there.callerOf('cleo')).toBe('two');
  });

  it('given_a_limit_when_it_is_raised_then_who_waits_is_offered_at_once', () => {
    const there = company({ queues: [{ ...base, maxTalking: 1 }] });
    there.ready('ann', 'ben');
    there.arrive('one', '8001');
    there.arrive('two', '8001');
    there.change({ ...base, maxTalking: 2 });
    expect(there.callerOf('ben')).toBe('two');
  });
});

describe('members kept free', () => {
  it('given_two_kept_free_when_calls_come_then_only_those_of_the_priority_get_them', () => {
    const there = company({ queues: [{ ...base, keepFree: { agents: 2, fromPriority: 8 } }] });
    there.ready('ann', 'ben', 'cleo');
    expect(there.arrive('plain', '8001')).toEqual(['ann']);
    expect(there.arrive('another', '8001')).toEqual([]);
    expect(there.arrive('urgent', '8001', { priority: 8 })).toEqual(['ben']);
    expect(there.arrive('more', '8001', { priority: 9 })).toEqual(['cleo']);
    expect(there.serve('ann')).toEqual([]);
    there.serve('ben');
    expect(there.serve('cleo')).toEqual(['ann']);
  });
});

describe('when nobody is there', () => {
  const rules = ['nobody-signed-in', 'nobody-ready', 'nobody-reachable'] as const;
  /** From nobody at all to somebody who can be rung. */
  const states: Readonly<Record<string, (agent: string) => readonly object[]>> = {
    'signed out': () => [],
    'signed in': (user) => [{ type: 'intent', intent: 'i', ask: { do: 'sign-in', user, ready: false } }],
    'ready, with no phone': (user) => [
      { type: 'phone-reachable', phone: '1001', reachable: false },
      { type: 'intent', intent: 'i', ask: { do: 'sign-in', user, ready: true } },
    ],
    ready: (user) => [{ type: 'intent', intent: 'i', ask: { do: 'sign-in', user, ready: true } }],
  };
  const refused: Readonly<Record<string, readonly string[]>> = {
    'signed out': rules,
    'signed in': ['nobody-ready', 'nobody-reachable'],
    'ready, with no phone': ['nobody-reachable'],
    ready: [],
  };

  it.each(Object.keys(states).flatMap((state) => rules.map((rule) => [state, rule] as const)))(
    'given_one_member_%s_when_a_call_comes_under_the_rule_%s_then_it_is_let_in_or_not',
    (state, rule) => {
      const there = company({ queues: [{ ...base, members: ['ann'], refuseWhen: rule, overflow: away }] });
      for (const event of states[state]?.('ann') ?? []) there.driver.step(event as never);
      there.arrive('one', '8001');
      const isRefused = refused[state]?.includes(rule) === true;
      expect(there.facts('call-overflowed').map(({ why }) => why)).toEqual(isRefused ? ['nobody'] : []);
      expect(there.facts('call-queued')).toHaveLength(isRefused ? 0 : 1);
    },
  );

  it('given_a_rule_for_leaving_when_the_last_member_goes_then_who_waits_overflows_and_under_no_rule_stays', () => {
    const leaves = company({ queues: [{ ...base, leaveWhen: 'nobody-ready', overflow: away }] });
    const stays = company({ queues: [{ ...base, overflow: away }] });
    for (const there of [leaves, stays]) {
      there.ready('ann');
      there.arrive('one', '8001');
      there.arrive('two', '8001');
      there.answer('ann');
      expect(there.facts('call-overflowed')).toEqual([]);
      there.driver.step({ type: 'intent', intent: 'p', ask: { do: 'not-ready', user: 'ann', reason: null } });
    }
    expect(leaves.facts('call-overflowed')).toMatchObject([{ why: 'nobody' }]);
    expect(stays.facts('call-overflowed')).toEqual([]);
  });

  describe('who has the skill', () => {
    const es = (level: number) => [{ skill: 'es', level, required: true }];
    const skills = { ann: { es: 2 }, ben: { es: 9 } };
    const team = { ...base, members: ['ann', 'ben'], overflow: away } as const;

    it.each(rules)(
      'given_only_others_at_work_when_a_call_comes_under_the_rule_%s_then_it_is_not_let_in',
      (refuseWhen) => {
        const there = company({ queues: [{ ...team, refuseWhen }], skills });
        there.ready('ann');
        there.arrive('spanish', '8001', { needs: es(3) });
        expect(there.facts('call-overflowed')).toMatchObject([{ why: 'nobody' }]);
        expect(there.arrive('plain', '8001')).toEqual(['ann']);
      },
    );

    it('given_a_relaxation_that_lets_one_of_them_in_when_a_call_comes_then_it_waits_for_it', () => {
      const relax = [{ afterMs: 5_000, skill: 'es', lowerBy: 1 }];
      const there = company({
        queues: [{ ...team, relax, refuseWhen: 'nobody-ready', leaveWhen: 'nobody-ready' }],
        skills,
      });
      there.ready('ann');
      expect(there.arrive('spanish', '8001', { needs: es(3) })).toEqual([]);
      there.arrive('fluent', '8001', { needs: es(8) });
      expect(there.facts('call-overflowed')).toMatchObject([{ why: 'nobody' }]);
      expect(there.pass(5_000)).toEqual(['ann']);
      expect(there.callerOf('ann')).toBe('spanish');
    });

    it('given_calls_that_wait_when_the_last_who_has_it_goes_then_those_that_need_it_leave', () => {
      const there = company({ queues: [{ ...team, leaveWhen: 'nobody-ready' }], skills });
      there.ready('ann', 'ben');
      for (const one of ['one', 'two']) there.arrive(one, '8001');
      there.answerAll(['ann', 'ben']);
      there.arrive('spanish', '8001', { needs: es(3) });
      there.arrive('plain', '8001');
      expect(there.facts('call-overflowed')).toEqual([]);
      const spanish = there.call('spanish').id;
      there.driver.step({ type: 'intent', intent: 'p', ask: { do: 'not-ready', user: 'ben', reason: null } });
      expect(there.facts('call-overflowed')).toMatchObject([{ call: spanish, why: 'nobody' }]);
      expect(there.serve('ann')).toEqual(['ann']);
      expect(there.callerOf('ann')).toBe('plain');
    });

    it('given_a_call_that_waits_when_the_skill_is_taken_from_the_last_who_had_it_then_it_leaves', () => {
      const there = company({ queues: [{ ...team, leaveWhen: 'nobody-signed-in' }], skills });
      there.ready('ann', 'ben');
      there.arrive('one', '8001', { needs: es(3) });
      there.answer('ben');
      there.arrive('two', '8001', { needs: es(3) });
      const ben = there.driver.world.state.users.get('ben');
      const users = ben === undefined ? [] : [{ ...ben, skills: {} }];
      there.driver.step({ type: 'settings', revision: 9, users, queues: [], removedUsers: [], removedQueues: [] });
      expect(there.facts('call-overflowed')).toMatchObject([{ why: 'nobody' }]);
    });
  });
});

describe('rest and ring', () => {
  it('given_a_member_with_a_wrap_up_of_their_own_when_they_have_talked_then_it_beats_the_queues', () => {
    const members = ['ann', { user: 'ben', wrapUpMs: 3_000 }, { user: 'cleo', wrapUpMs: 0 }];
    const there = company({ queues: [{ ...base, members, wrapUpMs: 9_000 }] });
    for (const agent of ['ann', 'ben', 'cleo']) {
      there.ready(agent);
      there.arrive(`for ${agent}`, '8001');
      there.serve(agent);
    }
    const rests = there.facts('agent-work').filter(({ work }) => work === 'wrap-up');
    expect(rests.map(({ agent, until, at }) => [agent, (until ?? 0) - at])).toEqual([
      ['ann', 9_000],
      ['ben', 3_000],
    ]);
  });

  it('given_two_queues_of_one_agent_when_each_rings_then_for_its_own_ring_time', () => {
    const shop = { ...base, id: 'shop', extension: '8002', ringMs: 4_000 };
    const there = company({ queues: [{ ...base, ringMs: 9_000 }, shop] });
    there.ready('ann');
    for (const dialled of ['8001', '8002']) {
      there.arrive(`for ${dialled}`, dialled);
      expect([...there.driver.world.state.offers.values()].map(({ ringMs }) => ringMs)).toEqual([
        dialled === '8001' ? 9_000 : 4_000,
      ]);
      there.serve('ann');
    }
  });

  it('given_waves_when_nobody_answers_then_more_ring_each_time_up_to_the_most', () => {
    const members = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const waves = { size: 3, everyMs: 4_000 };
    const there = company({ queues: [{ ...base, strategy: 'ring-all', members, waves, maxRinging: 5 }] });
    there.ready(...members);
    expect(there.arrive('one', '8001')).toEqual(['a', 'b', 'c']);
    expect(there.pass(3_900)).toEqual([]);
    expect(there.pass(100)).toEqual(['d', 'e']);
    expect(there.pass(4_000)).toEqual([]);
    expect(there.facts('wave-began').map(({ wave, most }) => [wave, most])).toEqual([
      [1, 3],
      [2, 5],
    ]);
  });

  it('given_waves_when_a_call_waits_for_somebody_then_the_first_begins_with_its_first_offer', () => {
    const waves = { size: 1, everyMs: 4_000 };
    const there = company({ queues: [{ ...base, strategy: 'ring-all', waves }] });
    there.arrive('one', '8001');
    there.pass(60_000);
    expect(there.ready('ann', 'ben')).toEqual(['ann']);
    expect(there.pass(4_000)).toEqual(['ben']);
  });

  describe('settings that change under waves', () => {
    const members = ['a', 'b', 'c', 'd', 'e'];
    const rules = { ...base, strategy: 'ring-all', members, ringMs: 60_000, maxRinging: 2 } as const;
    const waved = { ...rules, waves: { size: 1, everyMs: 4_000 } };

    it('given_the_last_wave_rings_when_more_may_ring_then_waves_go_on', () => {
      const there = company({ queues: [waved] });
      there.ready(...members);
      there.arrive('one', '8001');
      expect(there.pass(4_000)).toEqual(['b']);
      there.pass(4_000);
      there.change({ ...waved, maxRinging: 4 });
      expect(there.pass(3_900)).toEqual([]);
      expect(there.pass(100)).toEqual(['c']);
      expect(there.pass(4_000)).toEqual(['d']);
      expect(there.pass(60_000)).toEqual([]);
    });

    it('given_waves_when_the_strategy_was_another_one_for_a_while_then_they_go_on', () => {
      const there = company({ queues: [{ ...waved, maxRinging: 5 }] });
      there.ready(...members);
      there.arrive('one', '8001');
      there.change({ ...waved, strategy: 'linear' });
      there.pass(10_000);
      there.change({ ...waved, maxRinging: 5 });
      expect(there.pass(4_000)).toEqual(['b']);
      expect(there.pass(4_000)).toEqual(['c']);
    });

    it('given_one_who_is_rung_by_another_strategy_when_ring_all_in_waves_comes_then_that_is_the_first_wave', () => {
      const there = company({ queues: [{ ...waved, strategy: 'linear' }] });
      there.ready(...members);
      expect(there.arrive('one', '8001')).toEqual(['a']);
      there.pass(3_000);
      there.change(waved);
      expect(there.facts('wave-began')).toMatchObject([{ wave: 1, most: 1 }]);
      expect(there.pass(4_000)).toEqual(['b']);
    });

    it('given_a_wave_that_is_due_when_settings_change_again_and_again_then_it_is_not_put_off', () => {
      const there = company({ queues: [waved] });
      there.ready(...members);
      there.arrive('one', '8001');
      for (let count = 0; count < 3; count += 1) {
        there.pass(1_000);
        there.change({ ...waved, wrapUpMs: count });
      }
      expect(there.pass(1_000)).toEqual(['b']);
    });
  });
});

it('given_a_ladder_that_never_holds_when_a_phone_rings_out_all_day_then_only_so_many_misses_are_kept', () => {
  const there = company({ queues: [{ ...base, members: ['ann'], ladder: [], ringMs: 10_000 }], twin: false });
  there.ready('ann');
  there.arrive('one', '8001');
  const { driver } = there;
  for (let miss = 0; miss < 130; miss += 1) {
    const leg = driver.legs().at(-1) ?? '';
    driver.step({ type: 'leg-created', leg, dialled: true });
    driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
    driver.pass(10_000);
    driver.step({ type: 'leg-gone', leg, cause: 19, sip: 0 });
    driver.pass(1_000);
  }
  expect(there.facts('agent-missed').length).toBeGreaterThan(120);
  expect(driver.world.state.agents.get('ann')?.misses).toHaveLength(100);
});
