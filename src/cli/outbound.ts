import { type Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import { countArgument } from '../lib/count-argument.ts';
import { defined } from '../lib/defined.ts';
import { NUMBER_CLASSES, type RightsView } from '../protocol/outbound.ts';
import { listArgument } from './arguments.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';
import { hoursArgument, printHours } from './hours.ts';
import { fields, orDash } from './output.ts';

/** `cordboard outbound …` */
export function outboundCommand(program: Command, context: CliContext): void {
  const outbound = program.command('outbound').description('who may dial what outside; at first: nobody anything');
  outbound
    .command('show <subject>')
    .description(
      'what user:NAME may dial, all things considered, what group:NAME gives its members, or what queue:NAME or system may',
    )
    .action(async (subject: string) => {
      const answer = await context.client().get<{ rights: RightsView }>(path(subject));
      context.output().result(answer, ({ rights }) => rightsText(rights));
    });
  outbound
    .command('set <subject>')
    .description(
      'say what user:NAME, the members of group:NAME, queue:NAME or system may dial; a user goes before their group',
    )
    .option('--on', 'calls out are allowed')
    .option('--off', 'calls out are not allowed, whatever else is said')
    .option('--classes <list>', `of ${NUMBER_CLASSES.join(', ')}; none for none`, classesArgument)
    .option(
      '--allow <list>',
      'starts of numbers that are allowed whatever their class; none for none',
      prefixesArgument,
    )
    .option('--bar <list>', 'starts of numbers that are barred; none for none', prefixesArgument)
    .option('--caller-id <number>', 'the number that is shown')
    .option('--caller-ids <list>', 'numbers that they may choose to show instead; none for none', prefixesArgument)
    .option('--max-calls <count>', 'at once; 0 for no limit', countArgument)
    .option('--calls-per-minute <count>', 'begun in a minute; 0 for no limit', countArgument)
    .option('--minutes-per-day <count>', 'of talk in a day; 0 for no limit', countArgument)
    .option('--group-max-calls <count>', 'at once, all members of a group together; 0 for no limit', countArgument)
    .option(
      '--group-calls-per-minute <count>',
      'begun in a minute, all members together; 0 for no limit',
      countArgument,
    )
    .option('--group-minutes-per-day <count>', 'of talk in a day, all members together; 0 for no limit', countArgument)
    .option('--hours <hours>', 'such as "mon-fri 8:00-18:00, sat 9:00-12:00"; always for no limit', hoursArgument)
    .option(
      '--take-back <list>',
      `what is no longer said of them, so that the group's counts: ${TAKEN_BACK.join(', ')}`,
      takeBackArgument,
    )
    .action(async (subject: string, options: SettingOptions) => {
      const patch = wire(options);
      if (Object.keys(patch).length === 0)
        throw new Failure('usage', 'say what to change, such as --classes national', 2);
      const answer = await context.client().patch<{ rights: RightsView }>(path(subject), patch);
      context.output().result(answer, ({ rights }) => rightsText(rights));
    });
  outbound
    .command('caller-id <username> <number>')
    .description('choose the number that calls out of a user show; "usual" takes the usual one again')
    .action(async (username: string, number: string) => {
      const callerId = number === 'usual' ? null : number;
      const url = `/v1/users/${encodeURIComponent(username)}/caller-id`;
      const answer = await context.client().post<{ callerId: string | null }>(url, { callerId });
      context.output().result(answer, (said) => `${username} shows ${said.callerId ?? 'the usual number'}`);
    });
}

type SettingOptions = {
  on?: boolean;
  off?: boolean;
  takeBack?: readonly string[];
};

/** What can be taken back, by the names of the options. */
const TAKEN_BACK: readonly string[] = [
  ...['on', 'classes', 'allow', 'bar', 'caller-id', 'caller-ids', 'hours'],
  ...['max-calls', 'calls-per-minute', 'minutes-per-day'],
  ...['group-max-calls', 'group-calls-per-minute', 'group-minutes-per-day'],
];

const path = (subject: string): string => `/v1/outbound/${encodeURIComponent(subject)}`;

function classesArgument(text: string): readonly string[] {
  const list = text === 'none' ? [] : listArgument(text);
  if (list.some((one) => !NUMBER_CLASSES.includes(one as (typeof NUMBER_CLASSES)[number])))
    throw new InvalidArgumentError(`Expected some of ${NUMBER_CLASSES.join(', ')}, or none.`);
  return list;
}

function prefixesArgument(text: string): readonly string[] {
  return text === 'none' ? [] : listArgument(text);
}

function takeBackArgument(text: string): readonly string[] {
  const list = listArgument(text);
  if (list.some((one) => !TAKEN_BACK.includes(one)))
    throw new InvalidArgumentError(`Expected some of ${TAKEN_BACK.join(', ')}.`);
  return list;
}

function wire({ on, off, takeBack = [], ...rest }: SettingOptions): Record<string, unknown> {
  const patch: Record<string, unknown> = defined({ ...rest, outbound: off === true ? false : on });
  for (const name of takeBack) {
    const field = name === 'on' ? 'outbound' : name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (field in patch) throw new Failure('usage', `--take-back: expected what is not said as well; got ${name}`, 2);
    patch[field] = null;
  }
  return patch;
}

function rightsText(rights: RightsView): string {
  const shown = (field: string, text: string): readonly [string, string] => [
    field,
    rights.own.length > 0 && rights.subject.startsWith('user:') && rights.own.includes(keys[field] ?? field)
      ? `${text} ${pc.dim('(their own)')}`
      : text,
  ];
  return fields([
    ['subject', rights.subject],
    shown('calls out', rights.outbound ? pc.green('on') : pc.red('off')),
    shown('classes', orDash(rights.classes.join(', '))),
    shown('allow', orDash(rights.allow.join(', '))),
    shown('bar', orDash(rights.bar.join(', '))),
    shown('caller ID', rights.callerId ?? "the trunk's"),
    shown('may choose', orDash(rights.callerIds.join(', '))),
    shown('calls at once', limitText(rights.maxCalls)),
    shown('calls a minute', limitText(rights.callsPerMinute)),
    shown('minutes a day', limitText(rights.minutesPerDay)),
    ...(rights.subject.startsWith('group:') ? together(rights) : []),
    shown('hours', rights.hours.length === 0 ? 'always' : printHours(rights.hours)),
  ]);
}

function limitText(most: number | null): string {
  return most === null ? 'no limit' : String(most);
}

function together(rights: RightsView): readonly (readonly [string, string])[] {
  return [
    ['all members, calls at once', limitText(rights.groupMaxCalls)],
    ['all members, calls a minute', limitText(rights.groupCallsPerMinute)],
    ['all members, minutes a day', limitText(rights.groupMinutesPerDay)],
  ];
}

const keys: Readonly<Record<string, string>> = {
  'calls out': 'outbound',
  'caller ID': 'callerId',
  'may choose': 'callerIds',
  'calls at once': 'maxCalls',
  'calls a minute': 'callsPerMinute',
  'minutes a day': 'minutesPerDay',
};
