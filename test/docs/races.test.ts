import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { mutants } from '../mutants/mutants.ts';
import { cell, sources, tableUnder } from './page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { rows } = tableUnder('docs/internals/races.md', 'Cases');
const none = '—';
const lies = new Set(mutants.map(({ lie }) => lie));
const real = [...sources('test/asterisk'), ...sources('test/chaos')].map(([, text]) => text).join('\n');
const judges = [...sources('src/simulation')].map(([, text]) => text).join('\n');

test('the_hard_cases_when_counted_then_each_of_the_28_is_there', () => {
  const numbers = new Set(rows.map((row) => Number(cell(row, '#'))));
  expect([...numbers]).toEqual(Array.from({ length: 28 }, (_, place) => place + 1));
});

test.each(rows.map((row) => [`${cell(row, '#')}, ${cell(row, 'Case')}`, row] as const))(
  'the_case_%s_when_looked_up_then_everything_that_is_named_is_there',
  (_case, row) => {
    const said = (column: string): string | null => (cell(row, column) === none ? null : cell(row, column));
    const [scenario, phones, judge, mutant] = ['Scenario', 'Real phones', 'Auditor says', 'Mutant'].map(said);
    if (scenario) expect(existsSync(join(root, 'test/scenarios', `${scenario}.txt`)), scenario).toBe(true);
    if (phones) expect(real.includes(`'${phones}'`), phones).toBe(true);
    if (judge) expect(judges.includes(judge), judge).toBe(true);
    if (mutant) expect(lies.has(mutant), mutant).toBe(true);
    if (!phones) expect(cell(row, 'What is right') === '' || cell(row, '#') === '19').toBe(true);
  },
);
