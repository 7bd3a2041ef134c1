import { expect, test } from 'vitest';
import type { Destination } from '../../src/core/settings.ts';
import { type Driver, group, running } from './driver.ts';
import { arrive, lastLeg } from './situations.ts';

// A circle of rules ends after ten moves; what a person moves is no circle.

function move(driver: Driver, to: Destination): void {
  const [call = ''] = driver.world.state.calls.keys();
  driver.step({ type: 'intent', intent: 'm', ask: { do: 'move', call, to } });
}

test('given_a_call_that_a_supervisor_moves_to_and_fro_then_it_waits_on_after_any_number_of_moves', () => {
  const driver = arrive(running([]), '8001');
  for (let count = 0; count < 25; count += 1) move(driver, { to: 'group', group: count % 2 === 0 ? 'all' : 'line' });
  const [call] = driver.world.state.calls.values();
  expect(call).toMatchObject({ phase: 'waiting', queue: 'all', hops: 0 });
});

test('given_a_circle_of_overflows_when_a_person_moves_a_call_into_it_then_it_ends_after_ten', () => {
  const driver = running([]);
  const into = (id: string, extension: string, other: string) =>
    group(id, extension, ['ann'], { refuseWhen: 'nobody-signed-in', overflow: { to: 'group', group: other } });
  const none = { type: 'settings', revision: 2, users: [], removedUsers: [], removedQueues: [] } as const;
  driver.step({ ...none, queues: [into('one', '8101', 'two'), into('two', '8102', 'one')] });
  arrive(driver, '8001');
  move(driver, { to: 'group', group: 'one' });
  const moves = driver.facts.filter((fact) => fact.type === 'call-overflowed');
  expect(moves.map(({ why }) => why)).toEqual(['moved', ...Array.from({ length: 11 }, () => 'nobody')]);
  expect(driver.facts.findLast((fact) => fact.type === 'call-ended')).toMatchObject({ ending: 'overflow-hang-up' });
});

test('given_a_caller_who_hears_a_carrier_when_they_are_moved_to_another_number_then_the_next_is_heard_when_that_one_is_gone', () => {
  const driver = arrive(running([]), '8001');
  const otherwise = { to: 'group', group: 'few' } as const;
  const outside = (number: string) => ({ to: 'number', number, class: 'national', otherwise }) as const;
  const speak = (leg: string): void => {
    driver.step({ type: 'leg-created', leg });
    driver.step({ type: 'leg-rang', leg, evidence: 'progress' });
  };
  const joins = () => driver.commands.flatMap((one) => (one.do === 'join' ? [one.legs[1]] : []));
  move(driver, outside('+33144556677'));
  const first = lastLeg(driver);
  speak(first);
  expect(joins()).toEqual([first]);
  move(driver, outside('+33144556688'));
  const second = lastLeg(driver);
  speak(second);
  expect(joins()).toEqual([first]);
  driver.step({ type: 'leg-gone', leg: first, cause: 16, sip: 0 });
  expect(joins()).toEqual([first, second]);
});
