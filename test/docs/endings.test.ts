import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/core/routing/outcome.ts';
import { policies } from '../../src/core/routing/policy.ts';
import { cell, fileText, type PageTable, tablesOf, wordsOf } from './page.ts';
import { literalsOf, typeText } from './types.ts';

const page = 'docs/internals/endings.md';
const facts = fileText('src/core/facts.ts');

const times = { unreachableAfterMs: 5_000, ringMs: 15_000 };
/** What each column of the two tables stands for, at its edges. */
const evidence: Readonly<Record<string, readonly { readonly rangMs: number | null; readonly silentMs: number }[]>> = {
  'Silent, early': [
    { rangMs: null, silentMs: 0 },
    { rangMs: null, silentMs: 3_999 },
  ],
  'Silent for its time': [
    { rangMs: null, silentMs: 4_000 },
    { rangMs: null, silentMs: 60_000 },
  ],
  'Rang, early': [
    { rangMs: 0, silentMs: 4_500 },
    { rangMs: 13_999, silentMs: 1 },
  ],
  'Rang for its time': [
    { rangMs: 14_000, silentMs: 1 },
    { rangMs: 60_000, silentMs: 60_000 },
  ],
};
const bySip = tableOf('SIP');
const byCause = tableOf('Cause');
const sipRows = byCode(bySip);
const causeRows = byCode(byCause);

describe('the table of final responses', () => {
  test.each(Object.keys(evidence))(
    'given_%s_when_each_code_and_cause_is_looked_up_then_the_code_says_the_same',
    (seen) => {
      const wrong: unknown[] = [];
      for (const sip of [0, ...range(300, 699)]) {
        for (const cause of range(0, 127)) {
          const expected = said(sip, cause, seen);
          for (const times of evidence[seen] ?? []) {
            const got = outcome(sip, cause, times);
            if (got !== expected) wrong.push({ sip, cause, ...times, got, expected });
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  test('given_the_codes_that_the_source_names_when_looked_up_then_the_page_names_the_same', () => {
    const source = fileText('src/core/routing/outcome.ts');
    const [sips = '', causes = ''] = source.split('function withoutStatus');
    expect(numbersOf(bySip)).toEqual(casesOf(sips).filter((code) => code !== 0));
    expect(numbersOf(byCause)).toEqual(casesOf(causes));
  });
});

test('the_endings_of_calls_and_offers_when_compared_with_the_page_then_each_is_there_and_no_other', () => {
  expect(columnOf('Ending')).toEqual(sorted(literalsOf(typeText(facts, 'CallEnding'))));
  expect(columnOf('Outcome')).toEqual(sorted(literalsOf(typeText(facts, 'Outcome'))));
  expect(columnOf('Rescinded because')).toEqual(sorted(literalsOf(typeText(facts, 'RescindWhy'))));
});

test('the_outcomes_when_the_source_weighs_them_then_the_page_has_the_same_order', () => {
  const source = fileText('src/core/routing/outcome.ts');
  const weights = literalsOf(source.match(/const weights[^[]*\[\] = \[([^\]]*)\]/)?.[1] ?? '');
  const written = fileText(page).match(/the weightiest end counts: ([^.]*)\./)?.[1] ?? '';
  expect(weights.length).toBeGreaterThan(3);
  expect(literalsOf(written.replaceAll('`', "'"))).toEqual(weights);
});

test.each([
  ['policies', policyTable],
  ['sip', sipTable],
  ['causes', causeTable],
] as const)('the_table_of_%s_when_it_is_made_of_the_code_then_the_page_has_it', (name, make) => {
  const text = fileText(page);
  const between = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  const now = text.replace(between, (_all, before: string, after: string) => `${before}${make()}\n${after}`);
  if (process.env.UPDATE === '1' && process.env.CI === undefined) writeFileSync(page, now);
  else expect(now).toBe(text);
});

/** What each outcome does, from the policies. */
function policyTable(): string {
  const rows = Object.entries(policies).map(([name, policy]) => [
    `\`${name}\``,
    policy.miss === 'never' ? '' : 'where configured',
    ...[policy.backsOff, policy.given, policy.asked, policy.suspects, policy.onMiss].map((does) => (does ? 'yes' : '')),
  ]);
  return markdown(['Outcome', 'Miss', 'Rests', 'Given', 'Asked', 'Suspect', 'On miss'], rows);
}

/** Final statuses by what they come to; those that the cause decides are one row, and all that the code does not name another. */
function sipTable(): string {
  const [sips = ''] = fileText('src/core/routing/outcome.ts').split('function withoutStatus');
  const rowOf = (sip: number) =>
    Object.values(evidence).map(([times]) => {
      const got = new Set([16, 17, 21, 38].map((cause) => outcome(sip, cause, times ?? { rangMs: 0, silentMs: 0 })));
      return got.size > 1 ? 'by cause' : `\`${[...got].join()}\``;
    });
  const rows = grouped(casesOf(sips).map((sip) => [sip === 0 ? 'none' : String(sip), rowOf(sip)]));
  const byCause = rows.filter(([, second]) => second === 'by cause');
  return markdown(
    ['SIP', ...Object.keys(evidence)],
    [...rows.filter((row) => !byCause.includes(row)), ...byCause, ['any other', ...rowOf(699)]],
  );
}

function causeTable(): string {
  const [, causes = ''] = fileText('src/core/routing/outcome.ts').split('function withoutStatus');
  const rowOf = (cause: number) =>
    Object.values(evidence).map(([times]) => `\`${outcome(0, cause, times ?? { rangMs: 0, silentMs: 0 })}\``);
  const first = ['17', '21'];
  const rows = grouped(casesOf(causes).map((cause) => [String(cause), rowOf(cause)]));
  rows.sort((a, b) => Number(first.includes(b[0] ?? '')) - Number(first.includes(a[0] ?? '')));
  return markdown(['Cause', ...Object.keys(evidence)], [...rows, ['any other', ...rowOf(126)]]);
}

/** Rows that say the same are one, with all their codes in the first cell. */
function grouped(rows: readonly (readonly [code: string, cells: readonly string[]])[]): string[][] {
  const groups = new Map<string, { readonly codes: string[]; readonly cells: readonly string[] }>();
  for (const [code, cells] of rows) {
    const group = groups.get(cells.join()) ?? { codes: [], cells };
    groups.set(cells.join(), group);
    group.codes.push(code);
  }
  return [...groups.values()].map(({ codes, cells }) => [codes.join(', '), ...cells]);
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines
    .join('\n')
    .replace(/^\|( ---.*)$/m, (line) => line.replaceAll(' ', ''))
    .replace(/\| {2}(?=\|)/g, '| ');
}

function outcome(sip: number, cause: number, seen: { rangMs: number | null; silentMs: number }): string {
  return outcomeOf({ sip, cause, ...seen, ...times });
}

/** What the page says: the table by status, and where that says so the one by cause. */
function said(sip: number, cause: number, seen: string): string {
  const outcome = cell(rowFor(sipRows, sip === 0 ? 'none' : String(sip)), seen);
  return outcome === 'by cause' ? cell(rowFor(causeRows, String(cause)), seen) : outcome;
}

function rowFor(rows: Rows, code: string): Readonly<Record<string, string>> {
  const row = rows.get(code) ?? rows.get('any other');
  if (row === undefined) throw new Error(`no row for ${code}`);
  return row;
}

type Rows = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The rows of a table by each code that they name. */
function byCode(table: PageTable): Rows {
  const rows = new Map<string, Readonly<Record<string, string>>>();
  for (const row of table.rows) {
    for (const code of wordsOf(cell(row, table.columns[0] ?? ''))) {
      if (rows.has(code)) throw new Error(`two rows for ${code}`);
      rows.set(code, row);
    }
  }
  return rows;
}

function tableOf(column: string): PageTable {
  const table = tablesOf(page).find(({ columns }) => columns[0] === column);
  if (table === undefined) throw new Error(`no table with the column ${column}`);
  return table;
}

function columnOf(column: string): readonly string[] {
  return sorted(tableOf(column).rows.map((row) => cell(row, column)));
}

function numbersOf(table: PageTable): readonly number[] {
  const words = table.rows.flatMap((row) => wordsOf(cell(row, table.columns[0] ?? '')));
  return words
    .filter((word) => /^\d+$/.test(word))
    .map(Number)
    .sort((a, b) => a - b);
}

function casesOf(source: string): readonly number[] {
  return [...source.matchAll(/case (\d+):/g)].map(([, code]) => Number(code)).sort((a, b) => a - b);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, place) => from + place);
}

function sorted(words: readonly string[]): readonly string[] {
  return [...words].sort();
}
