import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { cell, columnUnder, fileText, tableUnder, wordsOf } from './page.ts';

const page = 'docs/reference/cli.md';
const program = buildProgram({}, () => undefined);
const commands = commandsOf(program, []);
const options = tableUnder(page, 'Options').rows;

test('the_program_when_compared_with_the_page_then_each_command_is_there_with_its_arguments_and_no_other', () => {
  const said = commands.map(({ path, command }) => [path, ...command.registeredArguments.map(argumentText)].join(' '));
  expect(columnUnder(page, 'Commands', 'Command').toSorted()).toEqual(said.toSorted());
});

test('the_program_when_compared_with_the_page_then_each_option_is_there_and_no_other', () => {
  const got = commands.flatMap(({ path, command }) => command.options.map((option) => `${path} ${option.flags}`));
  const said = options.flatMap((row) => wordsOf(cell(row, 'Command')).map((path) => `${path} ${cell(row, 'Option')}`));
  expect(said.toSorted()).toEqual(got.toSorted());
  expect(columnUnder(page, 'Options of every command', 'Option').toSorted()).toEqual(
    program.options.map((option) => option.flags).toSorted(),
  );
});

test('an_option_with_a_default_or_with_choices_when_compared_with_the_page_then_they_are_named', () => {
  for (const { path, command } of commands) {
    for (const { flags, defaultValue, argChoices, mandatory } of command.options) {
      const rows = options.filter((row) => cell(row, 'Option') === flags);
      const row = rows.find((each) => wordsOf(cell(each, 'Command')).includes(path)) ?? {};
      if (typeof defaultValue === 'number')
        expect([path, flags, cell(row, 'Default')]).toEqual([path, flags, `${defaultValue}`]);
      if (mandatory) expect([path, flags, cell(row, 'Default')]).toEqual([path, flags, 'required']);
      const meaning = cell(row, 'Meaning');
      const unsaid = (argChoices ?? []).filter((choice) => !meaning.includes(choice) && meaning !== 'As above.');
      expect([path, flags, unsaid]).toEqual([path, flags, []]);
    }
  }
});

test('a_command_when_its_requests_are_named_then_the_page_of_the_interface_has_them', () => {
  const known = columnUnder('docs/reference/http.md', 'Routes', 'Route');
  const named = columnUnder(page, 'Commands', 'Request')
    .flatMap(wordsOf)
    .filter((request) => request !== 'several' && request !== 'as above');
  expect(named.filter((request) => !known.includes(request))).toEqual([]);
  expect(known.filter((route) => !named.includes(route))).toEqual([]);
});

test('the_exit_codes_when_compared_with_the_sources_then_the_page_has_each', () => {
  const sources = `${fileText('src/exits.ts')}${fileText('src/cli/main.ts')}${fileText('src/cli/serve.ts')}`;
  const codes = [...sources.matchAll(/(?:exit\w* = |process\.exit\()(\d+)/g)].map(([, code = '']) => code);
  const paragraph = fileText(page).split('\n\n').at(-1) ?? '';
  expect(new Set(paragraph.match(/\b\d+\b/g))).toEqual(new Set([...codes, '2']));
});

type Named = { readonly path: string; readonly command: Command };

/** All commands that do something, with the words that call them. */
function commandsOf(command: Command, path: readonly string[]): readonly Named[] {
  return command.commands.flatMap((inner) => {
    const words = [...path, inner.name()];
    const deeper = commandsOf(inner, words);
    // `phone` does something itself and has subcommands too.
    const isOne = deeper.length === 0 || inner.registeredArguments.length > 0;
    return [...(isOne ? [{ path: words.join(' '), command: inner }] : []), ...deeper];
  });
}

function argumentText(argument: Command['registeredArguments'][number]): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}
