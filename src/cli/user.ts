import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { FORWARD_POLICIES, type UserRemoved, type UserSaved, type UserView } from '../protocol/users.ts';
import type { CliContext } from './context.ts';
import { readUsersCsv } from './csv.ts';
import { Failure } from './failure.ts';
import { readCsvFile } from './file.ts';
import { levelsText } from './levels.ts';
import { listCommand } from './listing.ts';
import { fields, orDash, table } from './output.ts';
import { stateOf } from './phone.ts';
import { credentialsText } from './phone-credentials.ts';
import { type PhoneOptions, phoneFieldsOf, withPhoneOptions } from './phone-options.ts';
import { userSkillCommand } from './skill.ts';

type SetOptions = PhoneOptions & { name?: string; extension?: string; forwards?: string; newPassword?: boolean };
type AddOptions = Omit<SetOptions, 'newPassword'> & { from?: string; dryRun?: boolean };

/** `cordboard user …` */
export function userCommand(program: Command, context: CliContext): void {
  const user = program.command('user').description('users and their phones');

  withPhoneOptions(user.command('add [username]'))
    .description('add a user and give their phone to Asterisk; prints the SIP credentials, once')
    .option('--name <name>', 'the name that is shown to others')
    .option('--extension <number>', 'the internal number, or next; without it the user has no phone')
    .addOption(forwardsOption())
    .option('--from <file.csv>', 'add many, each with their phones: see the reference for the columns')
    .option('--dry-run', 'check everything and say what would be, and do nothing')
    .action(async (username: string | undefined, { from, name, extension, forwards, dryRun, ...phone }: AddOptions) => {
      const output = context.output();
      const rehearsal = dryRun === true ? { dryRun } : {};
      if (from !== undefined) {
        if (username !== undefined) throw new Failure('usage', 'give either a username or --from FILE, not both', 2);
        const body = { users: readUsersCsv(readCsvFile(from)), ...rehearsal };
        const added = await context.patiently(`Adding ${body.users.length} users`, () =>
          context.client().postMany<{ users: readonly UserSaved[] }>('/v1/users/import', body),
        );
        output.result(added, ({ users }) => manyAdded(users));
        return;
      }
      if (username === undefined || name === undefined) {
        throw new Failure('usage', 'expected: cordboard user add <username> --name N --extension 1001', 2);
      }
      const said = Object.entries({ extension, forwards }).filter(([, value]) => value !== undefined);
      const body = { username, name, ...Object.fromEntries(said), ...phoneFieldsOf(phone), ...rehearsal };
      const saved = await context.client().post<UserSaved>('/v1/users', body);
      output.result(saved, (each) => savedText('added', each));
    });

  listCommand<UserView>(
    user,
    context,
    'all users, their groups, and whether their phones are registered',
    'users',
    userTable,
  );

  user
    .command('show <username>')
    .description('one user')
    .action(async (username: string) => {
      const answer = await context.client().get<{ user: UserView }>(path(username));
      context.output().result(answer, (shown) => userText(shown.user));
    });

  withPhoneOptions(user.command('set <username>'))
    .description('change a user, and their first phone; what is not named stays, and an extension never changes')
    .option('--name <name>', 'the name that is shown to others')
    .option('--extension <number>', 'a number, or next, for a user who has none')
    .addOption(forwardsOption())
    .option('--new-password', 'make up another SIP password')
    .action(async (username: string, { name, extension, forwards, newPassword, ...phone }: SetOptions) => {
      const said = Object.entries({ name, extension, forwards, newPassword }).filter(
        ([, value]) => value !== undefined,
      );
      const patch = { ...Object.fromEntries(said), ...phoneFieldsOf(phone) };
      if (Object.keys(patch).length === 0) throw new Failure('usage', 'say what to change, such as --name N', 2);
      const saved = await context.client().patch<UserSaved>(path(username), patch);
      context.output().result(saved, (each) => savedText('changed', each));
    });

  user
    .command('remove <username>')
    .description('remove a user, their phone and their membership')
    .action(async (username: string) => {
      const answer = await context.client().delete<UserRemoved>(path(username));
      context.output().result(answer, ({ removed, leftGroup, leftQueues }) => {
        const left = [...(leftGroup === null ? [] : [`the group ${leftGroup}`]), ...leftQueues];
        return left.length === 0 ? `${removed} removed` : `${removed} removed, also from ${left.join(', ')}`;
      });
    });

  userSkillCommand(user, context);
}

function forwardsOption(): Option {
  return new Option('--forwards <where>', 'where their phones may forward calls for them (302)').choices(
    FORWARD_POLICIES,
  );
}

const path = (username: string): string => `/v1/users/${encodeURIComponent(username)}`;

function savedText(what: string, { user, sips, dryRun }: UserSaved): string {
  const lines = [dryRun ? `${user.username} could be ${what}; nothing was done` : `${user.username} ${what}`];
  for (const sip of sips) lines.push('', credentialsText(sip));
  for (const phone of user.phones) {
    for (const warning of phone.warnings) lines.push('', pc.yellow(`${phone.id}: ${warning}`));
    if (!phone.provisioned && !dryRun) {
      lines.push(
        '',
        pc.yellow(
          `Asterisk has not got the phone yet: ${phone.failure ?? 'it is being given'}. It is tried again by itself.`,
        ),
      );
    }
  }
  return lines.join('\n');
}

function manyAdded(users: readonly UserSaved[]): string {
  const rows = users.flatMap(({ user, sips }) =>
    sips.length === 0
      ? [[user.username, orDash(user.extension), '-', '-']]
      : sips.map((sip) => [user.username, sip.user, sip.password, sip.transport]),
  );
  const done = users.some(({ dryRun }) => dryRun) ? 'could be added; nothing was done' : 'added';
  return `${table(['Username', 'SIP user', 'SIP password', 'Transport'], rows, '')}\n\n${users.length} users ${done}`;
}

function userTable(users: readonly UserView[]): string {
  const rows = users.map((user) => [
    user.username,
    user.name,
    orDash(user.extension),
    orDash(user.group),
    orDash(user.phones.map((phone) => phone.transport).join(', ')),
    orDash(user.phones.map(stateOf).join(', ')),
  ]);
  return table(
    ['Username', 'Name', 'Extension', 'Group', 'Transport', 'Phone'],
    rows,
    'No users yet: cordboard user add',
  );
}

function userText(user: UserView): string {
  return fields([
    ['username', user.username],
    ['name', user.name],
    ['extension', orDash(user.extension)],
    ['forwards', user.forwards],
    ['group', orDash(user.group)],
    ['queues', orDash(user.queues.join(', '))],
    ['skills', orDash(levelsText(user.skills))],
    ...(user.phones.length === 0 ? ([['phone', '-']] as const) : []),
    ...user.phones.flatMap((phone) => [
      ['phone', `${phone.id}: ${stateOf(phone)}`] as const,
      ['  transport', phone.transport] as const,
      ['  codecs', phone.codecs.join(', ')] as const,
    ]),
  ]);
}
