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
  for (const phone of turn.world.state.phones.values()) {
    if (phone.registered !== present.has(phone.id)) phoneReachable(turn, phone.id, present.has(phone.id));
  }
}
