import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { expect, test } from 'vitest';
import { tellFindings } from '../../src/cli/doctor.ts';
import { roomOf, wrapped } from '../../src/cli/layout.ts';
import { createOutput, fields, table } from '../../src/cli/output.ts';

const head = ['Id', 'From', 'Needs', 'Priority', 'State'];
const rows = [
  ['cb-1a2b3c-c17', 'Anna Amalia von Sachsen (+4930123456)', '-', '5', 'waiting for anybody at all'],
  ['cb-1a2b3c-c18', 'Bo', '-', '10', 'talking'],
];
const drawn = (room: number, options: object = {}): readonly string[] =>
  table(head, rows, '', { room, ...options }).split('\n');

test('given_a_pipe_when_a_table_is_printed_then_nothing_of_it_is_cut_or_wrapped', () => {
  expect(roomOf({ columns: 40 })).toBe(Number.POSITIVE_INFINITY);
  expect(roomOf({ isTTY: true, columns: 40 })).toBe(40);
  const long = 'x'.repeat(5_000);
  const lines = table(['Id', 'Value'], [['1', long]], '', { room: roomOf({}) }).split('\n');
  expect(lines).toEqual(['Id  Value', `1   ${long}`]);
});

test('given_a_narrow_terminal_when_a_table_is_printed_then_cells_are_wrapped_at_words_in_their_columns', () => {
  expect(drawn(70)).toEqual([
    'Id             From                Needs  Priority  State',
    'cb-1a2b3c-c17  Anna Amalia von     -      5         waiting for',
    '               Sachsen                              anybody at all',
    '               (+4930123456)',
    'cb-1a2b3c-c18  Bo                  -      10        talking',
  ]);
});

test('given_a_terminal_that_is_too_narrow_for_words_when_a_table_is_printed_then_columns_are_left_out_and_named', () => {
  const lines = drawn(40, { spare: ['Priority'] });
  expect(lines[0]).toMatch(/^Id +From +State$/);
  expect(lines.at(-1)).toBe('(no room for Priority: --json has all)');
  expect(lines.slice(0, -1).filter((line) => line.length > 40)).toEqual([]);
  expect(lines.join('\n')).toContain('cb-1a2b3c-c17');
});

test('given_a_word_that_is_wider_than_the_terminal_when_a_table_is_printed_then_it_is_cut_and_says_so', () => {
  const lines = table(['Id', 'Value'], [['1', pc.createColors(true).green('y'.repeat(200))]], '', { room: 40 });
  const [, row = ''] = lines.split('\n').map(stripVTControlCharacters);
  expect(row).toMatch(/^1 +y+…$/);
  expect(row.length).toBeLessThanOrEqual(40);
});

test('given_wide_and_combining_characters_when_a_table_is_printed_then_columns_stand_below_each_other', () => {
  const names = ['東京太郎', 'Zoe\u0308', '👩‍💻 Kim', 'a\u001b[2Jb', 'plain'];
  const [, ...lines] = table(['Name', 'Is'], [...names.map((name) => [name, '|'])], '').split('\n');
  const blanks = lines.map((line) => / *\|$/.exec(line)?.[0].length);
  expect(blanks).toEqual([3, 8, 5, 5, 6]);
});

test('given_numbers_when_a_table_is_printed_to_the_right_then_the_first_column_stays_at_the_left', () => {
  expect(
    table(
      ['', 'ms'],
      [
        ['one', '1'],
        ['two', '200'],
      ],
      '',
      { isRight: true },
    ).split('\n'),
  ).toEqual(['      ms', 'one    1', 'two  200']);
});

test('given_a_long_value_when_names_and_values_are_printed_then_it_goes_on_below_itself', () => {
  expect(fields([['name', 'one two three four five six']], 30)).toBe('name  one two three four five\n      six');
  expect(fields([['name', 'one two three']], Number.POSITIVE_INFINITY)).toBe('name  one two three');
});

test('given_a_narrow_terminal_when_findings_are_told_then_no_word_is_broken', () => {
  const words = 'Asterisk has not been asked for its modules since it was started anew'.split(' ');
  const before = { isTTY: process.stdout.isTTY, columns: process.stdout.columns };
  let text = '';
  Object.assign(process.stdout, { isTTY: true, columns: 60 });
  try {
    const finding = {
      check: 'modules' as const,
      level: 'warning' as const,
      found: words.join(' '),
      expected: words.join(' '),
    };
    tellFindings(
      createOutput(false, (part) => (text += part)),
      [{ ...finding, todo: words.join(' ') }],
    );
  } finally {
    Object.assign(process.stdout, before);
  }
  const lines = stripVTControlCharacters(text).split('\n');
  expect(lines.filter((line) => line.length > 60)).toEqual([]);
  expect(
    lines
      .join(' ')
      .split(/ +/)
      .filter((word) => word === 'modules'),
  ).toHaveLength(4);
  expect(wrapped('one', 10, 12)).toBe('one');
});
