import pc from 'picocolors';
import { expect, test } from 'vitest';
import { createOutput, printable, table } from '../../src/cli/output.ts';

test.each([
  ['a window title', '\u001b]0;owned\u0007', '\u241b]0;owned\u2407'],
  ['a screen that is cleared', 'a\u001b[2J\u001b[Hb', 'a\u241b[2J\u241b[Hb'],
  ['text that is hidden', '\u001b[8mhidden', '\u241b[8mhidden'],
  ['the eight-bit form of it', 'a\u009b2Jb', 'a\ufffd2Jb'],
  ['writing that is turned', 'a\u202etxt.exe', 'a\ufffdtxt.exe'],
  ['a delete and a nought', 'a\u007f\u0000', 'a\u2421\u2400'],
])('given_%s_in_what_a_caller_is_called_then_the_terminal_is_not_steered', (_what, hostile, shown) => {
  expect(printable(hostile)).toBe(shown);
});

test('given_emoji_accents_and_our_own_colours_when_printed_then_they_are_as_they_were', () => {
  const { bold, red, yellow, green, cyan, dim } = pc.createColors(true);
  const ours = [bold, red, yellow, green, cyan, dim].map((colour) => colour('Zoë 😀')).join('\n');
  expect(printable(ours)).toBe(ours);
});

test('given_a_caller_with_line_breaks_when_a_table_or_a_stream_is_printed_then_it_is_one_row_and_json_has_it_as_it_is', () => {
  const name = 'Eve\r\n8001  admin\t';
  expect(table(['From', 'Dialled'], [[name, '8001']], '').split('\n')).toHaveLength(2);
  const written: string[] = [];
  const write = (text: string) => void written.push(text);
  createOutput(false, write).line({ name }, (value) => value.name);
  createOutput(true, write).line({ name }, (value) => value.name);
  expect(written[0]).toBe('Eve\u240d\u240a8001  admin\u2409\n');
  expect(JSON.parse(written[1] ?? '')).toEqual({ name });
});
