import type { Command } from 'commander';
import { DESTINATION_FORMS } from '../directory/destination.ts';
import { countArgument } from '../lib/count-argument.ts';
import type { CallLife, CallView } from '../protocol/calls.ts';
import { destinationArgument } from './arguments.ts';
import type { CliContext } from './context.ts';
import { factLine, timeOfDay } from './fact-line.ts';
import { dateAndTime } from './moment.ts';
import { fields, orDash, table } from './output.ts';

/** `cordboard call …` */
export function callCommand(program: Command, context: CliContext): void {
  const call = program.command('call').description('calls that are open, and what became of others');

  call
    .command('list')
    .description('calls that are open, the newest first')
    .option('--all', 'also those that ended lately')
    .option('--limit <count>', 'with --all: at most so many of those that ended', countArgument, 50)
    .action(async (options: { all?: boolean; limit: number }) => {
      const query = options.all === true ? `?all=true&limit=${Math.max(1, options.limit)}` : '';
      const answer = await context.client().get<{ calls: readonly CallView[] }>(`/v1/calls${query}`);
      context.output().result(answer, ({ calls }) => callTable(calls));
    });

  call
    .command('show <id>')
    .description('the life of one call, with the milliseconds since it came')
    .action(async (id: string) => {
      const life = await context.client().get<CallLife>(path(id));
      context.output().result(life, lifeText);
    });

  call
    .command('hang-up <id>')
    .description('end a call')
    .action(async (id: string) => {
      const answer = await context.client().post<{ call: string }>(`${path(id)}/hang-up`);
      context.output().result(answer, () => `${id} is being ended`);
    });

  call
    .command('move')
    .argument('<id>')
    .argument('<destination>', '', destinationArgument)
    .description(`send a waiting caller elsewhere: ${DESTINATION_FORMS}`)
    .action(async (id: string, to: string) => {
      const answer = await context.client().post<{ call: string }>(`${path(id)}/move`, { to });
      context.output().result(answer, () => `${id} goes to ${to}`);
    });
}

const path = (id: string): string => `/v1/calls/${encodeURIComponent(id)}`;

function callTable(calls: readonly CallView[]): string {
  const head = ['Id', 'Came', 'From', 'Dialled', 'Queue', 'Priority', 'Needs', 'State', 'With', 'For'];
  const rows = calls.map((call) => [
    call.id,
    timeOfDay(call.arrivedAt),
    caller(call),
    call.dialled,
    orDash(call.queue),
    orDash(call.priority),
    orDash(call.needs),
    call.ending ?? call.phase,
    orDash(call.partner),
    `${Math.round(((call.endedAt ?? call.now) - call.arrivedAt) / 1_000)} s`,
  ]);
  const empty = 'No calls. cordboard call list --all shows those that ended.';
  return table(head, rows, empty, { spare: ['Needs', 'Priority', 'Dialled', 'Came'] });
}

function caller(call: CallView): string {
  const number = call.callerNumber ?? 'unknown';
  return call.from === null ? number : `${call.from} (${number})`;
}

function lifeText({ call, facts, legs }: CallLife): string {
  const head = fields([
    ['call', call.id],
    ['came', `${dateAndTime(call.arrivedAt)} from ${caller(call)}`],
    ['dialled', call.dialled],
    ['queue', orDash(call.queue)],
    ['priority', orDash(call.priority)],
    ['needs', orDash(call.needs)],
    ['state', call.ending === null ? call.phase : `ended: ${call.ending}`],
    ['with', orDash(call.partner)],
  ]);
  const life = facts.map((fact) => factLine(fact, call.arrivedAt));
  const now = legs.map(
    (leg) => `  ${leg.role.padEnd(7)} ${leg.phase.padEnd(10)} ${orDash(leg.phone).padEnd(10)} ${leg.id}`,
  );
  return [head, '', ...life, ...(now.length === 0 ? [] : ['', 'Its legs now:', ...now])].join('\n');
}
