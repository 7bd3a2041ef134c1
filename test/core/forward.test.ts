import { expect, test } from 'vitest';
import type { ForwardTarget } from '../../src/core/forwards.ts';
import type { UserSettings } from '../../src/core/settings.ts';
import { abroad, type Driver, rights, running, trunk, user } from './driver.ts';
import { arrive, forwarded } from './situations.ts';

const toDan: ForwardTarget = { said: '1004' };

/** Cleo calls ben, whose two phones ring. */
function bothRing(): Driver {
  const driver = arrive(running([]), '1002', 'caller-1', '1003');
  for (const leg of driver.legs()) driver.step({ type: 'leg-created', leg });
  return driver;
}

const gone = (driver: Driver, leg: string, cause: number, sip: number) =>
  void driver.step({ type: 'leg-gone', leg, cause, sip });

function told(driver: Driver): string[] {
  return driver.facts.flatMap((fact) => {
    if (fact.type === 'forward-followed') return [`followed ${fact.said}`];
    if (fact.type === 'forward-refused') return [`refused ${fact.said}: ${fact.why}`];
    return fact.type === 'call-ended' ? [fact.ending] : [];
  });
}

test.each([
  ['busy', 17, 486, ['refused 1004: another-phone', 'busy']],
  ['declined', 21, 603, ['declined']],
  ['not there', 19, 480, ['refused 1004: another-phone', 'busy']],
  ['broken', 38, 500, ['followed 1004']],
] as const)(
  'given_two_phones_when_one_forwards_and_the_other_is_%s_then_the_weightier_end_counts',
  (_, cause, sip, said) => {
    for (const first of [0, 1]) {
      const driver = bothRing();
      const [one = '', other = ''] = driver.legs();
      driver.step({ type: 'leg-forwarded', leg: one, to: toDan });
      const ends = [() => gone(driver, one, 23, 302), () => gone(driver, other, cause, sip)];
      for (const end of first === 0 ? ends : ends.toReversed()) end();
      // With the decline the other phone is hung up: what it says then is no news.
      expect(told(driver).filter((line) => cause !== 21 || !line.startsWith('refused'))).toEqual(said);
    }
  },
);

test('given_two_phones_when_one_forwards_and_the_other_rings_on_then_it_may_be_answered_or_rings_out', () => {
  for (const answers of [true, false]) {
    const driver = forwarded(bothRing(), toDan);
    const [, other = ''] = driver.legs();
    driver.step({ type: 'leg-rang', leg: other, evidence: 'ringing' });
    expect(told(driver)).toEqual([]);
    if (answers) driver.step({ type: 'leg-answered', leg: other });
    else driver.pass(60_000);
    expect(told(driver)).toEqual(answers ? [] : ['refused 1004: another-phone', 'no-answer']);
    expect([...driver.world.state.calls.values()].map(({ partner }) => partner?.user)).toEqual([
      answers ? 'ben' : undefined,
    ]);
  }
});

test('given_two_phones_that_forward_when_both_have_said_so_then_the_first_says_where_to', () => {
  const driver = bothRing();
  const [one = '', other = ''] = driver.legs();
  forwarded(driver, { said: '1001' }, other);
  forwarded(driver, toDan, one);
  expect(told(driver)).toEqual(['followed 1001']);
});

test('given_a_forward_that_does_not_say_where_to_when_the_leg_ends_then_nobody_is_called', () => {
  const driver = bothRing();
  for (const leg of driver.legs()) gone(driver, leg, 23, 302);
  expect(told(driver)).toEqual(['refused null: no-number', 'failed']);
});

test('given_a_leg_that_we_are_hanging_up_when_its_phone_forwards_then_that_is_too_late', () => {
  const driver = bothRing();
  const [one = '', other = ''] = driver.legs();
  driver.step({ type: 'leg-answered', leg: other });
  driver.step({ type: 'leg-forwarded', leg: one, to: toDan });
  gone(driver, one, 23, 302);
  expect(told(driver)).toEqual([]);
});

test('given_calls_that_ring_at_a_number_when_one_more_is_forwarded_there_by_the_same_user_then_it_is_a_circle', () => {
  const driver = running([]);
  const free: UserSettings = {
    ...user('ann', '1001'),
    forwards: 'outside',
    calling: { ...rights, maxCalls: null, callsPerMinute: null },
  };
  const none = { queues: [], removedUsers: [], removedQueues: [] };
  driver.step({ type: 'settings', revision: 2, ...none, users: [free] });
  driver.step({ type: 'outside', trunks: [{ ...trunk('red', 1), maxCalls: null }], routes: [], payers: [] });
  for (const caller of ['caller-1', 'caller-2', 'caller-3', 'caller-4']) {
    arrive(driver, '1001', caller);
    forwarded(driver, { said: '00493012345', outside: abroad }, driver.legs().at(-1));
  }
  expect(told(driver).filter((line) => !line.startsWith('followed'))).toEqual(['refused 00493012345: loop', 'failed']);
});

test('given_a_user_who_is_removed_while_their_phone_rings_when_it_forwards_then_nobody_is_called', () => {
  const driver = bothRing();
  const none = { users: [], queues: [], removedQueues: [] };
  driver.step({ type: 'settings', revision: 2, ...none, removedUsers: ['ben'] });
  for (const leg of driver.legs()) forwarded(driver, toDan, leg);
  expect(told(driver).filter((line) => line.startsWith('followed'))).toEqual([]);
});
