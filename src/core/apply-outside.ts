import { endAlarm } from './alarms.ts';
import type { OutsideEvent } from './events.ts';
import { compareIds } from './ordered.ts';
import { trunksSeen } from './trunks.ts';
import { changedTrunk, type Turn } from './turn.ts';

/** Takes over all trunks, inbound routes and payers. Calls on a trunk that is gone go on; what is known of one that stays is kept. */
export function applyOutside(turn: Turn, event: OutsideEvent): void {
  const { state, dirty } = turn.world;
  const trunks = new Set(event.trunks.map(({ id }) => id));
  for (const id of [...state.trunks.keys()].sort(compareIds)) {
    if (trunks.has(id)) continue;
    state.trunks.delete(id);
    endAlarm(turn, 'trunk-down', id);
    dirty.mark('trunks', id);
  }
  for (const settings of event.trunks) {
    const known = state.trunks.get(settings.id);
    const trunk = known ?? { id: settings.id, settings, reachable: null, registered: null, since: turn.now };
    trunk.settings = settings;
    state.trunks.set(trunk.id, trunk);
    changedTrunk(turn, trunk);
    // What was known of one that is no longer asked, or does not register any more, is forgotten, and the alarm ends.
    trunksSeen(turn, [{ trunk: trunk.id }]);
  }
  takeOver(turn, 'routes', state.routes, event.routes);
  takeOver(turn, 'payers', state.payers, event.payers ?? []);
}

function takeOver<T extends { readonly id: string }>(
  { world: { dirty } }: Turn,
  kind: 'routes' | 'payers',
  rows: Map<string, T>,
  now: readonly T[],
): void {
  const ids = new Set(now.map(({ id }) => id));
  for (const id of [...rows.keys()].sort(compareIds)) {
    if (ids.has(id)) continue;
    rows.delete(id);
    dirty.mark(kind, id);
  }
  for (const row of now) {
    rows.set(row.id, row);
    dirty.mark(kind, row.id);
  }
}
