import { describe, expect, it } from 'vitest';
import { whyNotAvailable } from '../../src/core/reindex.ts';
import { defaultLimits } from '../../src/core/world.ts';
import { type Driver, drive, group, user } from './driver.ts';

// The members of a large team are counted as they change, those of a small one when it is asked: both must say the same.

/** One queue of so many, all signed in; the twin of each step counts anew. */
function company(size: number): Driver {
  const driver = drive();
  const users = Array.from({ length: size }, (_, place) => user(`u${place}`, `${1000 + place}`));
  const members = users.map(({ id }) => id);
  const queues = [group('team', '8001', members, { leaveWhen: 'nobody-ready', wrapUpMs: 5_000 })];
  driver.step({ type: 'started', epoch: 'e', limits: defaultLimits });
  driver.step({ type: 'settings', revision: 1, users, queues, removedUsers: [], removedQueues: [] });
  driver.step({ type: 'pbx-connected' });
  driver.step({ type: 'surveyed', full: true, pbxStarted: 'p', legs: [], rooms: [] });
  driver.step({ type: 'phones-surveyed', reachable: users.flatMap(({ phones }) => phones) });
  driver.twin = false;
  for (const id of members) driver.step({ type: 'intent', intent: id, ask: { do: 'sign-in', user: id, ready: true } });
  driver.twin = true;
  return driver;
}

function notReady(driver: Driver, id: string): void {
  driver.step({ type: 'intent', intent: `not-${id}`, ask: { do: 'not-ready', user: id, reason: null } });
}

/** Who cannot be offered a call, by the reason, as the rows have it. */
function countsOf({ world }: Driver): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const agent of world.state.agents.values()) {
    const word = whyNotAvailable(world, agent);
    if (word !== 'available') counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

describe.each([20, 256, 257])('a team of %i', (size) => {
  it('given_members_in_every_state_when_a_call_is_offered_then_it_says_how_many_were_passed_over_for_what', () => {
    const driver = company(size);
    notReady(driver, 'u1');
    driver.step({ type: 'intent', intent: 'out', ask: { do: 'sign-out', user: 'u2' } });
    driver.step({ type: 'phone-reachable', phone: '1003', reachable: false });
    for (const leg of ['one', 'two', 'three']) {
      driver.now += 10;
      const before = countsOf(driver);
      driver.step({ type: 'caller-arrived', leg, dialled: '8001', phone: null });
      const made = driver.facts.findLast((fact) => fact.type === 'offer-made');
      expect(made?.type === 'offer-made' && made.why.passedOver).toEqual(before);
      const asked = driver.legs().at(-1) ?? '';
      driver.step({ type: 'leg-created', leg: asked });
      driver.step({ type: 'leg-answered', leg: asked });
    }
    driver.step({ type: 'leg-gone', leg: 'one', cause: 16, sip: 0 });
    driver.step({ type: 'leg-gone', leg: driver.legs()[0] ?? '', cause: 16, sip: 0 });
    const before = countsOf(driver);
    expect(before).toMatchObject({ 'not-ready': 1, 'signed-out': 1, unreachable: 1 });
    driver.step({ type: 'caller-arrived', leg: 'four', dialled: '8001', phone: null });
    const made = driver.facts.findLast((fact) => fact.type === 'offer-made');
    expect(made?.type === 'offer-made' && made.why.passedOver).toEqual(before);
  });

  it('given_a_call_that_waits_when_the_last_member_is_no_longer_ready_then_it_leaves', () => {
    const driver = company(size);
    driver.twin = false;
    for (let place = 1; place < size; place += 1) notReady(driver, `u${place}`);
    driver.twin = true;
    driver.step({ type: 'caller-arrived', leg: 'one', dialled: '8001', phone: null });
    driver.step({ type: 'caller-arrived', leg: 'two', dialled: '8001', phone: null });
    const overflowed = () => driver.facts.filter((fact) => fact.type === 'call-overflowed').length;
    expect(overflowed()).toBe(0);
    notReady(driver, 'u0');
    expect(overflowed()).toBe(2);
  });
});
