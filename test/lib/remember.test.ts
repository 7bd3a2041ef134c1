import { expect, test } from 'vitest';
import { remember } from '../../src/lib/remember.ts';

test('given_texts_asked_again_when_there_is_room_then_the_work_is_done_once_and_what_was_asked_longest_ago_goes_first', () => {
  const worked: string[] = [];
  const ask = remember((text) => {
    worked.push(text);
    return text === 'none' ? null : text.length;
  }, 2);
  expect([ask('one'), ask('none'), ask('one'), ask('none')]).toEqual([3, null, 3, null]);
  expect(worked).toEqual(['one', 'none']);
  ask('one');
  ask('three');
  expect([ask('one'), ask('none')]).toEqual([3, null]);
  expect(worked).toEqual(['one', 'none', 'three', 'none']);
});
