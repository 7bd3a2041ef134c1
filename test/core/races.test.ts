import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/core/world.ts';
import { type Driver, drive, group, groups, phones, running, users } from './driver.ts';

/** A call to the group in which everybody rings, with all three of its phones ringing. */
function everybodyRings(driver: Driver): string[] {
  driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8002', phone: null });
  const legs = driver.legs();
  for (const leg of legs) {
    driver.step({ type: 'leg-created', leg, dialled: true });
    driver.step({ type: 'leg-rang', leg, evidence: 'ringing' });
  }
  return legs;
}

describe('races', () => {
  it('given_everybody_rings_when_one_answers_then_the_others_keep_their_place_in_the_idle_order', () => {
    const driver = running();
    const before = ['ben', 'cleo'].map((id) => driver.world.state.agents.get(id)?.idleSince);
    driver.now += 60_000;
    const [first = '', ...others] = everybodyRings(driver);
    driver.now += 3_000;
    driver.step({ type: 'leg-answered', leg: first });
    for (const leg of others) driver.step({ type: 'leg-gone', leg, cause: 26, sip: 0 });
    const ended = driver.facts.filter((fact) => fact.type === 'offer-ended');
    expect(ended.map((fact) => 'outcome' in fact && fact.outcome)).toEqual(['rescinded', 'rescinded']);
    expect(['ben', 'cleo'].map((id) => driver.world.state.agents.get(id)?.idleSince)).toEqual(before);
  });

  it('given_a_leg_that_is_only_asked_for_when_the_caller_leaves_then_it_is_ended_by_its_own_id', () => {
    const driver = running();
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '1004', phone: '1003' });
    const [leg] = driver.legs();
    const commands = driver.step({ type: 'leg-gone', leg: 'caller', cause: 127, sip: 487 });
    expect(commands).toContainEqual({ do: 'hang-up', leg, cause: 'normal' });
  });

  it('given_a_caller_who_is_there_when_Asterisk_is_not_known_yet_then_nobody_is_rung_before_the_first_survey', () => {
    const driver = drive();
    driver.step({ type: 'started', epoch: 'e', limits: defaultLimits });
    driver.step({ type: 'settings', revision: 1, users, queues: groups, removedUsers: [], removedQueues: [] });
    driver.step({ type: 'phones-surveyed', reachable: phones });
    driver.step({ type: 'intent', intent: 'i', ask: { do: 'sign-in', user: 'ann', ready: true } });
    driver.step({ type: 'pbx-connected' });
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8001', phone: null });
    expect(driver.legs()).toEqual([]);
    driver.step({
      type: 'surveyed',
      full: true,
      pbxStarted: 'p',
      legs: [{ leg: 'caller', state: 'down', arrival: { dialled: '8001', phone: null } }],
      rooms: [],
    });
    expect(driver.legs()).toHaveLength(1);
  });

  it('given_a_phone_that_never_rang_when_its_offer_ends_then_it_is_no_miss', () => {
    const driver = running();
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8001', phone: null });
    const [leg = ''] = driver.legs();
    driver.step({ type: 'leg-created', leg, dialled: true });
    driver.pass(5_000);
    driver.step({ type: 'leg-gone', leg, cause: 16, sip: 0 });
    expect(driver.facts).toContainEqual(expect.objectContaining({ type: 'offer-ended', outcome: 'unreachable' }));
    expect(driver.facts.some((fact) => fact.type === 'agent-missed')).toBe(false);
    expect(driver.world.state.agents.get('ann')?.hold).toBe(null);
  });

  it('given_one_who_declined_and_is_idle_again_when_the_next_is_busy_then_the_third_is_asked_before_them', () => {
    const driver = running();
    const three = group('three', '8009', ['ann', 'ben', 'cleo']);
    driver.step({ type: 'settings', revision: 2, users: [], queues: [three], removedUsers: [], removedQueues: [] });
    driver.step({ type: 'caller-arrived', leg: 'caller', dialled: '8009', phone: null });
    driver.step({ type: 'leg-gone', leg: driver.legs().at(-1) ?? '', cause: 17, sip: 486 });
    const [ben = '', other = ''] = driver.legs().slice(1);
    driver.pass(7_000);
    expect(driver.world.state.agents.get('ann')?.work.is).toBe('idle');
    for (const leg of [ben, other]) driver.step({ type: 'leg-gone', leg, cause: 17, sip: 486 });
    const asked = driver.facts.flatMap((fact) => (fact.type === 'offer-made' ? [fact.agent] : []));
    expect(asked).toEqual(['ann', 'ben', 'cleo']);
  });
});
