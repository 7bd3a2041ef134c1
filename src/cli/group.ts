import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { formatDuration } from '../lib/duration.ts';
import {
  type GroupRemoved,
  type GroupView,
  type MembersChanged,
  ON_MISS,
  STRATEGIES,
  WHEN_NOBODY,
} from '../protocol/groups.ts';
import { countArgument, destinationArgument, durationArgument } from './arguments.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';
import { fields, orDash, table } from './output.ts';

/** As commander names them: without the unit that the wire's names carry. */
type SettingOptions = {
  extension?: string;
  strategy?: string;
  ring?: number;
  maxWait?: number;
  wrapUp?: number;
  backOff?: number;
  unreachableAfter?: number;
  target?: number;
  maxRinging?: number;
  onMiss?: string;
  whenNobody?: string;
  overflow?: string;
};

/** `cordboard group …` */
export function groupCommand(program: Command, context: CliContext): void {
  const group = program.command('group').description('groups, their settings and members');

  withSettings(group.command('add <name>').description('add a group; what is not named is as cordboard.yaml says'))
    .requiredOption('--extension <number>', 'the number that reaches the group')
    .action(async (name: string, options: SettingOptions) => {
      const answer = await context.client().post<{ group: GroupView }>('/v1/groups', { name, ...wire(options) });
      context.output().result(answer, (saved) => `${name} added\n\n${groupText(saved.group)}`);
    });

  group
    .command('list')
    .description('all groups')
    .action(async () => {
      const answer = await context.client().get<{ groups: readonly GroupView[] }>('/v1/groups');
      context.output().result(answer, ({ groups }) => groupTable(groups));
    });

  group
    .command('show <name>')
    .description('one group with all settings and its members in order')
    .action(async (name: string) => {
      const answer = await context.client().get<{ group: GroupView }>(path(name));
      context.output().result(answer, (shown) => groupText(shown.group));
    });

  withSettings(group.command('set <name>').description('change a group; what is not named stays'))
    .option('--extension <number>', 'another number')
    .action(async (name: string, options: SettingOptions) => {
      const patch = wire(options);
      if (Object.keys(patch).length === 0) throw new Failure('usage', 'say what to change, such as --ring 20s', 2);
      const answer = await context.client().patch<{ group: GroupView }>(path(name), patch);
      context.output().result(answer, (saved) => `${name} changed\n\n${groupText(saved.group)}`);
    });

  group
    .command('remove <name>')
    .description('remove a group; its members stay users, its waiting callers go to the overflow')
    .action(async (name: string) => {
      const answer = await context.client().delete<GroupRemoved>(path(name));
      context.output().result(answer, ({ removed, membersFreed, waiting }) => {
        const callers =
          waiting === 0 ? '' : `; ${waiting} waiting ${waiting === 1 ? 'caller goes' : 'callers go'} to its overflow`;
        return `${removed} removed, ${membersFreed} members are in no group now${callers}`;
      });
    });

  const member = group.command('member').description('who is in a group');
  member
    .command('add <group> <username...>')
    .description('put users at the end of a group, in this order')
    .action((name: string, users: readonly string[]) => changeMembers(name, users, '', 'added to'));
  member
    .command('remove <group> <username...>')
    .description('take users out of a group')
    .action((name: string, users: readonly string[]) => changeMembers(name, users, '/remove', 'removed from'));

  async function changeMembers(name: string, users: readonly string[], suffix: string, verb: string): Promise<void> {
    const answer = await context.client().post<MembersChanged>(`${path(name)}/members${suffix}`, { users });
    context.output().result(answer, ({ changed, unchanged, group: now }) => {
      const done = changed.length === 0 ? 'nobody' : changed.join(', ');
      const same = unchanged.length === 0 ? '' : ` (as before: ${unchanged.join(', ')})`;
      return `${done} ${verb} ${name}${same}\nmembers: ${orDash(now.members.join(', '))}`;
    });
  }
}

const path = (name: string): string => `/v1/groups/${encodeURIComponent(name)}`;

function withSettings(command: Command): Command {
  return command
    .addOption(new Option('--strategy <strategy>', 'how calls are given out').choices(STRATEGIES))
    .option('--ring <duration>', 'how long a phone rings', durationArgument)
    .option('--max-wait <duration>', 'how long a caller waits at most', durationArgument)
    .option('--wrap-up <duration>', 'rest after a call', durationArgument)
    .option('--back-off <duration>', 'rest after a declined call', durationArgument)
    .option(
      '--unreachable-after <duration>',
      'a phone that has not begun to ring by then is unreachable',
      durationArgument,
    )
    .option('--target <duration>', 'the waiting time aimed at', durationArgument)
    .option('--max-ringing <count>', 'ring-all: so many phones at a time', countArgument)
    .addOption(new Option('--on-miss <what>', 'after a missed call').choices(ON_MISS))
    .addOption(new Option('--when-nobody <what>', 'with no member there').choices(WHEN_NOBODY))
    .option('--overflow <destination>', 'where callers go who waited too long', destinationArgument);
}

function wire(options: SettingOptions): Record<string, unknown> {
  const { ring, maxWait, wrapUp, backOff, unreachableAfter, target, ...rest } = options;
  const named = {
    ...rest,
    ringMs: ring,
    maxWaitMs: maxWait,
    wrapUpMs: wrapUp,
    backOffMs: backOff,
    unreachableAfterMs: unreachableAfter,
    targetMs: target,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

function groupTable(groups: readonly GroupView[]): string {
  const rows = groups.map((group) => [
    group.name,
    group.extension,
    group.strategy,
    formatDuration(group.ringMs),
    formatDuration(group.maxWaitMs),
    formatDuration(group.wrapUpMs),
    group.overflow,
    String(group.members.length),
  ]);
  const head = ['Name', 'Extension', 'Strategy', 'Ring', 'Max wait', 'Wrap-up', 'Overflow', 'Members'];
  return table(head, rows, 'No groups yet: cordboard group add');
}

function groupText(group: GroupView): string {
  return fields([
    ['name', group.name],
    ['extension', group.extension],
    ['strategy', group.strategy],
    ['ring', formatDuration(group.ringMs)],
    ['unreachable after', formatDuration(group.unreachableAfterMs)],
    ['max wait', formatDuration(group.maxWaitMs)],
    ['wrap-up', formatDuration(group.wrapUpMs)],
    ['back-off', formatDuration(group.backOffMs)],
    ['target', formatDuration(group.targetMs)],
    ['max ringing', String(group.maxRinging)],
    ['on miss', group.onMiss],
    ['when nobody', group.whenNobody],
    ['overflow', group.overflow],
    ['members', group.members.length === 0 ? pc.dim('none') : group.members.join(', ')],
  ]);
}
