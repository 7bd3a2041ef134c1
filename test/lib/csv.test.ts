import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCsv, readUsersCsv } from '../../src/cli/csv.ts';
import { readMembersCsv, readSkillsCsv } from '../../src/cli/csv-tables.ts';
import { readCsvFile } from '../../src/cli/file.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

const home = makeScratch('csv');
afterAll(() => removeScratch(home));

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

test.each([
  ['Windows-1252', Buffer.from('username,name\nmue,M\u00fcller\n', 'latin1')],
  ['UTF-16', Buffer.from('\ufeffusername,name\nmue,M\u00fcller\n', 'utf16le')],
])('given_a_file_in_%s_when_it_is_read_then_it_is_refused_and_no_name_comes_out_wrong', (_what, bytes) => {
  const file = join(home, 'users.csv');
  writeFileSync(file, bytes);
  expect(() => readCsvFile(file)).toThrow(
    expect.objectContaining({ code: 'wrong-file', message: `${file} is not UTF-8: save it as CSV UTF-8` }),
  );
});

test('given_a_file_in_utf_8_with_its_mark_when_it_is_read_then_the_names_are_as_they_were', () => {
  const file = join(home, 'users.csv');
  writeFileSync(file, '\ufeffusername,name\nmue,M\u00fcller \ud83d\ude00\n');
  expect(readUsersCsv(readCsvFile(file))).toEqual([{ username: 'mue', name: 'M\u00fcller \ud83d\ude00' }]);
});
