import type { OutsideEvent } from '../core/events.ts';
import type { DialPlan } from '../numbering/numbering.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { withClasses } from './number-classes.ts';
import { payers } from './rights.ts';
import { trunkSettings } from './trunks.ts';

/** Keeps the engine told of trunks, routes and payers: all of them at once, whenever they changed, and when it begins. */
export function createOutsideFeed(
  store: DirectoryStore,
  plan: DialPlan,
  send: (event: OutsideEvent) => void,
): { hello(): void; sync(): void } {
  let last = '';
  let hasBegun = false;

  function sync(): void {
    if (!hasBegun) return;
    const event: OutsideEvent = {
      type: 'outside',
      trunks: store.outside.trunks.all().map(trunkSettings),
      routes: store.outside.routes.all().map((route) => ({ ...route, to: withClasses(route.to, plan) })),
      payers: payers(store),
    };
    const written = JSON.stringify(event);
    if (written === last) return;
    last = written;
    send(event);
  }

  return {
    hello() {
      hasBegun = true;
      last = '';
      sync();
    },
    sync,
  };
}
