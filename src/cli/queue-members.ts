import type { Command } from 'commander';
import { countArgument } from '../lib/count-argument.ts';
import { defined } from '../lib/defined.ts';
import type { MembersChanged } from '../protocol/queues.ts';
import type { CliContext } from './context.ts';
import { Failure } from './failure.ts';
import { memberTable } from './queue-settings.ts';
import { durationOrNoneArgument, orNull } from './queue-text.ts';

type MemberOptions = { penalty?: number; weight?: number; wrapUp?: number | 'none' };

/** `cordboard group member …` and `cordboard queue member …`: the same, of a team and of a standalone queue. */
export function memberCommand(parent: Command, context: CliContext, kind: 'group' | 'queue'): Command {
  const member = parent.command('member').description(`who is in a ${kind}`);
  const path = (name: string): string => `/v1/${kind}s/${encodeURIComponent(name)}/members`;

  withMember(member.command(`add <${kind}> <username...>`))
    .description(`put users at the end of a ${kind}, in this order`)
    .action(async (name: string, users: readonly string[], options: MemberOptions) => {
      const answer = await context.client().post<MembersChanged>(path(name), { users, ...wire(options) });
      context.output().result(answer, (each) => changedText(each, `added to ${name}`));
    });
  withMember(member.command(`set <${kind}> <username>`))
    .description('change a member; what is not named stays')
    .action(async (name: string, user: string, options: MemberOptions) => {
      const patch = wire(options);
      if (Object.keys(patch).length === 0) throw new Failure('usage', 'say what to change, such as --penalty 1', 2);
      const where = `${path(name)}/${encodeURIComponent(user)}`;
      const answer = await context.client().patch<MembersChanged>(where, patch);
      context.output().result(answer, (each) => changedText(each, `changed in ${name}`));
    });
  member
    .command(`remove <${kind}> <username...>`)
    .description(`take users out of a ${kind}`)
    .action(async (name: string, users: readonly string[]) => {
      const answer = await context.client().post<MembersChanged>(`${path(name)}/remove`, { users });
      context.output().result(answer, (each) => changedText(each, `removed from ${name}`));
    });
  return member;
}

function withMember(command: Command): Command {
  return command
    .option('--penalty <number>', 'the tier, 0 to 100: 0 is asked first', countArgument)
    .option('--weight <number>', 'weighted-random: the share, 1 to 100', countArgument)
    .option('--wrap-up <duration>', 'their own rest after a call, or none for the usual one', durationOrNoneArgument);
}

function wire({ penalty, weight, wrapUp }: MemberOptions): Record<string, unknown> {
  const said = { penalty, weight, wrapUpMs: wrapUp === undefined ? undefined : orNull(wrapUp) };
  return defined(said);
}

function changedText({ changed, unchanged, queue }: MembersChanged, what: string): string {
  const done = changed.length === 0 ? 'nobody' : changed.join(', ');
  const same = unchanged.length === 0 ? '' : ` (as before: ${unchanged.join(', ')})`;
  return `${done} ${what}${same}\n\n${memberTable(queue)}`;
}
