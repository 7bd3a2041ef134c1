import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** `… list`: all things of a kind as a table. `what` is their name in the answer and in the address: `sites`. */
export function listCommand<T>(
  parent: Command,
  context: CliContext,
  description: string,
  what: string,
  tableOf: (all: readonly T[]) => string,
): void {
  parent
    .command('list')
    .description(description)
    .action(async () => {
      const answer = await context.client().get<Readonly<Record<string, readonly T[]>>>(`/v1/${what}`);
      context.output().result(answer, (said) => tableOf(said[what] ?? []));
    });
}

/** `… remove <name>`, of what goes without more ado. */
export function removeCommand(
  parent: Command,
  context: CliContext,
  description: string,
  pathOf: (name: string) => string,
): void {
  parent
    .command('remove <name>')
    .description(description)
    .action(async (name: string) => {
      const answer = await context.client().delete<{ removed: string }>(pathOf(name));
      context.output().result(answer, ({ removed }) => `${removed} removed`);
    });
}
