import type { Command } from 'commander';
import type { GroupChanged } from '../protocol/groups.ts';
import type { QueueRemoved, QueueView } from '../protocol/queues.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';
import { listCommand } from './listing.ts';
import { memberCommand } from './queue-members.ts';
import { changedText, dryQuery, queueTable, queueText, savedText, wireOf, withSettings } from './queue-settings.ts';

type Saved = { readonly group: QueueView; readonly warnings: readonly string[] };

/** `cordboard group …` */
export function groupCommand(program: Command, context: CliContext): void {
  const group = program.command('group').description('groups, their settings and members');

  withSettings(group.command('add <name>').description('add a group; what is not named is as cordboard.yaml says'))
    .requiredOption('--extension <number>', 'the number that reaches the group')
    .action(async (name: string, options: Record<string, unknown>) => {
      const answer = await context.client().post<Saved>('/v1/groups', { name, ...wireOf(options) });
      context.output().result(answer, (saved) => savedText(`${name} added`, saved.group, saved.warnings));
    });

  listCommand<QueueView>(group, context, 'all groups', 'groups', (all) => queueTable(all, 'group'));

  group
    .command('show <name>')
    .description('one group with all settings and its members in order')
    .action(async (name: string) => {
      const answer = await context.client().get<{ group: QueueView }>(path(name));
      context.output().result(answer, (shown) => queueText(shown.group));
    });

  withSettings(group.command('set <name>').description('change a group; what is not named stays'))
    .option('--extension <number>', 'another number')
    .option('--dry-run', 'check everything and say what would change, and do nothing')
    .action(async (name: string, { dryRun, ...options }: Record<string, unknown>) => {
      const patch = wireOf(options);
      if (Object.keys(patch).length === 0) throw new Failure('usage', 'say what to change, such as --ring 20s', 2);
      const answer = await context.client().patch<GroupChanged>(`${path(name)}${dryQuery(dryRun)}`, patch);
      context.output().result(answer, (done) => changedText(done.before, done.group, done));
    });

  group
    .command('remove <name>')
    .description('remove a group; its members stay users, its waiting callers go to the overflow')
    .option('--yes', 'also when callers wait there')
    .action(async (name: string, { yes }: { yes?: boolean }) => {
      const query = yes === true ? '?confirmed=true' : '';
      const answer = await context.client().delete<QueueRemoved>(`${path(name)}${query}`);
      context.output().result(answer, ({ removed, membersFreed, waiting }) => {
        const callers =
          waiting === 0 ? '' : `; ${waiting} waiting ${waiting === 1 ? 'caller goes' : 'callers go'} to its overflow`;
        return `${removed} removed, ${membersFreed} members are in no group now${callers}`;
      });
    });

  memberCommand(group, context, 'group');
}

const path = (name: string): string => `/v1/groups/${encodeURIComponent(name)}`;
