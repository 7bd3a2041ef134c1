import { describe, expect, it } from 'vitest';
import { eligibility, isEligible } from '../../src/core/routing/eligibility.ts';
import { createDice } from '../../src/simulation/dice.ts';
import { type Company, company } from './company.ts';

// Who may take a call: tiers, skills and their relaxation; and that one function says it for matching and for people.

const base = { id: 'desk', extension: '8001', strategy: 'longest-idle', maxWaitMs: 3_600_000 } as const;
const es3 = { skill: 'es', level: 3, required: true };
const vip = { skill: 'vip', level: 1, required: false };

/** From now on the agent has these skills, and no others. */
function learn({ driver }: Company, agent: string, skills: Readonly<Record<string, number>>): void {
  const user = driver.world.state.users.get(agent);
  if (user === undefined) throw new Error(`${agent} is gone`);
  const users = [{ ...user, skills }];
  driver.step({ type: 'settings', revision: 9, users, queues: [], removedUsers: [], removedQueues: [] });
}

describe('tiers', () => {
  const two = { ...base, members: ['ann', 'ben', { user: 'cleo', penalty: 5 }, { user: 'dan', penalty: 9 }] };

  it('given_a_second_tier_when_a_call_comes_then_it_is_asked_only_after_its_time', () => {
    const there = company({ queues: [two] });
    there.ready('cleo', 'ann');
    there.answerAll(there.arrive('first', '8001'));
    expect(there.arrive('second', '8001')).toEqual([]);
    expect(there.pass(19_000)).toEqual([]);
    expect(there.pass(1_000)).toEqual(['cleo']);
    expect(there.facts('tier-opened')).toMatchObject([{ tier: 1, why: 'waited' }]);
  });

  it('given_a_call_when_each_member_of_the_first_tier_who_is_there_was_tried_then_the_second_opens_at_once', () => {
    const there = company({ queues: [two] });
    there.ready('ann', 'ben', 'cleo');
    expect(there.arrive('caller', '8001')).toEqual(['ann']);
    expect(there.decline('ann')).toEqual(['ben']);
    expect(there.decline('ben')).toEqual(['cleo']);
    expect(there.facts('tier-opened')).toMatchObject([{ tier: 1, why: 'tried' }]);
  });

  it('given_a_call_that_waits_when_the_last_of_the_first_tier_goes_away_then_the_next_tiers_open', () => {
    const there = company({ queues: [two] });
    there.ready('ann', 'dan');
    there.answerAll(there.arrive('first', '8001'));
    expect(there.arrive('second', '8001')).toEqual([]);
    const { driver } = there;
    driver.step({ type: 'intent', intent: 'x', ask: { do: 'not-ready', user: 'ann', reason: null } });
    expect(there.callerOf('dan')).toBe('second');
    expect(there.facts('tier-opened').map(({ tier }) => tier)).toEqual([1, 2]);
  });

  it('given_a_queue_whose_tiers_open_by_time_alone_when_all_were_tried_then_the_first_are_asked_again', () => {
    const there = company({ queues: [{ ...two, tiers: { afterMs: 60_000, whenTried: false } }] });
    there.ready('ann', 'cleo');
    there.arrive('caller', '8001');
    expect(there.decline('ann')).toEqual([]);
    expect(there.pass(1_000)).toEqual(['ann']);
  });

  it('given_an_open_second_tier_when_both_have_somebody_then_the_first_goes_first', () => {
    const there = company({ queues: [{ ...two, tiers: { afterMs: 0, whenTried: true } }] });
    there.ready('cleo', 'ann');
    expect(there.arrive('caller', '8001')).toEqual(['ann']);
    expect(there.arrive('another', '8001')).toEqual(['cleo']);
  });
});

describe('skills', () => {
  const skills = { ann: { es: 2, vip: 1 }, ben: { es: 4 }, cleo: { es: 9 }, dan: { fr: 5 } };
  const queue = { ...base, members: ['ann', 'ben', 'cleo', 'dan'] };

  it('given_a_need_when_nobody_idle_has_it_then_the_call_waits_and_one_behind_it_goes_first', () => {
    const there = company({ queues: [queue], skills });
    there.ready('dan');
    expect(there.arrive('spanish', '8001', { needs: [es3] })).toEqual([]);
    expect(there.arrive('any', '8001')).toEqual(['dan']);
    expect(there.ready('ann')).toEqual([]);
    expect(there.ready('ben')).toEqual(['ben']);
    expect(there.callerOf('ben')).toBe('spanish');
  });

  it('given_the_needs_of_a_queue_when_a_call_brings_its_own_then_those_count', () => {
    const there = company({ queues: [{ ...queue, needs: [es3] }], skills });
    there.ready('dan');
    expect(there.arrive('plain', '8001')).toEqual([]);
    expect(there.arrive('french', '8001', { needs: [{ skill: 'fr', level: 5, required: true }] })).toEqual(['dan']);
  });

  it('given_a_preferred_need_when_somebody_has_it_then_they_go_first_and_else_anybody', () => {
    const there = company({ queues: [queue], skills });
    there.ready('dan', 'ben', 'ann');
    expect(there.arrive('one', '8001', { needs: [vip] })).toEqual(['ann']);
    expect(there.arrive('two', '8001', { needs: [vip] })).toEqual(['dan']);
  });

  it('given_relaxations_when_their_times_come_then_the_call_needs_less_step_by_step', () => {
    const relax = [
      { afterMs: 10_000, skill: 'es', lowerBy: 1 },
      { afterMs: 30_000, skill: null, lowerBy: null },
    ];
    const there = company({ queues: [{ ...queue, relax }], skills });
    there.ready('dan');
    there.arrive('one', '8001', { needs: [es3] });
    there.arrive('two', '8001', { needs: [es3] });
    there.ready('ann');
    expect(there.pass(9_900)).toEqual([]);
    expect(there.pass(100)).toEqual(['ann']);
    expect(there.facts('call-relaxed').map(({ step, needs }) => [step, needs])).toContainEqual([1, 'es>=2']);
    expect(there.pass(20_000)).toEqual(['dan']);
    expect(there.call('two').needs).toBe('~es>=2');
  });

  it('given_who_declined_when_nobody_else_has_the_skill_then_they_are_asked_again_and_the_unskilled_never', () => {
    const there = company({ queues: [queue], skills });
    there.ready('ben', 'dan');
    expect(there.arrive('spanish', '8001', { needs: [es3] })).toEqual(['ben']);
    expect(there.decline('ben')).toEqual([]);
    expect(there.pass(1_000)).toEqual(['ben']);
  });

  it('given_who_declined_when_a_relaxation_lets_others_in_then_those_go_first', () => {
    const relax = [{ afterMs: 5_000, skill: null, lowerBy: 5 }];
    const there = company({ queues: [{ ...queue, relax }], skills });
    there.ready('ben');
    there.arrive('spanish', '8001', { needs: [es3] });
    there.decline('ben');
    there.ready('ann');
    there.driver.now += 4_900;
    expect(there.pass(200)).toEqual(['ann']);
  });

  it('given_an_agent_who_learns_something_when_a_call_waits_for_it_then_they_are_asked', () => {
    const there = company({ queues: [queue], skills });
    there.ready('dan');
    there.arrive('spanish', '8001', { needs: [es3] });
    learn(there, 'dan', { es: 3 });
    expect(there.callerOf('dan')).toBe('spanish');
  });

  it('given_the_only_one_of_the_first_tier_who_fits_when_they_lose_the_skill_then_the_next_tier_opens_at_once', () => {
    const members = ['ann', { user: 'ben', penalty: 1 }];
    const there = company({ queues: [{ ...base, members, needs: [es3] }], skills: { ann: { es: 3 }, ben: { es: 4 } } });
    there.ready('ann', 'ben');
    there.answerAll(there.arrive('first', '8001'));
    expect(there.arrive('second', '8001')).toEqual([]);
    learn(there, 'ann', { es: 1 });
    expect(there.callerOf('ben')).toBe('second');
    expect(there.facts('tier-opened')).toMatchObject([{ tier: 1, why: 'tried' }]);
  });
});

describe('why somebody may not', () => {
  const say = (there: Company, caller: string, agent: string) => {
    const { world, now } = there.driver;
    const row = world.state.agents.get(agent);
    if (row === undefined) throw new Error(`no agent ${agent}`);
    return eligibility(world, there.call(caller), row, now);
  };

  it('given_each_reason_when_it_is_asked_then_it_comes_with_its_number', () => {
    const there = company({
      queues: [
        {
          ...base,
          members: ['ann', 'ben', 'cleo', 'dan', { user: 'eve', penalty: 1 }],
          wrapUpMs: 12_000,
          backOffMs: 7_000,
        },
        { id: 'other', extension: '8002', members: ['flo'] },
      ],
      skills: { ben: { es: 2 }, dan: { es: 5 }, eve: { es: 5 } },
    });
    there.ready('dan', 'ben', 'eve');
    there.arrive('caller', '8001', { needs: [es3] });
    expect(say(there, 'caller', 'dan')).toMatchObject({ reason: 'offered' });
    there.decline('dan');
    expect(say(there, 'caller', 'dan')).toEqual({ reason: 'backing-off', leftMs: 7_000 });
    there.decline('eve');
    there.pass(7_000);
    expect(there.callerOf('dan')).toBe('caller');
    expect(there.facts('offer-made').at(-1)?.why.named).toContainEqual({ agent: 'eve', reason: 'asked', times: 1 });
    expect(say(there, 'caller', 'eve')).toEqual({ reason: 'rings-another', ringing: 1 });
    expect(say(there, 'caller', 'ben')).toEqual({ reason: 'skill', skill: 'es', has: 2, needs: 3 });
    expect(say(there, 'caller', 'ann')).toMatchObject({ reason: 'signed-out' });
    expect(say(there, 'caller', 'flo')).toEqual({ reason: 'not-a-member' });
    there.serve('dan');
    there.arrive('next', '8001', { needs: [es3] });
    there.driver.now += 2_000;
    expect(say(there, 'next', 'dan')).toEqual({ reason: 'wrap-up', leftMs: 9_990 });
  });

  it('given_a_closed_tier_when_it_is_asked_then_it_says_when_it_opens', () => {
    const there = company({ queues: [{ ...base, members: ['ann', { user: 'ben', penalty: 1 }] }] });
    there.ready('ann', 'ben');
    there.answerAll(there.arrive('one', '8001'));
    there.arrive('two', '8001');
    there.driver.now += 5_000;
    expect(say(there, 'two', 'ben')).toEqual({ reason: 'tier', tier: 1, opensInMs: 15_000 });
  });

  it('given_members_kept_free_and_a_limit_when_it_is_asked_then_the_gate_is_said', () => {
    const kept = company({ queues: [{ ...base, members: ['ann'], keepFree: { agents: 1, fromPriority: 8 } }] });
    kept.ready('ann');
    kept.arrive('plain', '8001');
    expect(say(kept, 'plain', 'ann')).toEqual({ reason: 'kept-free', idle: 1, agents: 1 });
    const full = company({ queues: [{ ...base, members: ['ann', 'ben'], maxTalking: 1 }] });
    full.ready('ann', 'ben');
    full.answerAll(full.arrive('one', '8001'));
    full.arrive('two', '8001');
    expect(say(full, 'two', 'ben')).toEqual({ reason: 'limit', talking: 1, most: 1 });
  });

  it('given_any_course_of_things_when_it_is_quiet_then_a_call_that_waits_has_nobody_eligible', () => {
    const dice = createDice(23);
    const members = Array.from({ length: 8 }, (_, place) => ({ user: `a${place}`, penalty: place % 3 }));
    const skills = Object.fromEntries(members.map(({ user }, place) => [user, place % 2 ? { es: place + 1 } : {}]));
    const relax = [{ afterMs: 8_000, skill: null, lowerBy: 2 }];
    const there = company({
      queues: [
        { ...base, members, relax, maxTalking: 4, tiers: { afterMs: 9_000, whenTried: true } },
        {
          ...base,
          id: 'shop',
          extension: '8002',
          strategy: 'random',
          members,
          keepFree: { agents: 2, fromPriority: 7 },
        },
      ],
      skills,
    });
    let offers = 0;
    for (let count = 0; count < 400; count += 1) {
      const { user } = dice.pick(members);
      const work = there.driver.world.state.agents.get(user)?.work.is;
      if (work === 'offered') dice.happens(700) ? there.answer(user) : there.decline(user);
      else if (work === 'talking') there.hangUp(user);
      else if (dice.happens(400)) there.ready(user);
      else if (dice.happens(200))
        there.driver.step({ type: 'intent', intent: 'p', ask: { do: 'not-ready', user, reason: null } });
      else {
        const needs = dice.happens(500) ? [{ ...es3, level: dice.between(1, 9) }] : [];
        there.arrive(`c${count}`, dice.pick(['8001', '8002']), { needs, priority: dice.between(4, 8) });
      }
      there.pass(dice.between(0, 4_000));
      const { state } = there.driver.world;
      for (const call of state.calls.values()) {
        if (call.phase !== 'waiting') continue;
        for (const agent of state.agents.values()) {
          const said = eligibility(there.driver.world, call, agent, there.driver.now);
          expect(isEligible(said), `${call.id} beside ${agent.id}: ${JSON.stringify(said)}`).toBe(false);
        }
      }
      offers = there.facts('offer-made').length;
    }
    expect(offers).toBeGreaterThan(50);
    for (const { why } of there.facts('offer-made')) expect(why.named.length).toBeLessThanOrEqual(20);
  });
});
