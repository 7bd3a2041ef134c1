import { expect, test } from 'vitest';
import { shownAs } from '../../src/asterisk/manners.ts';

const name = 'CONNECTEDLINE(name,i)';

test('given_a_long_name_that_ends_in_an_emoji_when_a_queue_is_shown_then_no_half_character_is_left', () => {
  for (let length = 60; length < 80; length += 1) {
    const shown = shownAs('support', { number: '0301', name: `${'a'.repeat(length)}😀`, withheld: false })[name] ?? '';
    expect(shown).not.toMatch(/\p{Cs}/u);
    expect(shown.length).toBeLessThanOrEqual(80);
  }
});

test('given_a_number_with_half_a_character_when_a_queue_is_shown_then_it_is_left_out', () => {
  const shown = shownAs('support', { number: '030\ud83d1', name: '', withheld: false });
  expect(shown['CONNECTEDLINE(num,i)']).toBe('0301');
  expect(shown[name]).not.toMatch(/\p{Cs}/u);
});
