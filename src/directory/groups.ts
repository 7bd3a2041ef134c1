import type { GroupId, UserId } from '../core/settings.ts';
import type { GroupPatch, GroupView, NewGroup } from '../protocol/groups.ts';
import type { GroupRow } from '../storage/directory/groups.ts';
import { change, type DirectoryContext, takeExtension } from './context.ts';
import { printDestination } from './destination.ts';
import { checkOverflow, groupsThatOverflowTo } from './overflow.ts';
import { Refusal } from './refusal.ts';
import { existingUser } from './users.ts';

/** Adds a group with no members; what was not said comes from the configuration. Throws a `Refusal`. */
export function addGroup(context: DirectoryContext, input: NewGroup, who: string): GroupRow {
  const { store } = context;
  return change(context, who, (now) => {
    if (store.groups.find(input.name) !== null) {
      throw new Refusal('taken', `name: expected a new one; the group ${input.name} exists`, 'name');
    }
    takeExtension(context, input.extension, 'group', input.name);
    const { name, ...said } = input;
    const group = timed(
      {
        ...context.config.groups,
        ...defined(said),
        id: name,
        extension: input.extension,
        members: [],
        revision: now.revision,
      },
      said,
    );
    checkOverflow(store, name, group.overflow);
    store.groups.insert(group, context.now());
    now.audit('group.add', name, null, groupView(group));
    return group;
  });
}

/** Changes what `patch` names. Calls that wait there feel it at once. */
export function setGroup(context: DirectoryContext, id: GroupId, patch: GroupPatch, who: string): GroupRow {
  const { store } = context;
  return change(context, who, (now) => {
    const before = existingGroup(context, id);
    if (patch.extension !== undefined && patch.extension !== before.extension) {
      store.extensions.free(before.extension);
      takeExtension(context, patch.extension, 'group', id);
    }
    const group = timed({ ...before, ...defined(patch), revision: now.revision }, patch);
    checkOverflow(store, id, group.overflow);
    store.groups.update(group);
    now.audit('group.set', id, groupView(before), groupView(group));
    return group;
  });
}

/** Removes a group and frees its members. The core moves callers who wait there to the overflow it had. */
export function removeGroup(context: DirectoryContext, id: GroupId, who: string): { membersFreed: number } {
  const { store } = context;
  return change(context, who, (now) => {
    const group = existingGroup(context, id);
    const pointing = groupsThatOverflowTo(store, { to: 'group', group: id });
    if (pointing.length > 0) {
      throw new Refusal(
        'in-use',
        `${pointing.join(', ')} overflows to ${id}: change that first (cordboard group set ${pointing[0]} --overflow …)`,
      );
    }
    store.groups.remove(id);
    store.extensions.free(group.extension);
    now.audit('group.remove', id, groupView(group), null);
    return { membersFreed: group.members.length };
  });
}

/** Puts users at the end of a group, in the order given. Those who are members already stay where they are. */
export function addMembers(context: DirectoryContext, id: GroupId, users: readonly UserId[], who: string) {
  return changeMembers(context, id, users, who, 'group.member.add', (user, before) => {
    const row = existingUser(context, user);
    if (row.group !== null && row.group !== id) {
      throw new Refusal(
        'in-another-group',
        `users: ${user} is in the group ${row.group}, and a user is in at most one; remove them there first`,
        'users',
      );
    }
    if (row.extension === null) {
      throw new Refusal(
        'no-extension',
        `users: ${user} has no extension and so no phone to ring; give one first (cordboard user set)`,
        'users',
      );
    }
    if (before.has(user)) return false;
    context.store.groups.append(id, user);
    return true;
  });
}

/** Takes users out of a group. Those who are not in it are left as they are. */
export function removeMembers(context: DirectoryContext, id: GroupId, users: readonly UserId[], who: string) {
  return changeMembers(context, id, users, who, 'group.member.remove', (user, before) => {
    existingUser(context, user);
    if (!before.has(user)) return false;
    context.store.groups.drop(user);
    return true;
  });
}

/** The group's row, or a `Refusal`. */
export function existingGroup(context: Pick<DirectoryContext, 'store'>, id: GroupId): GroupRow {
  const group = context.store.groups.find(id);
  if (group === null) {
    throw new Refusal('unknown-group', `There is no group ${id}: see cordboard group list`, 'name');
  }
  return group;
}

/** A group as people see it. */
export function groupView(group: GroupRow): GroupView {
  const { id, revision: _, overflow, ...rest } = group;
  return { name: id, ...rest, overflow: printDestination(overflow) };
}

function changeMembers(
  context: DirectoryContext,
  id: GroupId,
  users: readonly UserId[],
  who: string,
  action: string,
  apply: (user: UserId, before: ReadonlySet<UserId>) => boolean,
): { group: GroupRow; changed: readonly UserId[]; unchanged: readonly UserId[] } {
  const { store } = context;
  return change(context, who, (now) => {
    const before = existingGroup(context, id);
    const members = new Set(before.members);
    const named = [...new Set(users)];
    const changed = named.filter((user) => apply(user, members));
    store.groups.touch(id, now.revision);
    const group = existingGroup(context, id);
    now.audit(action, id, before.members, group.members);
    return { group, changed, unchanged: named.filter((user) => !changed.includes(user)) };
  });
}

/** A phone cannot be silent for longer than it rings: where only the ring time was said, the default gives way. */
function timed(group: GroupRow, said: { unreachableAfterMs?: number | undefined }): GroupRow {
  if (group.unreachableAfterMs <= group.ringMs) {
    return group;
  }
  if (said.unreachableAfterMs !== undefined) {
    throw new Refusal(
      'invalid',
      `unreachableAfterMs: expected at most the ring time of ${group.ringMs} ms; got ${said.unreachableAfterMs}`,
      'unreachableAfterMs',
    );
  }
  return { ...group, unreachableAfterMs: group.ringMs };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out the keys that were given as undefined, so that they do not overwrite what was there. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}
