import { type Command, Option } from 'commander';
import type {
  MembersImported,
  QueueChanged,
  QueueRemoved,
  QueueSaved,
  QueueView,
  WaitingView,
} from '../protocol/queues.ts';
import type { CliContext } from './context.ts';
import { readMembersCsv } from './csv-tables.ts';
import { timeOfDay } from './fact-line.ts';
import { Failure } from './failure.ts';
import { readCsvFile } from './file.ts';
import { listCommand } from './listing.ts';
import { orDash, table } from './output.ts';
import { memberCommand } from './queue-members.ts';
import { changedText, dryQuery, queueTable, queueText, savedText, wireOf, withSettings } from './queue-settings.ts';

/** `cordboard queue …` */
export function queueCommand(program: Command, context: CliContext): void {
  const queue = program.command('queue').description('standalone queues; and the order of waiting, of groups too');

  withSettings(queue.command('add <name>').description('add a queue; what is not named is as cordboard.yaml says'))
    .option('--extension <number>', 'the number that reaches it; without one only overflow and moved calls do')
    .action(async (name: string, options: Record<string, unknown>) => {
      const answer = await context.client().post<QueueSaved>('/v1/queues', { name, ...wireOf(options) });
      context.output().result(answer, (saved) => savedText(`${name} added`, saved.queue, saved.warnings));
    });

  listCommand<QueueView>(queue, context, 'all standalone queues', 'queues', (all) => queueTable(all, 'queue'));

  queue
    .command('show <name>')
    .description('one queue with all settings and its members in order')
    .action(async (name: string) => {
      const answer = await context.client().get<{ queue: QueueView }>(path(name));
      context.output().result(answer, (shown) => queueText(shown.queue));
    });

  withSettings(queue.command('set <name>').description('change a queue; what is not named stays'))
    .addOption(new Option('--extension <number>', 'another number'))
    .option('--no-extension', 'take the number away')
    .option('--dry-run', 'check everything and say what would change, and do nothing')
    .action(async (name: string, { extension, dryRun, ...options }: Record<string, unknown>) => {
      // Commander gives `true` where only the --no form was declared and nothing was said.
      const number = extension === false ? { extension: null } : typeof extension === 'string' ? { extension } : {};
      const patch = { ...wireOf(options), ...number };
      if (Object.keys(patch).length === 0) throw new Failure('usage', 'say what to change, such as --ring 20s', 2);
      const answer = await context.client().patch<QueueChanged>(`${path(name)}${dryQuery(dryRun)}`, patch);
      context.output().result(answer, (done) => changedText(done.before, done.queue, done));
    });

  queue
    .command('remove <name>')
    .description('remove a queue; its waiting callers go to the overflow')
    .option('--yes', 'also when it has members or callers: their penalties and weights go with it')
    .action(async (name: string, { yes }: { yes?: boolean }) => {
      const answer = await context
        .client()
        .delete<QueueRemoved>(`${path(name)}${yes === true ? '?confirmed=true' : ''}`);
      context.output().result(answer, ({ removed, membersFreed, waiting }) => {
        const callers =
          waiting === 0 ? '' : `; ${waiting} waiting ${waiting === 1 ? 'caller goes' : 'callers go'} to its overflow`;
        return `${removed} removed, with ${membersFreed} members${callers}`;
      });
    });

  queue
    .command('waiting [queue]')
    .description('who waits, in the order in which they are served; with no queue over all of them')
    .action(async (name: string | undefined) => {
      const query = name === undefined ? '' : `?queue=${encodeURIComponent(name)}`;
      const answer = await context.client().get<{ waiting: readonly WaitingView[] }>(`/v1/waiting${query}`);
      context.output().result(answer, ({ waiting }) => waitingTable(waiting));
    });

  memberCommand(queue, context, 'queue')
    .command('import <file.csv>')
    .description('add or change many, of groups too: columns queue, username, penalty, weight, wrap-up; all or none')
    .action(async (file: string) => {
      const body = { members: readMembersCsv(readCsvFile(file)) };
      const answer = await context.patiently(`Importing ${body.members.length} members`, () =>
        context.client().postMany<MembersImported>('/v1/members/import', body),
      );
      context
        .output()
        .result(
          answer,
          ({ added, changed, queues }) => `${added} added and ${changed} changed in ${orDash(queues.join(', '))}`,
        );
    });
}

const path = (name: string): string => `/v1/queues/${encodeURIComponent(name)}`;

function waitingTable(waiting: readonly WaitingView[]): string {
  const head = ['Place', 'Call', 'Queue', 'From', 'Priority', 'Due', 'Waited', 'Needs', 'Relaxed', 'Tier', 'Rings at'];
  const rows = waiting.map((each) => [
    String(each.place),
    each.call,
    each.queue,
    orDash(each.callerNumber),
    String(each.priority),
    timeOfDay(each.due),
    `${Math.round(each.waitedMs / 1_000)} s`,
    orDash(each.needs),
    each.relaxed === 0 ? '-' : `step ${each.relaxed}`,
    String(each.tier),
    orDash(each.offeredTo.join(', ')),
  ]);
  return table(head, rows, 'Nobody waits.', { spare: ['Tier', 'Relaxed', 'Due', 'Needs', 'Priority'] });
}
