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

/** Refuses a destination that is not there or cannot be rung; `field` is what named it. An overflow never leads to its queue `itself`. */
export function checkDestination(store: DirectoryStore, field: string, to: Destination, itself?: QueueId): void {
  if (to.to === 'number' && to.otherwise !== undefined) return checkDestination(store, field, to.otherwise, itself);
  if (to.to === 'group' || to.to === 'queue') {
    const target = to.to === 'group' ? to.group : to.queue;
    if (target === itself) {
      throw new Refusal('invalid', `${field}: expected another ${to.to} than ${target} itself`, field);
    }
    const isThere = store.queues.find(target)?.kind === to.to;
    const why = `${field}: there is no ${to.to} ${target}; make it first`;
    if (!isThere && to.to === 'group') throw new Refusal('unknown-group', why, field);
    if (!isThere) throw new Refusal('unknown-queue', why, field);
  }
  if (to.to === 'user') {
    const user = store.users.find(to.user);
    if (user === null)
      throw new Refusal('unknown-user', `${field}: there is no user ${to.user}; make them first`, field);
    if (user.extension === null) {
      throw new Refusal('no-extension', `${field}: ${to.user} has no extension and so cannot be rung`, field);
    }
  }
}
