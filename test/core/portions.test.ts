import { describe, expect, it } from 'vitest';
import type { SettingsEvent } from '../../src/core/events.ts';
import { type Driver, drive, group, rowsOf, running, user } from './driver.ts';

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

/** Who has which number and which phone. */
function owners({ world: { index } }: Driver): unknown[] {
  return [index.extensions, index.phoneUser].map((one) => [...one].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Portion = Partial<Pick<SettingsEvent, 'users' | 'queues'>>;

/** Each is a move of a number or a phone, as it comes in two portions, the one who gains and the one who loses. */
const moves: readonly (readonly [what: string, gains: Portion, loses: Portion, dialled: string, rings: string])[] = [
  [
    'a number of cleo to ann',
    { users: [{ ...user('ann', '1003'), phones: ['1001'] }] },
    { users: [{ ...user('cleo', '1009'), phones: ['1003'] }] },
    '1003',
    '1001',
  ],
  [
    'a number of ann to cleo',
    { users: [{ ...user('cleo', '1001'), phones: ['1003'] }] },
    { users: [{ ...user('ann', '1009'), phones: ['1001'] }] },
    '1001',
    '1003',
  ],
  [
    'a number of a queue to a user',
    { users: [{ ...user('ann', '8003'), phones: ['1001'] }] },
    { queues: [group('few', '8009', ['cleo'])] },
    '8003',
    '1001',
  ],
  [
    'a number of a user to a queue',
    { queues: [group('few', '1001', ['dan'])] },
    { users: [{ ...user('ann', '1009'), phones: ['1001'] }] },
    '1001',
    '1004',
  ],
  [
    'a number of one queue to another',
    { queues: [group('all', '8003', ['dan'])] },
    { queues: [group('few', '8009', ['cleo'])] },
    '8003',
    '1004',
  ],
  [
    'a phone of cleo to ann',
    { users: [{ ...user('ann', '1001'), phones: ['1003'] }] },
    { users: [{ ...user('cleo', '1003'), phones: [] }] },
    '1001',
    '1003',
  ],
  [
    'a phone of ann to cleo',
    { users: [{ ...user('cleo', '1003'), phones: ['1001'] }] },
    { users: [{ ...user('ann', '1001'), phones: [] }] },
    '1003',
    '1001',
  ],
];

describe.each(moves)('given_%s_in_two_portions', (_what, gains, loses, dialled, phone) => {
  it.each(['gains', 'loses'])(
    'when_the_one_who_%s_comes_first_then_it_is_theirs_and_a_core_that_was_loaded_between_agrees',
    (first) => {
      const driver = running();
      let loaded = drive(rowsOf(driver.world));
      loaded.now = driver.now;
      for (const portion of first === 'gains' ? [gains, loses] : [loses, gains]) {
        driver.step({ ...none, ...portion });
        loaded.step({ ...none, ...portion });
        expect(owners(loaded)).toEqual(owners(driver));
        loaded = drive(rowsOf(driver.world));
        loaded.now = driver.now;
        expect(owners(loaded)).toEqual(owners(driver));
      }
      for (const one of [loaded, driver]) {
        // A phone that was nobody's for a moment is registered again by the next news of it.
        one.step({ type: 'phone-reachable', phone, reachable: true });
        expect(rings(one, dialled)).toEqual([phone]);
      }
    },
  );
});

it('given_a_phone_that_went_to_another_when_a_call_comes_before_the_former_owners_portion_then_it_is_not_rung_for_them', () => {
  const driver = running(['ann']);
  driver.step({ ...none, users: [user('cleo', '1003', '1001')] });
  expect(rings(driver, '8001')).toEqual([]);
  expect(driver.facts.at(-1)).not.toMatchObject({ type: 'offer-made' });
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
