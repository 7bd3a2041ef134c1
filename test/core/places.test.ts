import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/core/world.ts';
import { type Driver, drive, group, user } from './driver.ts';

// The order of waiting is one static number a call, and nothing takes a call's place away.

/** Two groups, the first of which overflows to the second after a minute; nobody is ready. */
function company(): Driver {
  const driver = drive();
  const groups = [
    group('first', '8001', [], { overflow: { to: 'group', group: 'second' } }),
    group('second', '8002', ['ann', 'ben'], { maxWaitMs: 600_000 }),
  ];
  const users = [user('ann', '1001'), user('ben', '1002')];
  driver.step({ type: 'started', epoch: 'e', limits: defaultLimits });
  driver.step({ type: 'settings', revision: 1, users, queues: groups, removedUsers: [], removedQueues: [] });
  driver.step({ type: 'pbx-connected' });
  driver.step({ type: 'surveyed', full: true, pbxStarted: 'p', legs: [], rooms: [] });
  driver.step({ type: 'phones-surveyed', reachable: ['1001', '1002'] });
  return driver;
}

function arrive(driver: Driver, leg: string, dialled: string): void {
  driver.step({ type: 'caller-arrived', leg, dialled, phone: null });
}

/** Whose call this agent is offered on signing in. */
function offeredTo(driver: Driver, agent: string): string | undefined {
  driver.step({ type: 'intent', intent: agent, ask: { do: 'sign-in', user: agent, ready: true } });
  const offer = driver.facts.findLast((fact) => fact.type === 'offer-made' && fact.agent === agent);
  return offer && 'call' in offer && offer.call !== null ? driver.world.state.calls.get(offer.call)?.caller : undefined;
}

describe('places in the line', () => {
  it('given_a_call_that_overflows_when_another_came_to_that_queue_later_then_the_older_one_is_served_first', () => {
    const driver = company();
    arrive(driver, 'older', '8001');
    driver.pass(30_000);
    arrive(driver, 'younger', '8002');
    driver.pass(31_000);
    expect(driver.facts.filter((fact) => fact.type === 'call-overflowed')).toHaveLength(1);
    expect(offeredTo(driver, 'ann')).toBe('older');
    expect(offeredTo(driver, 'ben')).toBe('younger');
  });

  it('given_a_call_that_was_declined_when_the_next_agent_is_free_then_it_is_still_the_first', () => {
    const driver = company();
    arrive(driver, 'older', '8002');
    driver.pass(1_000);
    arrive(driver, 'younger', '8002');
    expect(offeredTo(driver, 'ann')).toBe('older');
    driver.step({ type: 'leg-gone', leg: driver.legs().at(-1) ?? '', cause: 17, sip: 486 });
    expect(offeredTo(driver, 'ben')).toBe('older');
  });

  it('given_calls_of_one_instant_when_an_agent_is_free_then_the_order_of_their_coming_counts', () => {
    const driver = company();
    for (const leg of ['one', 'two', 'three']) arrive(driver, leg, '8002');
    expect(offeredTo(driver, 'ann')).toBe('one');
    expect(offeredTo(driver, 'ben')).toBe('two');
  });
});
