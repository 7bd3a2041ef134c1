import { compareIds } from './ordered.ts';
import { noteTransport } from './phone-transport.ts';
import { updateReachable } from './routing/agent.ts';
import type { PhoneId, PhoneTransport } from './settings.ts';
import { changedPhone, type Turn } from './turn.ts';

/** A phone registered, was qualified, or its last contact went. News of any kind clears a suspicion. */
export function phoneReachable(turn: Turn, id: PhoneId, reachable: boolean, by?: PhoneTransport): void {
  const phone = turn.world.state.phones.get(id);
  if (!phone) return;
  phone.registered = reachable;
  phone.suspectUntil = null;
  changedPhone(turn, phone);
  updateReachable(turn, phone.user, reachable ? 'registered' : 'unregistered');
  if (reachable && by !== undefined) noteTransport(turn, phone, by);
}

/** The whole list after a gap: who is not in it has no contact. A suspicion stands, since the list is no news of a phone. */
export function phonesSurveyed(
  turn: Turn,
  reachable: readonly PhoneId[],
  by: Readonly<Record<PhoneId, PhoneTransport>> = {},
): void {
  const present = new Set(reachable);
  const phones = [...turn.world.state.phones.values()].sort((a, b) => compareIds(a.id, b.id));
  // In an order of their own: that of the rows is another one after a restart.
  for (const phone of phones) {
    const isThere = present.has(phone.id);
    const cameBy = isThere ? by[phone.id] : undefined;
    if (phone.registered !== isThere) phoneReachable(turn, phone.id, isThere, cameBy);
    else if (cameBy !== undefined && cameBy !== phone.by) noteTransport(turn, phone, cameBy);
  }
}
