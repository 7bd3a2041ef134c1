import { type Member, memberOf } from '../core/queue-settings.ts';
import type { QueueId, UserId } from '../core/settings.ts';
import type { MemberImport, MemberPatch, NewMembers } from '../protocol/queues.ts';
import type { QueueRow } from '../storage/directory/queues.ts';
import { type Change, change, type DirectoryContext } from './context.ts';
import { keptMembers } from './kept-members.ts';
import { existingQueue, type QueueKind } from './queues.ts';
import { Refusal } from './refusal.ts';
import { existingUser } from './users.ts';

type Changed = {
  readonly queue: QueueRow;
  readonly changed: readonly UserId[];
  readonly unchanged: readonly UserId[];
};

/** Puts users at the end of a queue, in the order given. Those who are members already stay as and where they are. */
export function addMembers(
  context: DirectoryContext,
  kind: QueueKind,
  id: QueueId,
  { users, ...said }: NewMembers,
  who: string,
): Changed {
  return changeMembers(context, kind, id, users, who, 'member.add', (user, queue, member) => {
    if (member !== undefined) return false;
    checkJoin(context, queue, user, 'users');
    context.store.queues.putMember(queue, withSaid(memberOf({ user }), said));
    return true;
  });
}

/** Takes users out of a queue. Those who are not in it are left as they are. */
export function removeMembers(
  context: DirectoryContext,
  kind: QueueKind,
  id: QueueId,
  users: readonly UserId[],
  who: string,
): Changed {
  return changeMembers(context, kind, id, users, who, 'member.remove', (user, _, member) => {
    existingUser(context, user);
    if (member === undefined) return false;
    context.store.queues.dropMember(id, user);
    return true;
  });
}

/** Changes what `patch` names of one member. */
export function setMember(
  context: DirectoryContext,
  kind: QueueKind,
  id: QueueId,
  user: UserId,
  patch: MemberPatch,
  who: string,
): Changed {
  return changeMembers(context, kind, id, [user], who, 'member.set', (_, queue, before) => {
    if (before === undefined) {
      throw new Refusal(
        'not-member',
        `${user} is no member of ${id}: add them first (cordboard ${queue.kind} member add ${id} ${user})`,
        'username',
      );
    }
    context.store.queues.putMember(queue, withSaid(before, patch));
    return true;
  });
}

/** Makes these the members of a queue, in this order: whoever is new must be able to join. */
export function putMembers(
  context: DirectoryContext,
  kind: QueueKind,
  id: QueueId,
  members: readonly Member[],
  who: string,
): QueueRow {
  const { store } = context;
  return change(context, who, (now) => {
    const before = existingQueue(context, kind, id);
    for (const { user } of before.members) {
      store.queues.dropMember(id, user);
      store.users.touch(user, now.revision);
    }
    joinAll(context, now, before, members);
    store.queues.touch(id, now.revision);
    const queue = existingQueue(context, kind, id);
    now.audit(`${kind}.member.put`, id, ...keptMembers(before.members, queue.members));
    return queue;
  });
}

/** Puts members into a queue that has none, within a change. */
export function joinAll(context: DirectoryContext, now: Change, queue: QueueRow, members: readonly Member[]): void {
  for (const member of members) {
    checkJoin(context, queue, member.user, 'members');
    context.store.queues.putMember(queue, member);
    context.store.users.touch(member.user, now.revision);
  }
}

/** Adds or changes many members, of groups and queues, in one transaction; a `Refusal` says which one was wrong. */
export function importMembers(context: DirectoryContext, rows: MemberImport, who: string) {
  return change(context, who, (now) => {
    const into = new Map<QueueId, Importing>();
    let added = 0;
    for (const [i, row] of rows.entries()) added += named(i, row.username, () => importOne(context, now, row, into));
    for (const { before } of into.values()) {
      const { members } = existingQueue(context, null, before.id);
      now.audit(`${before.kind}.member.import`, before.id, ...keptMembers(before.members, members));
    }
    return { added, changed: rows.length - added, queues: [...into.keys()].sort() };
  });
}

/** A queue of an import: as it was, and its members as they are by now. It is read once, however many come. */
type Importing = { readonly before: QueueRow; readonly members: Map<UserId, Member> };

/** 1 when the user was no member before. */
function importOne(
  context: DirectoryContext,
  now: Change,
  { queue: id, username, ...said }: MemberImport[number],
  into: Map<QueueId, Importing>,
): number {
  const { before, members } = into.get(id) ?? importing(context, now, id, into);
  const known = members.get(username);
  if (known === undefined) checkJoin(context, before, username, 'username');
  const member = withSaid(known ?? memberOf({ user: username }), said);
  members.set(username, member);
  context.store.queues.putMember(before, member);
  context.store.users.touch(username, now.revision);
  return known === undefined ? 1 : 0;
}

function importing(context: DirectoryContext, now: Change, id: QueueId, into: Map<QueueId, Importing>): Importing {
  const before = existingQueue(context, null, id);
  const one = { before, members: membersByUser(before) };
  into.set(id, one);
  context.store.queues.touch(id, now.revision);
  return one;
}

function named<T>(i: number, username: UserId, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const field = `members.${i}.${error.field ?? ''}`;
    throw new Refusal(error.code, `member ${i + 1} (${username}): ${error.message}`, field);
  }
}

/** Refuses who cannot take this queue's calls: no phone, another group, or too many queues already. */
function checkJoin(context: DirectoryContext, queue: QueueRow, user: UserId, field: string): void {
  const row = existingUser(context, user);
  if (row.extension === null) {
    throw new Refusal(
      'no-extension',
      `${field}: ${user} has no extension and so no phone to ring; give one first (cordboard user set)`,
      field,
    );
  }
  if (queue.kind === 'group' && row.group !== null) {
    throw new Refusal(
      'in-another-group',
      `${field}: ${user} is in the group ${row.group}, and a user is in at most one; remove them there first`,
      field,
    );
  }
  const most = context.config.queues.perAgent;
  const others = context.store.queues.ofUser(user, 'queue');
  if (queue.kind === 'queue' && others.length >= most) {
    throw new Refusal(
      'too-many-queues',
      `${field}: expected at most ${most} queues an agent (queues.per-agent in cordboard.yaml); ${user} is in ${others.join(', ')}`,
      field,
    );
  }
}

function changeMembers(
  context: DirectoryContext,
  kind: QueueKind,
  id: QueueId,
  users: readonly UserId[],
  who: string,
  action: string,
  apply: (user: UserId, queue: QueueRow, member: Member | undefined) => boolean,
): Changed {
  const { store } = context;
  return change(context, who, (now) => {
    const before = existingQueue(context, kind, id);
    const members = membersByUser(before);
    const listed = [...new Set(users)];
    const changed = new Set(listed.filter((user) => apply(user, before, members.get(user))));
    // What they may dial outside may be their group's to say.
    for (const user of changed) store.users.touch(user, now.revision);
    store.queues.touch(id, now.revision);
    const queue = existingQueue(context, kind, id);
    now.audit(`${kind}.${action}`, id, ...keptMembers(before.members, queue.members));
    return { queue, changed: [...changed], unchanged: listed.filter((user) => !changed.has(user)) };
  });
}

function membersByUser(queue: QueueRow): Map<UserId, Member> {
  return new Map(queue.members.map((member) => [member.user, member]));
}

function withSaid(member: QueueRow['members'][number], said: MemberPatch): QueueRow['members'][number] {
  return {
    user: member.user,
    penalty: said.penalty ?? member.penalty,
    weight: said.weight ?? member.weight,
    wrapUpMs: said.wrapUpMs === undefined ? member.wrapUpMs : said.wrapUpMs,
  };
}
