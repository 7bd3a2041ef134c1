import { endAlarm } from './alarms.ts';
import type { OutsideEvent } from './events.ts';
import { compareIds } from './ordered.ts';
import { changedTrunk, type Turn } from './turn.ts';

/** Takes over all trunks and inbound routes. Calls on a trunk that is gone go on; what is known of one that stays is kept. */
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
  }
  const routes = new Set(event.routes.map(({ id }) => id));
  for (const id of [...state.routes.keys()].sort(compareIds)) {
    if (routes.has(id)) continue;
    state.routes.delete(id);
    dirty.mark('routes', id);
  }
  for (const route of event.routes) {
    state.routes.set(route.id, route);
    dirty.mark('routes', route.id);
  }
}
