import { printNeeds } from '../core/needs.ts';
import { backOffsUnder, type Member, queueOf } from '../core/queue-settings.ts';
import type { Destination, QueueId } from '../core/settings.ts';
import { defined } from '../lib/defined.ts';
import type { QueueView } from '../protocol/queues.ts';
import type { QueueRow } from '../storage/directory/queues.ts';
import { type Change, change, type DirectoryContext, takeExtension } from './context.ts';
import { printDestination } from './destination.ts';
import { joinAll } from './members.ts';
import { checkNumbers } from './number-classes.ts';
import { refuseWhileRouted } from './numbers.ts';
import { checkDestination, queuesThatOverflowTo } from './overflow.ts';
import { Refusal } from './refusal.ts';
import { dropRights } from './rights.ts';

/** Whether it is a group's own queue, or a standalone one. */
export type QueueKind = QueueRow['kind'];

/** What may be said of a queue: what is undefined counts as not said. */
export type QueueSaid = {
  [K in Exclude<keyof QueueRow, 'id' | 'kind' | 'members' | 'revision'>]?: QueueRow[K] | undefined;
};

/** Adds a queue (with `kind` group: a group with its own) with these members; what was not said is the configuration's. */
export function addQueue(
  context: DirectoryContext,
  kind: QueueKind,
  { name, ...said }: QueueSaid & { readonly name: QueueId },
  who: string,
  members: readonly Member[] = [],
): QueueRow {
  const { store } = context;
  return change(context, who, (now) => {
    const holder = store.queues.find(name);
    if (holder !== null) {
      throw new Refusal('taken', `name: expected a new one; the ${holder.kind} ${name} exists`, 'name');
    }
    const extension = said.extension ?? null;
    if (extension !== null) takeExtension(context, extension, kind, name);
    const { ladder = null, ...rest } = said;
    const { groups } = context.config;
    // Who says one rest for all means no shorter one to become longer by it.
    const { backOffMs } = rest;
    const backOffs = backOffMs === undefined ? groups.backOffs : backOffsUnder(groups.backOffs, backOffMs);
    const settings = queueOf({ ...groups, backOffs, ...defined(rest), id: name, kind, extension });
    const queue = { ...settings, ladder, revision: now.revision };
    checkDestination(store, 'overflow', queue.overflow, name);
    checkNumbers(queue.overflow, context.config.numbering, 'overflow');
    store.queues.insert(queue, context.now());
    joinAll(context, now, queue, members);
    const made = existingQueue(context, kind, name);
    now.audit(`${kind}.add`, name, null, queueView(made));
    return made;
  });
}

/** Changes what `patch` names, or with `dryRun` checks it and says what would be. Calls that wait there feel it at once. */
export function setQueue(
  context: DirectoryContext,
  kind: QueueKind,
  id: QueueId,
  patch: QueueSaid,
  who: string,
  dryRun = false,
): QueueRow {
  const { store } = context;
  const work = (now: Change): QueueRow => {
    const before = existingQueue(context, kind, id);
    const extension = patch.extension === undefined ? before.extension : patch.extension;
    if (extension !== before.extension) {
      if (before.extension !== null) store.extensions.free(before.extension);
      if (extension !== null) takeExtension(context, extension, kind, id);
    }
    const queue = { ...before, ...defined(patch), extension, revision: now.revision };
    checkDestination(store, 'overflow', queue.overflow, id);
    if (patch.overflow !== undefined) checkNumbers(patch.overflow, context.config.numbering, 'overflow');
    store.queues.update(queue);
    now.audit(`${kind}.set`, id, shownQueue(before), shownQueue(queue));
    return queue;
  };
  return change(context, who, work, dryRun);
}

/** Removes a queue and frees its members. The core moves callers who wait there to the overflow it had. */
export function removeQueue(
  context: DirectoryContext,
  kind: QueueKind,
  id: QueueId,
  who: string,
): { membersFreed: number } {
  const { store } = context;
  return change(context, who, (now) => {
    const queue = existingQueue(context, kind, id);
    const to: Destination = kind === 'group' ? { to: 'group', group: id } : { to: 'queue', queue: id };
    const [first, ...others] = queuesThatOverflowTo(store, to);
    if (first !== undefined) {
      const names = [first, ...others].map((each) => each.id).join(', ');
      throw new Refusal(
        'in-use',
        `${names} overflows to ${id}: change that first (cordboard ${first.kind} set ${first.id} --overflow …)`,
      );
    }
    refuseWhileRouted(store, to);
    for (const { user } of queue.members) store.users.touch(user, now.revision);
    store.queues.remove(id);
    if (queue.extension !== null) store.extensions.free(queue.extension);
    dropRights(store, now, `${kind}:${id}`);
    now.audit(`${kind}.remove`, id, queueView(queue), null);
    return { membersFreed: queue.members.length };
  });
}

/** The row of a queue of this kind (null: of either), or a `Refusal`. */
export function existingQueue(context: Pick<DirectoryContext, 'store'>, kind: QueueKind | null, id: QueueId): QueueRow {
  const queue = context.store.queues.find(id);
  if (queue === null || (kind !== null && queue.kind !== kind)) {
    const other = queue === null ? '' : `, but a ${queue.kind} of that name`;
    if (kind === 'group') {
      throw new Refusal('unknown-group', `There is no group ${id}${other}: see cordboard group list`, 'name');
    }
    throw new Refusal('unknown-queue', `There is no queue ${id}${other}: see cordboard queue list`, 'name');
  }
  return queue;
}

/** What the audit keeps of a queue whose settings change: its members are not touched, and may be thousands. */
function shownQueue(queue: QueueRow): Omit<QueueView, 'members'> {
  const { members: _, ...settings } = queueView({ ...queue, members: [] });
  return settings;
}

/** A queue as people see it. */
export function queueView(queue: QueueRow): QueueView {
  const { id, revision: _, overflow, needs, members, ...rest } = queue;
  return {
    name: id,
    ...rest,
    needs: printNeeds(needs),
    overflow: printDestination(overflow),
    members: members.map(({ user, ...member }) => ({ username: user, ...member })),
  };
}
