import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Behaviour } from '../phones/index.ts';
import type { GroupView } from '../protocol/groups.ts';
import type { MembersChanged } from '../protocol/queues.ts';
import type { UserView } from '../protocol/users.ts';
import type { ApiClient } from './client.ts';

/** One of the three who show what an agent can do with a call. */
export type Player = {
  readonly username: string;
  readonly name: string;
  readonly extension: string;
  readonly behaviour: Behaviour;
  readonly does: string;
};

/** In the order of the team: linear asks them one after the other. */
export const PLAYERS: readonly Player[] = [
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

export const GROUP = { name: 'support', extension: '8001' } as const;

/** The user that is kept for the reader's own softphone. */
export const SOFTPHONE = { username: 'me', name: 'My softphone', extension: '1004' } as const;

/** Makes what is not there and leaves alone what is, as it is: whoever changed it had a reason. Throws a `Failure`. */
export async function gatherCast(client: ApiClient, home: string): Promise<GroupView> {
  const { users } = await client.get<{ users: readonly UserView[] }>('/v1/users');
  const known = new Set(users.map((user) => user.username));
  for (const { username, name, extension } of PLAYERS) {
    if (!known.has(username)) await client.post('/v1/users', { username, name, extension, transport: 'ws' });
  }
  if (!known.has(SOFTPHONE.username)) {
    await client.post('/v1/users', { ...SOFTPHONE, transport: 'udp', sipPassword: softphonePassword(home) });
  } else if (!existsSync(passwordFile(home))) {
    await client.patch(`/v1/users/${SOFTPHONE.username}`, { sipPassword: softphonePassword(home) });
  }
  const { groups } = await client.get<{ groups: readonly GroupView[] }>('/v1/groups');
  const there = groups.find((group) => group.name === GROUP.name);
  if (
    there !== undefined &&
    PLAYERS.every(({ username }) => there.members.some((member) => member.username === username))
  )
    return there;
  if (there === undefined) {
    const settings = { strategy: 'linear', ringMs: 4_000, wrapUpMs: 3_000, backOffMs: 5_000, maxWaitMs: 120_000 };
    await client.post('/v1/groups', { ...GROUP, ...settings });
  }
  const players = PLAYERS.map(({ username }) => username);
  await client.post<MembersChanged>(`/v1/groups/${GROUP.name}/members`, { users: players });
  return (await client.get<{ group: GroupView }>(`/v1/groups/${GROUP.name}`)).group;
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
