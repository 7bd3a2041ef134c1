import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seenLeg, translate } from '../../src/asterisk/translate.ts';
import { wishesOf } from '../../src/asterisk/wishes.ts';

const es = { skill: 'lang.es', level: 3, required: true };
const vip = { skill: 'vip', level: 1, required: false };

describe('what a caller brings along', () => {
  test.each([
    [['priority=8', 'place=2', 'needs=lang.es>=3', '~vip'], { priority: 8, place: 2, needs: [es, vip] }],
    [['needs=lang.es>=3', '~vip', 'priority=1'], { priority: 1, needs: [es, vip] }],
    [['priority=10'], { priority: 10 }],
    [['allowed_not_screened', 'needs= lang.es >= 3 '], { needs: [es] }],
  ])('given_%j_then_it_is_read', (args, wishes) => {
    expect(wishesOf(args)).toEqual({ wishes });
  });

  test.each([
    [[]],
    [['priority=', 'place=', 'needs=']],
    [['allowed']],
    [['nonsense', 'more=nonsense']],
    [[7, null, { needs: 'es' }]],
  ])('given_%j_then_there_is_no_wish_and_nothing_wrong', (args) => {
    expect(wishesOf(args)).toEqual({});
  });

  test.each([
    ['priority=0', 'priority', '0'],
    ['priority=11', 'priority', '11'],
    ['priority=vip', 'priority', 'vip'],
    ['priority=5.5', 'priority', '5.5'],
    ['needs=lang.es>3', 'needs', 'lang.es>3'],
    [`needs=${'x'.repeat(200)}`, 'needs', 'x'.repeat(80)],
    ['needs=es\u0007', 'needs', 'es?'],
  ])('given_%j_then_it_is_ignored_and_told_and_the_others_hold', (arg, wish, got) => {
    expect(wishesOf(['place=3', arg]).ignored).toEqual([{ wish, got, expected: expect.any(String) }]);
    expect(wishesOf(['place=3', arg]).wishes).toEqual({ place: 3 });
  });

  test('given_any_arguments_then_nothing_breaks', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom('priority=', 'needs=', 'needs=es', 'place=1', 'priority=3'));
    fc.assert(
      fc.property(fc.array(part), (args) => {
        const { wishes, ignored = [] } = wishesOf(args);
        expect(Object.keys(wishes ?? {}).length + ignored.length).toBeLessThanOrEqual(3);
      }),
    );
  });
});

test('given_a_channel_that_comes_or_is_found_when_translated_then_its_wishes_are_the_same', () => {
  const said = translate({
    type: 'StasisStart',
    args: ['9001', 'priority=8', 'place=', 'needs=lang.es>=3', '~vip'],
    channel: { id: '1.1', name: 'PJSIP/1001-0000001' },
  });
  expect(said?.event).toMatchObject({ dialled: '9001', wishes: { priority: 8, needs: [es, vip] } });
  const found = seenLeg(
    {
      id: '1.1',
      name: 'PJSIP/1001-0000001',
      state: 'Up',
      dialplan: { app_name: 'Stasis', app_data: 'cordboard,9001,priority=8,place=,needs=lang.es>=3,~vip' },
    },
    'cordboard',
  );
  expect(found?.arrival).toMatchObject({ dialled: '9001', wishes: { priority: 8, needs: [es, vip] } });
});
