import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { CHECKS } from '../../src/doctor/finding.ts';
import { cell, fileText, tableUnder } from './page.ts';

const pages = [
  'forwards',
  'install',
  'phones-without-a-screen',
  'queues',
  'stations',
  'survival',
  'troubleshooting',
  'trunks',
  'upgrade',
  'why',
].map((name) => `docs/operating/${name}.md`);
/** The names from the program's own down to the command's. */
function pathOf(command: Command): string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

const proofs = tableUnder('docs/operating/survival.md', 'The proof').rows;

test.each(proofs.map((row) => [cell(row, 'Sentence'), cell(row, 'File'), cell(row, 'Test or fault')] as const))(
  'sentence_%s_of_the_contract_when_its_proof_in_%s_is_looked_for_then_it_is_there',
  (_sentence, file, name) => {
    // A call that is long has its name on a line of its own.
    const text = fileText(file).replace(/\(\s+'/g, "('");
    const starts = !file.endsWith('.test.ts') ? ["name: '", "byHand('"] : ["test('", "it('"];
    expect(starts.filter((start) => text.includes(`${start}${name}'`))).toHaveLength(1);
  },
);

test('the_contract_when_its_sentences_are_counted_then_each_has_a_proof_or_the_page_says_that_it_has_none', () => {
  const page = fileText('docs/operating/survival.md');
  const sentences = [...page.matchAll(/^(\d+)\. /gm)].map(([, number]) => number);
  const unproven = (page.match(/^Not yet proven: ([\d, ]+)\./m)?.[1] ?? '').split(', ').filter(Boolean);
  expect(sentences).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
  const proven = new Set(proofs.flatMap((row) => cell(row, 'Sentence').split(', ')));
  expect(sentences.filter((number) => !proven.has(number ?? ''))).toEqual(unproven);
});

test.each(pages)('%s_when_it_names_a_command_of_ours_then_there_is_one_with_that_option', (page) => {
  const program = buildProgram({}, () => undefined);
  const unknown = [...fileText(page).matchAll(/`cordboard ([^`]+)`/g)].flatMap(([, line = '']) => {
    const words = line.replace(/\s+/g, ' ').split(' ');
    let command = program;
    for (const word of words) {
      const inner = command.commands.find((one) => one.name() === word);
      if (inner === undefined) break;
      command = inner;
    }
    // A group of commands is followed by one of them, by an option, or by nothing.
    const next = words[pathOf(command).length];
    if (command.commands.length > 0 && next !== undefined && !next.startsWith('-')) return [line];
    const options = words.filter((word) => word.startsWith('--'));
    const known = [...command.options.map(({ long }) => long), '--help'];
    return command === program || options.some((option) => !known.includes(option)) ? [line] : [];
  });
  expect(unknown).toEqual([]);
});

test.each(pages)('%s_when_it_links_to_a_file_then_it_is_there', (page) => {
  const links = [...fileText(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, to = '']) => to);
  expect(links.filter((to) => !existsSync(normalize(join(dirname(page), to))))).toEqual([]);
});

test('a_check_of_the_doctor_when_a_page_names_it_then_there_is_one', () => {
  const named = pages.flatMap((page) => [...fileText(page).matchAll(/doctor's `([a-z-]+)`/g)].map(([, name]) => name));
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((name) => !CHECKS.some((check) => check === name))).toEqual([]);
});

test('the_exit_codes_when_compared_with_the_unit_then_those_that_are_not_started_again_are_the_same', () => {
  const unit = fileText('systemd/cordboard.service').match(/^RestartPreventExitStatus=(.*)$/m)?.[1];
  const rows = tableUnder('docs/operating/upgrade.md', 'The exit codes of the daemon').rows;
  const ends = rows.filter((row) => cell(row, 'Started again by the unit') === 'no').map((row) => cell(row, 'Code'));
  expect(unit?.split(' ')).toEqual(ends);
});
