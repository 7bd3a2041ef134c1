import { expect, test } from 'vitest';
import { readCsv, readUsersCsv } from '../../src/cli/csv.ts';
import { readMembersCsv, readSkillsCsv } from '../../src/cli/csv-tables.ts';

test.each([
  ['users', readUsersCsv, 'username,name,extension\nbob,Bob,1001\nana,Ana,'],
  ['members', readMembersCsv, 'queue,username,penalty\nbilling,bob,1\nbilling,ana,'],
  ['skills', readSkillsCsv, 'username,skill,level\nbob,es,7\nana,fr,'],
])('given_%s_whose_last_cell_is_empty_when_no_newline_ends_the_file_then_the_last_row_is_read', (_what, read, text) => {
  const rows = read(text);
  expect(rows.map(({ username }) => username)).toEqual(['bob', 'ana']);
  expect(rows).toEqual(read(`${text}\n`));
});

test.each([
  ['', []],
  ['\n', []],
  ['a', [['a']]],
  ['a,', [['a', '']]],
  ['a,\r\n', [['a', '']]],
  [
    'a,,\n,b',
    [
      ['a', '', ''],
      ['', 'b'],
    ],
  ],
  ['"a,\n""b""",', [['a,\n"b"', '']]],
  [',', []],
])('given_%j_when_it_is_read_then_its_rows_have_all_their_cells', (text, rows) => {
  expect(readCsv(text)).toEqual(rows);
});
