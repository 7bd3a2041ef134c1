import type { Command } from 'commander';
import { defined } from '../lib/defined.ts';
import { formatDuration } from '../lib/duration.ts';
import type { ReasonView } from '../protocol/reasons.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';
import { listCommand, removeCommand } from './listing.ts';
import { table } from './output.ts';
import { durationOrNoneArgument, orNull } from './queue-text.ts';

type ReasonOptions = { label?: string; limit?: number | 'none' };

/** `cordboard reason …` */
export function reasonCommand(program: Command, context: CliContext): void {
  const reason = program.command('reason').description('why an agent can be not ready, and for how long at most');

  withReason(reason.command('add <name>'))
    .description('add a reason at the end of the list')
    .action(async (name: string, options: ReasonOptions) => {
      const answer = await context.client().post<{ reason: ReasonView }>('/v1/reasons', { name, ...wire(options) });
      context.output().result(answer, (saved) => `${name} added\n\n${reasonTable([saved.reason])}`);
    });

  listCommand<ReasonView>(reason, context, 'all reasons, in their order', 'reasons', reasonTable);

  withReason(reason.command('set <name>'))
    .description('change a reason; what is not named stays')
    .action(async (name: string, options: ReasonOptions) => {
      const patch = wire(options);
      if (Object.keys(patch).length === 0) throw new Failure('usage', 'say what to change, such as --limit 15m', 2);
      const answer = await context.client().patch<{ reason: ReasonView }>(path(name), patch);
      context.output().result(answer, (saved) => `${name} changed\n\n${reasonTable([saved.reason])}`);
    });

  removeCommand(reason, context, 'remove a reason; who is not ready for it stays so', path);
}

const path = (name: string): string => `/v1/reasons/${encodeURIComponent(name)}`;

function withReason(command: Command): Command {
  return command
    .option('--label <text>', 'what people see; the name when it is not given')
    .option('--limit <duration>', 'how long at most, or none', durationOrNoneArgument);
}

function wire({ label, limit }: ReasonOptions): Record<string, unknown> {
  const said = { label, limitMs: limit === undefined ? undefined : orNull(limit) };
  return defined(said);
}

function reasonTable(reasons: readonly ReasonView[]): string {
  const rows = reasons.map(({ name, label, limitMs }) => [
    name,
    label,
    limitMs === null ? 'none' : formatDuration(limitMs),
  ]);
  return table(['Reason', 'Label', 'Limit'], rows, 'No reasons yet: cordboard reason add');
}
