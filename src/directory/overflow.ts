import type { Destination, GroupId } from '../core/settings.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { printDestination } from './destination.ts';
import { Refusal } from './refusal.ts';

/** The groups whose overflow is `to`. */
export function groupsThatOverflowTo(store: DirectoryStore, to: Destination): readonly GroupId[] {
  const wanted = printDestination(to);
  return store.groups.all().flatMap((group) => (printDestination(group.overflow) === wanted ? [group.id] : []));
}

/** Refuses an overflow of `group` that leads nowhere, or to itself. */
export function checkOverflow(store: DirectoryStore, group: GroupId, to: Destination): void {
  if (to.to === 'group') {
    if (to.group === group) {
      throw new Refusal('invalid', `overflow: expected another group than ${group} itself`, 'overflow');
    }
    if (store.groups.find(to.group) === null) {
      throw new Refusal('unknown-group', `overflow: there is no group ${to.group}; make it first`, 'overflow');
    }
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
