import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { TRANSPORTS, type UserRemoved, type UserSaved, type UserView } from '../protocol/users.ts';
import { listArgument } from './arguments.ts';
import type { CliContext } from './context.ts';
import { readUsersCsv } from './csv.ts';
import { Failure } from './failure.ts';
import { fields, orDash, table } from './output.ts';

type AddOptions = {
  name?: string;
  extension?: string;
  transport?: string;
  codecs?: readonly string[];
  sipPassword?: string;
  from?: string;
};
type SetOptions = Omit<AddOptions, 'from' | 'extension'> & { extension?: string | false; newPassword?: boolean };

/** `cordboard user …` */
export function userCommand(program: Command, context: CliContext): void {
  const user = program.command('user').description('users and their phones');
  const transport = () => new Option('--transport <transport>', 'how the phone comes').choices(TRANSPORTS);

  user
    .command('add [username]')
    .description('add a user and give their phone to Asterisk; prints the SIP credentials, once')
    .option('--name <name>', 'the name that is shown to others')
    .option('--extension <number>', 'the internal number; without it the user has no phone')
    .addOption(transport())
    .option('--codecs <list>', 'the codecs, best first: opus,ulaw', listArgument)
    .option('--sip-password <password>', 'a SIP password of 12 characters or more; made up when not given')
    .option('--from <file.csv>', 'add many: columns username, name, extension, transport, codecs, sip-password')
    .action(async (username: string | undefined, { from, ...rest }: AddOptions) => {
      const output = context.output();
      if (from !== undefined) {
        if (username !== undefined) throw new Failure('usage', 'give either a username or --from FILE, not both', 2);
        const body = { users: readUsersCsv(readFileText(from)) };
        output.result(
          await context.client().post<{ users: readonly UserSaved[] }>('/v1/users/import', body),
          ({ users }) => manyAdded(users),
        );
        return;
      }
      if (username === undefined || rest.name === undefined) {
        throw new Failure('usage', 'expected: cordboard user add <username> --name N --extension 1001', 2);
      }
      const saved = await context.client().post<UserSaved>('/v1/users', { username, ...rest });
      output.result(saved, (each) => savedText('added', each));
    });

  user
    .command('list')
    .description('all users, their groups, and whether their phones are registered')
    .action(async () => {
      const answer = await context.client().get<{ users: readonly UserView[] }>('/v1/users');
      context.output().result(answer, ({ users }) => userTable(users));
    });

  user
    .command('show <username>')
    .description('one user')
    .action(async (username: string) => {
      const answer = await context.client().get<{ user: UserView }>(path(username));
      context.output().result(answer, (shown) => userText(shown.user));
    });

  user
    .command('set <username>')
    .description('change a user; what is not named stays')
    .option('--name <name>', 'the name that is shown to others')
    .option('--extension <number>', 'another number: a new SIP account with a new password')
    .option('--no-extension', 'take the number and the phone away')
    .addOption(transport())
    .option('--codecs <list>', 'the codecs, best first: opus,ulaw', listArgument)
    .option('--sip-password <password>', 'another SIP password')
    .option('--new-password', 'make up another SIP password')
    .action(async (username: string, { extension, ...rest }: SetOptions) => {
      // Commander gives `true` where only the --no form was declared and nothing was said.
      const number = extension === false ? { extension: null } : typeof extension === 'string' ? { extension } : {};
      const patch = { ...rest, ...number };
      if (Object.keys(patch).length === 0) throw new Failure('usage', 'say what to change, such as --name N', 2);
      const saved = await context.client().patch<UserSaved>(path(username), patch);
      context.output().result(saved, (each) => savedText('changed', each));
    });

  user
    .command('remove <username>')
    .description('remove a user, their phone and their membership')
    .action(async (username: string) => {
      const answer = await context.client().delete<UserRemoved>(path(username));
      context
        .output()
        .result(answer, ({ removed, leftGroup }) =>
          leftGroup === null ? `${removed} removed` : `${removed} removed, also from the group ${leftGroup}`,
        );
    });
}

const path = (username: string): string => `/v1/users/${encodeURIComponent(username)}`;

function readFileText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure('unreadable', `${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function savedText(what: string, { user, sip }: UserSaved): string {
  const lines = [`${user.username} ${what}`];
  if (sip !== null) {
    lines.push(
      '',
      'The phone registers with (this password is shown once and kept nowhere):',
      fields([
        ['user', sip.user],
        ['password', pc.bold(sip.password)],
        ['address', sip.wsUrl ?? `${sip.host}:${sip.port}`],
        ['transport', sip.transport],
        ['realm', sip.realm],
      ]),
    );
  }
  for (const phone of user.phones) {
    if (!phone.provisioned) {
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
  const rows = users.map(({ user, sip }) => [
    user.username,
    orDash(sip?.user),
    orDash(sip?.password),
    orDash(sip?.transport),
  ]);
  return `${table(['Username', 'SIP user', 'SIP password', 'Transport'], rows, '')}\n\n${users.length} users added`;
}

function userTable(users: readonly UserView[]): string {
  const rows = users.map((user) => {
    const phone = user.phones[0];
    return [
      user.username,
      user.name,
      orDash(user.extension),
      orDash(user.group),
      orDash(phone?.transport),
      state(phone),
    ];
  });
  return table(
    ['Username', 'Name', 'Extension', 'Group', 'Transport', 'Phone'],
    rows,
    'No users yet: cordboard user add',
  );
}

function userText(user: UserView): string {
  const phone = user.phones[0];
  return fields([
    ['username', user.username],
    ['name', user.name],
    ['extension', orDash(user.extension)],
    ['group', orDash(user.group)],
    ['transport', orDash(phone?.transport)],
    ['codecs', orDash(phone?.codecs.join(', '))],
    ['phone', state(phone)],
  ]);
}

function state(phone: UserView['phones'][number] | undefined): string {
  if (phone === undefined) return '-';
  if (!phone.provisioned) return pc.yellow(`unprovisioned: ${phone.failure ?? 'not given to Asterisk yet'}`);
  return phone.registered === true ? pc.green('registered') : pc.dim('not registered');
}
