import type { Destination, QueueId } from '../core/settings.ts';
import type { QueueRow } from '../storage/directory/queues.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { placesOf, printDestination } from './destination.ts';
import { Refusal } from './refusal.ts';

/** The queues, and groups, whose overflow is `to`. */
export function queuesThatOverflowTo(store: DirectoryStore, to: Destination): readonly QueueRow[] {
  const wanted = printDestination(to);
  return store.queues.all().filter((queue) => leadsTo(queue.overflow, wanted));
}

/** Whether a destination is, or falls back on, the one that is written so. */
export function leadsTo(to: Destination, wanted: string): boolean {
  return placesOf(to).some((place) => printDestination(place) === wanted);
}

/** Refuses an overflow of `queue` that leads nowhere, or to itself. */
export function checkOverflow(store: DirectoryStore, queue: QueueId, to: Destination): void {
  if (to.to === 'number' && to.otherwise !== undefined) return checkOverflow(store, queue, to.otherwise);
  if (to.to === 'group' || to.to === 'queue') {
    const target = to.to === 'group' ? to.group : to.queue;
    if (target === queue) {
      throw new Refusal('invalid', `overflow: expected another ${to.to} than ${queue} itself`, 'overflow');
    }
    const isThere = store.queues.find(target)?.kind === to.to;
    const why = `overflow: there is no ${to.to} ${target}; make it first`;
    if (!isThere && to.to === 'group') throw new Refusal('unknown-group', why, 'overflow');
    if (!isThere) throw new Refusal('unknown-queue', why, 'overflow');
  }
  if (to.to === 'user') {
    const user = store.users.find(to.user);
    if (user === null) {
      throw new Refusal('unknown-user', `overflow: there is no user ${to.user}; make them first`, 'overflow');
    }
    if (user.extension === null) {
      throw new Refusal('no-extension', `overflow: ${to.user} has no extension and so cannot be rung`, 'overflow');
    }
  }
}
