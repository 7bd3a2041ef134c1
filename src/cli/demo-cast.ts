import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, ExtensionRange } from '../config/config.ts';
import type { Behaviour } from '../phones/index.ts';
import type { GroupView } from '../protocol/groups.ts';
import type { MembersChanged, QueueView } from '../protocol/queues.ts';
import type { UserView } from '../protocol/users.ts';
import type { ApiClient } from './client.ts';
import { Failure } from './failure.ts';

/** One of the three who show what an agent can do with a call. */
type Role = {
  readonly username: string;
  readonly name: string;
  readonly extension: string;
  readonly behaviour: Behaviour;
  readonly does: string;
};

/** In the order of the team: linear asks them one after the other. */
const ROLES: readonly Role[] = [
  { username: 'ana', name: 'Ana', extension: '1001', behaviour: { kind: 'ignore' }, does: 'lets it ring out' },
  {
    username: 'ben',
    name: 'Ben',
    extension: '1002',
    behaviour: { kind: 'decline', sip: 603, afterMs: 1_200 },
    does: 'declines',
  },
  {
    username: 'cleo',
    name: 'Cleo',
    extension: '1003',
    behaviour: { kind: 'answer', afterMs: 1_500 },
    does: 'answers, and talks for a few seconds',
  },
];
const GROUP = { name: 'support', extension: '8001' } as const;
/** The user that is kept for the reader's own softphone. */
const SOFTPHONE = { username: 'me', name: 'My softphone', extension: '1004' } as const;

/** Stands behind the name of each user that the demonstration made: by it they are known again, and nobody else is touched. */
const MARK = ' (demonstration)';

/** A role with the user who plays it: another username or extension than the role's where somebody has that. */
export type Player = Role & { readonly extension: string };
export type Cast = { readonly group: GroupView; readonly players: readonly Player[] };

type Directory = {
  readonly users: readonly UserView[];
  readonly groups: readonly GroupView[];
  readonly queues: readonly QueueView[];
};

/** Makes what is not there; of what is there it takes only what it made before. Throws a `Failure`. */
export async function gatherCast(client: ApiClient, config: Config): Promise<Cast> {
  const before = await directoryOf(client);
  const standing = groupOf(before);
  for (const role of [...ROLES, SOFTPHONE]) {
    if (userFor(role, before.users) === undefined) await addUser(client, config, role);
  }
  const me = userFor(SOFTPHONE, before.users);
  if (me !== undefined && !existsSync(passwordFile(config.home))) {
    await client.patch(`/v1/users/${me.username}`, { sipPassword: softphonePassword(config.home) });
  }
  const group = standing ?? (await addGroup(client, config, before));
  const { users } = await client.get<{ users: readonly UserView[] }>('/v1/users');
  const players = ROLES.map((role) => ({ ...role, ...existing(role, users) }));
  if (players.every(({ username }) => group.members.some((member) => member.username === username)))
    return { group, players };
  await client.post<MembersChanged>(`/v1/groups/${group.name}/members`, {
    users: players.map(({ username }) => username),
  });
  return { group: (await client.get<{ group: GroupView }>(`/v1/groups/${group.name}`)).group, players };
}

/** What an earlier demonstration left to try with: the user of the reader's own softphone, and who answers which number. */
export async function propsOf(
  client: ApiClient,
): Promise<{ readonly me: UserView; readonly answers: string; readonly group: string } | null> {
  const { users, groups } = await directoryOf(client);
  const me = userFor(SOFTPHONE, users);
  const cleo = ROLES.flatMap((role) => (role.behaviour.kind === 'answer' ? (userFor(role, users) ?? []) : []))[0];
  const group = groups.find(({ name }) => name === cleo?.group);
  if (me === undefined || cleo === undefined || group === undefined) return null;
  return { me, answers: cleo.username, group: group.extension };
}

/** A group's number that nobody has: the demonstration's usual one, else the first of the range. */
export async function freeGroupNumber(client: ApiClient, config: Config): Promise<string> {
  return freeNumber(GROUP.extension, config.extensions.groups, await directoryOf(client));
}

/** The softphone's SIP password: made once, and kept where only the owner can read it. */
export function softphonePassword(home: string): string {
  const file = passwordFile(home);
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(12).toString('hex')}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

function passwordFile(home: string): string {
  return join(home, 'secrets', 'softphone');
}

async function directoryOf(client: ApiClient): Promise<Directory> {
  const { users } = await client.get<{ users: readonly UserView[] }>('/v1/users');
  const { groups } = await client.get<{ groups: readonly GroupView[] }>('/v1/groups');
  const { queues } = await client.get<{ queues: readonly QueueView[] }>('/v1/queues');
  return { users, groups, queues };
}

function userFor(role: { readonly name: string }, users: readonly UserView[]): UserView | undefined {
  return users.find(({ name }) => name === role.name + MARK);
}

function existing(role: Role, users: readonly UserView[]): { username: string; extension: string } {
  const user = userFor(role, users);
  if (user?.extension != null) return { username: user.username, extension: user.extension };
  const why = `${role.name}${MARK} has no extension any more`;
  throw new Failure('stage-taken', `${why}: cordboard user remove ${user?.username ?? role.username}`);
}

async function addUser(client: ApiClient, config: Config, role: Role | typeof SOFTPHONE): Promise<void> {
  const now = await directoryOf(client);
  const taken = now.users.map(({ username }) => username);
  const number = freeNumber(role.extension, config.extensions.users, now);
  await client.post('/v1/users', {
    username: freeName(role.username, taken),
    name: role.name + MARK,
    // The first of the range may be no extension for a reason that only the daemon knows: it finds one.
    extension: number === role.extension ? number : 'next',
    ...('behaviour' in role ? { transport: 'ws' } : { transport: 'udp', sipPassword: softphonePassword(config.home) }),
  });
}

async function addGroup(client: ApiClient, config: Config, directory: Directory): Promise<GroupView> {
  const name = freeName(
    GROUP.name,
    [...directory.groups, ...directory.queues].map((queue) => queue.name),
  );
  const settings = { strategy: 'linear', ringMs: 4_000, wrapUpMs: 3_000, backOffMs: 5_000, maxWaitMs: 120_000 };
  const extension = freeNumber(GROUP.extension, config.extensions.groups, directory);
  await client.post('/v1/groups', { name, extension, ...settings });
  return (await client.get<{ group: GroupView }>(`/v1/groups/${name}`)).group;
}

/**
 * The group in which the players are already, if any. Its call must ring nobody else, and no other caller may reach a phone
 * that only plays: then it is said who is where, and the demonstration is not shown.
 */
function groupOf({ users, groups }: Directory): GroupView | undefined {
  const players = ROLES.flatMap((role) => userFor(role, users) ?? []);
  const busy = players.find(({ queues }) => queues.length > 0);
  if (busy !== undefined) {
    const [queue = ''] = busy.queues;
    throw new Failure(
      'stage-taken',
      `${busy.username}, whom the demonstration simulates, is a member of ${queue}, whose callers it would answer: cordboard queue member remove ${queue} ${busy.username}`,
    );
  }
  const names = new Set(players.map(({ username }) => username));
  const theirs = groups.filter(({ members }) => members.some(({ username }) => names.has(username)));
  for (const group of theirs) {
    const other = group.members.find(({ username }) => !names.has(username));
    if (other !== undefined) {
      throw new Failure(
        'stage-taken',
        `The demonstration would ring ${other.username}, who is in its group ${group.name} too: cordboard group member remove ${group.name} ${other.username}, or remove ${[...names].join(', ')}`,
      );
    }
  }
  return theirs[0];
}

function freeName(wanted: string, taken: readonly string[]): string {
  for (let count = 0; ; count += 1) {
    const name = count === 0 ? wanted : count === 1 ? `demo-${wanted}` : `demo-${wanted}-${count}`;
    if (!taken.includes(name)) return name;
  }
}

function freeNumber(wanted: string, { from, to }: ExtensionRange, { users, groups, queues }: Directory): string {
  const taken = new Set([...users, ...groups, ...queues].map(({ extension }) => extension));
  const isFree = (number: string) =>
    number.length === from.length && number >= from && number <= to && !taken.has(number);
  if (isFree(wanted)) return wanted;
  for (let number = Number(from); number <= Number(to); number += 1) {
    const written = String(number).padStart(from.length, '0');
    if (isFree(written)) return written;
  }
  throw new Failure(
    'stage-taken',
    `No extension from ${from} to ${to} is free for the demonstration: extensions in cordboard.yaml`,
  );
}
