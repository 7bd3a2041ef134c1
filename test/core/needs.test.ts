import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_NEEDS, type Need, parseNeeds, printNeeds } from '../../src/core/needs.ts';

const need = fc.record({
  skill: fc.stringMatching(/^[a-z0-9._-]{1,64}$/),
  level: fc.integer({ min: 1, max: 10 }),
  required: fc.boolean(),
});

describe('what a call needs', () => {
  test('given_required_and_preferred_needs_with_and_without_levels_when_read_then_each_is_what_was_written', () => {
    expect(parseNeeds(' lang.es >= 3, billing,~vip>=10 ')).toEqual([
      { skill: 'lang.es', level: 3, required: true },
      { skill: 'billing', level: 1, required: true },
      { skill: 'vip', level: 10, required: false },
    ]);
  });

  test('given_nothing_when_read_then_nothing_is_needed', () => {
    expect([parseNeeds(''), parseNeeds('  ')]).toEqual([[], []]);
  });

  test.each([
    'es>=0',
    'es>=11',
    'es>3',
    'es=3',
    'ES',
    'es>=3;fr',
    'es,,fr',
    'es,',
    '~',
    'es>=',
    '!es',
    'es>=1.5',
    'es,es>=3',
  ])('given_%j_when_read_then_it_is_refused', (text) => {
    expect(parseNeeds(text)).toBeNull();
  });

  test('given_more_needs_than_a_call_may_have_when_read_then_they_are_refused', () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => `s${i}`).join(',');
    expect(parseNeeds(many(MOST_NEEDS))).toHaveLength(MOST_NEEDS);
    expect(parseNeeds(many(MOST_NEEDS + 1))).toBeNull();
  });

  test('given_any_needs_when_printed_and_read_then_they_are_the_same', () => {
    const lists = fc.uniqueArray(need, { selector: ({ skill }: Need) => skill, maxLength: MOST_NEEDS });
    fc.assert(fc.property(lists, (needs) => void expect(parseNeeds(printNeeds(needs))).toEqual(needs)));
  });

  test('given_any_text_when_read_then_nothing_breaks_and_what_is_taken_can_be_printed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        const needs = parseNeeds(text);
        if (needs !== null) expect(parseNeeds(printNeeds(needs))).toEqual(needs);
      }),
    );
  });
});
