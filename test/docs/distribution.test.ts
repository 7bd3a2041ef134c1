import { expect, test } from 'vitest';
import { defaultHeadStartsMs } from '../../src/core/queue-settings.ts';
import { strategies } from '../../src/core/routing/strategy/table.ts';
import { fileText } from './page.ts';

const text = fileText('docs/internals/distribution.md');
const row = (first: string): string[] =>
  (text.split('\n').find((line) => line.startsWith(`| ${first} |`)) ?? '')
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());

test('the_table_of_head_starts_when_compared_with_the_code_then_it_is_the_same', () => {
  const ms = row('Head start').map((cell) => {
    const [, sign = '', number = '0', unit = ''] = /^(−?)(\d+)(?: (min|s))?$/.exec(cell) ?? ['', '', 'NaN'];
    return Number(number) * (unit === 'min' ? 60_000 : 1_000) * (sign === '' ? 1 : -1);
  });
  expect(ms.map((one) => one + 0)).toEqual(defaultHeadStartsMs);
  expect(row('Priority')).toEqual(defaultHeadStartsMs.map((_, place) => String(place + 1)));
});

test('the_shares_of_the_strategies_when_compared_with_the_code_then_each_is_there', () => {
  const section = text.split('| Strategy | Share')[1]?.split('\n\n')[0] ?? '';
  const named = section
    .split('\n')
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => name));
  expect(named.toSorted()).toEqual(Object.keys(strategies).toSorted());
});
