import { describe, expect, it } from 'vitest';
import { type Driver, group, running, user } from './driver.ts';

// The directory comes in portions: a number or a phone that one gave away is not the former owner's to take along.

const none = { type: 'settings', revision: 2, users: [], queues: [], removedUsers: [], removedQueues: [] } as const;

/** Whose phones ring for this number. */
function rings(driver: Driver, dialled: string): string[] {
  const before = driver.commands.length;
  driver.step({ type: 'caller-arrived', leg: `caller-${dialled}`, dialled, phone: null });
  return driver.commands.slice(before).flatMap((one) => (one.do === 'create-leg' ? [one.phone] : []));
}

describe('an extension that an earlier portion gave to another', () => {
  it('given_a_user_whose_number_went_to_another_when_they_have_their_new_one_then_the_other_keeps_it', () => {
    const driver = running();
    driver.step({ ...none, users: [{ ...user('cleo', '1001'), phones: ['1003'] }] });
    driver.step({ ...none, users: [{ ...user('ann', '1009'), phones: ['1001'] }] });
    expect(rings(driver, '1001')).toEqual(['1003']);
    expect(rings(driver, '1009')).toEqual(['1001']);
  });

  it('given_a_queue_whose_number_went_to_another_when_it_is_removed_then_the_other_keeps_it', () => {
    const driver = running(['dan']);
    driver.step({ ...none, queues: [group('few', '8001', ['dan'])] });
    driver.step({ ...none, removedQueues: ['line'] });
    expect(rings(driver, '8001')).toEqual(['1004']);
  });

  it('given_a_user_whose_phone_went_to_another_when_they_are_changed_or_removed_then_the_other_has_it_registered', () => {
    for (const change of [{ users: [user('ann', '1009')] }, { removedUsers: ['ann'] }]) {
      const driver = running();
      driver.step({ ...none, users: [user('cleo', '1003', '1001')] });
      driver.step({ ...none, ...change });
      expect(driver.world.state.phones.get('1001')).toMatchObject({ user: 'cleo', registered: true });
      expect(rings(driver, '1003')).toEqual(['1003', '1001']);
    }
  });
});

describe('phones that change hands within a portion', () => {
  it.each([
    ['ann', 'cleo'],
    ['cleo', 'ann'],
  ])('given_two_users_who_swap_their_phones_when_%s_comes_before_%s_then_each_has_the_other_one_registered', (one) => {
    const driver = running();
    const swapped = [
      { ...user('ann', '1001'), phones: ['1003'] },
      { ...user('cleo', '1003'), phones: ['1001'] },
    ];
    driver.step({ ...none, users: one === 'ann' ? swapped : swapped.reverse() });
    expect(driver.world.state.phones.get('1001')).toMatchObject({ user: 'cleo', registered: true });
    expect(driver.world.state.phones.get('1003')).toMatchObject({ user: 'ann', registered: true });
    expect(rings(driver, '1001')).toEqual(['1003']);
    expect(rings(driver, '1003')).toEqual(['1001']);
  });

  it('given_a_phone_that_is_nobodys_any_more_then_its_row_goes', () => {
    const driver = running();
    driver.step({ ...none, users: [{ ...user('ann', '1001'), phones: [] }] });
    expect(driver.world.state.phones.has('1001')).toBe(false);
  });
});
