import { describe, expect, it } from 'vitest';
import type { NumberedFact } from '../../src/core/facts.ts';
import type { StrategyName } from '../../src/core/queue-settings.ts';
import { strategies } from '../../src/core/routing/strategy/table.ts';
import { defaultLimits } from '../../src/core/world.ts';
import { createDice } from '../../src/simulation/dice.ts';
import { type Driver, drive, group, user } from './driver.ts';

// One contract that each strategy passes; what is its own comes below.
const names = Object.keys(strategies) as StrategyName[];
const members = ['a', 'b', 'c', 'd', 'e', 'f'];

/** A group of six with this strategy, all ready and reachable but for `away`. */
function team(strategy: StrategyName, away: readonly string[] = [], maxRinging = 10): Driver {
  const driver = drive();
  const users = members.map((id, place) => user(id, `100${place}`));
  const team = group('team', '8001', members, { strategy, maxRinging, wrapUpMs: 0 });
  driver.step({ type: 'started', epoch: 'e', limits: defaultLimits });
  driver.step({ type: 'settings', revision: 1, users, queues: [team], removedUsers: [], removedQueues: [] });
  driver.step({ type: 'calendar', day: '2026-11-22' });
  driver.step({ type: 'pbx-connected' });
  driver.step({ type: 'surveyed', full: true, pbxStarted: 'p', legs: [], rooms: [] });
  driver.step({ type: 'phones-surveyed', reachable: users.flatMap(({ phones }) => phones) });
  for (const id of members.filter((one) => !away.includes(one))) {
    driver.now += 1;
    driver.step({ type: 'intent', intent: id, ask: { do: 'sign-in', user: id, ready: true } });
  }
  return driver;
}

let callers = 0;

/** A caller comes; who is offered the call. */
function arrive(driver: Driver): string[] {
  const before = driver.facts.length;
  callers += 1;
  driver.now += 10;
  driver.step({ type: 'caller-arrived', leg: `caller-${callers}`, dialled: '8001', phone: null });
  return asked(driver.facts.slice(before));
}

function asked(facts: readonly NumberedFact[]): string[] {
  return facts.flatMap((fact) => (fact.type === 'offer-made' ? [fact.agent] : []));
}

/** The last leg to this agent. */
function legOf(driver: Driver, agent: string): string {
  const phone = `100${members.indexOf(agent)}`;
  const made = driver.commands.flatMap((one) => (one.do === 'create-leg' && one.phone === phone ? [one.leg] : []));
  return made.at(-1) ?? '';
}

/** The agent answers, talks for a second, and hangs up; nobody rests. */
function serve(driver: Driver, agent: string): void {
  const leg = legOf(driver, agent);
  driver.step({ type: 'leg-created', leg });
  driver.step({ type: 'leg-answered', leg });
  const call = driver.world.state.legs.get(leg)?.call ?? '';
  const caller = driver.world.state.calls.get(call)?.caller ?? '';
  driver.step({ type: 'joined', call, legs: [caller, leg] });
  driver.now += 1_000;
  for (const one of [...(driver.world.state.calls.get(call)?.legs ?? [])])
    if (one !== leg && one !== caller) driver.step({ type: 'leg-gone', leg: one, cause: 26, sip: 0 });
  driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
  driver.step({ type: 'leg-gone', leg: caller, cause: 16, sip: 0 });
}

/** The agent's phone declines. */
function decline(driver: Driver, agent: string): string[] {
  const before = driver.facts.length;
  const leg = legOf(driver, agent);
  driver.step({ type: 'leg-created', leg });
  driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
  driver.step({ type: 'leg-gone', leg, cause: 21, sip: 603 });
  return asked(driver.facts.slice(before));
}

describe.each(names)('the strategy %s', (strategy) => {
  it('given_members_who_are_not_eligible_when_a_call_comes_then_none_of_them_is_asked', () => {
    const driver = team(strategy, ['a', 'd']);
    driver.step({ type: 'phone-reachable', phone: '1001', reachable: false });
    driver.step({ type: 'intent', intent: 'x', ask: { do: 'not-ready', user: 'c', reason: null } });
    const who = arrive(driver);
    expect(who.length).toBeGreaterThan(0);
    for (const id of who) expect(['e', 'f']).toContain(id);
  });

  it('given_many_calls_when_they_come_at_once_then_nobody_is_asked_twice_at_a_time', () => {
    const driver = team(strategy, [], 2);
    const who = Array.from({ length: 9 }, () => arrive(driver)).flat();
    expect(new Set(who).size).toBe(who.length);
    expect(who.length).toBe(6);
  });

  it('given_a_call_when_everybody_declines_then_each_is_asked_once_before_anybody_again', () => {
    const driver = team(strategy, [], 1);
    const order = arrive(driver);
    for (let count = 0; count < 5; count += 1) order.push(...decline(driver, order.at(-1) ?? ''));
    expect([...order].sort()).toEqual(members);
  });

  it('given_the_same_history_when_it_is_played_twice_then_the_choice_is_the_same', () => {
    const play = (): string[] => {
      callers = 0;
      const dice = createDice(11);
      const driver = team(strategy, [], 1);
      driver.twin = false;
      const order: string[] = [];
      for (let count = 0; count < 40; count += 1) {
        const [who = ''] = arrive(driver);
        order.push(who);
        if (dice.happens(700)) serve(driver, who);
        else driver.step({ type: 'leg-gone', leg: `caller-${callers}`, cause: 127, sip: 487 });
        driver.step({ type: 'leg-gone', leg: legOf(driver, who), cause: 16, sip: 0 });
      }
      return order;
    };
    expect(play()).toEqual(play());
  });

  it('given_a_member_who_becomes_free_when_a_call_waits_then_they_are_asked_in_the_same_step', () => {
    const driver = team(strategy, members);
    expect(arrive(driver)).toEqual([]);
    const before = driver.facts.length;
    driver.step({ type: 'intent', intent: 'x', ask: { do: 'sign-in', user: 'e', ready: true } });
    expect(asked(driver.facts.slice(before))).toEqual(['e']);
  });

  it('given_calls_that_wait_when_a_member_becomes_free_then_the_one_that_came_first_is_served', () => {
    const driver = team(strategy, members);
    arrive(driver);
    const first = `caller-${callers}`;
    arrive(driver);
    driver.step({ type: 'intent', intent: 'x', ask: { do: 'sign-in', user: 'b', ready: true } });
    const leg = legOf(driver, 'b');
    const call = driver.world.state.legs.get(leg)?.call ?? '';
    expect(driver.world.state.calls.get(call)?.caller).toBe(first);
  });

  it('given_an_offer_when_it_is_made_then_it_says_why', () => {
    const driver = team(strategy, ['a']);
    arrive(driver);
    const offer = driver.facts.find((fact) => fact.type === 'offer-made');
    expect(offer).toMatchObject({ why: { strategy, idle: 5, passedOver: { 'signed-out': 1 } } });
  });
});
