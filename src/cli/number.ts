import { type Command, Option } from 'commander';
import { defined } from '../lib/defined.ts';
import { ANSWER_POLICIES, EARLY_SOUNDS, type NumberView } from '../protocol/numbers.ts';
import { destinationArgument } from './arguments.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';
import { listCommand, removeCommand } from './listing.ts';
import { orDash, table } from './output.ts';

type SettingOptions = { trunk?: string; caller?: string; [other: string]: unknown };

/** `cordboard number …` */
export function numberCommand(program: Command, context: CliContext): void {
  const number = program.command('number').description('where calls from outside go, by number, trunk and caller');

  withSettings(
    number.command('add <name>').description('add a way in; the most specific one that fits a call is taken'),
  )
    .requiredOption('--number <number>', 'such as +33170123456, the start of some such as +3317012*, or *')
    .requiredOption('--to <destination>', 'where its calls go', destinationArgument)
    .action(async (name: string, options: SettingOptions) => {
      const answer = await context.client().post<{ number: NumberView }>('/v1/numbers', { name, ...wire(options) });
      context.output().result(answer, (saved) => `${name} added\n\n${numberTable([saved.number])}`);
    });
  listCommand<NumberView>(number, context, 'all ways in', 'numbers', numberTable);
  withSettings(number.command('set <name>').description('change a way in; what is not named stays'))
    .option('--number <number>', 'another number')
    .option('--to <destination>', 'where its calls go', destinationArgument)
    .action(async (name: string, options: SettingOptions) => {
      const patch = wire(options);
      if (Object.keys(patch).length === 0) throw new Failure('usage', 'say what to change, such as --to user:ana', 2);
      const answer = await context.client().patch<{ number: NumberView }>(path(name), patch);
      context.output().result(answer, (saved) => `${name} changed\n\n${numberTable([saved.number])}`);
    });
  removeCommand(number, context, 'remove a way in', path);
}

const path = (name: string): string => `/v1/numbers/${encodeURIComponent(name)}`;

function withSettings(command: Command): Command {
  return command
    .option('--trunk <trunk>', 'only calls by this trunk; "any" for all')
    .option('--caller <caller>', 'only these callers: a number, +44*, or withheld; "any" for all')
    .addOption(new Option('--answer <when>', 'when the caller begins to pay').choices(ANSWER_POLICIES))
    .addOption(new Option('--early <sound>', 'what a caller hears who is not answered yet').choices(EARLY_SOUNDS));
}

function wire(options: SettingOptions): Record<string, unknown> {
  const { trunk, caller, ...rest } = options;
  const orNull = (text: string | undefined): string | null | undefined => (text === 'any' ? null : text);
  const named = { ...rest, trunk: orNull(trunk), caller: orNull(caller) };
  return defined(named);
}

function numberTable(numbers: readonly NumberView[]): string {
  const rows = numbers.map(({ name, number, trunk, caller, to, answer, early }) => [
    name,
    number,
    orDash(trunk),
    orDash(caller),
    to,
    answer,
    answer === 'on-agent' ? early : '-',
  ]);
  const head = ['Name', 'Number', 'Trunk', 'Caller', 'To', 'Answer', 'Until then'];
  return table(head, rows, 'No numbers yet: cordboard number add');
}
