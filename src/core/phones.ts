import { compareIds } from './ordered.ts';
import { updateReachable } from './routing/agent.ts';
import type { PhoneId } from './settings.ts';
import { changedPhone, type Turn } from './turn.ts';

/** A phone registered, was qualified, or its last contact went. News of any kind clears a suspicion. */
export function phoneReachable(turn: Turn, id: PhoneId, reachable: boolean): void {
  const phone = turn.world.state.phones.get(id);
  if (!phone) return;
  phone.registered = reachable;
  phone.suspectUntil = null;
  changedPhone(turn, phone);
  updateReachable(turn, phone.user, reachable ? 'registered' : 'unregistered');
}

/** The whole list after a gap: who is not in it has no contact. A suspicion stands, since the list is no news of a phone. */
export function phonesSurveyed(turn: Turn, reachable: readonly PhoneId[]): void {
  const present = new Set(reachable);
  const changed = [...turn.world.state.phones.values()].filter(({ id, registered }) => registered !== present.has(id));
  // In an order of their own: that of the rows is another one after a restart.
  for (const { id } of changed.sort((a, b) => compareIds(a.id, b.id))) phoneReachable(turn, id, present.has(id));
}
