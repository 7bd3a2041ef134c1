import type { Arrival } from '../events.ts';
import { compareIds } from '../ordered.ts';
import type { Inbound, RouteSettings, TrunkId } from '../outside.ts';
import { arriveAt } from '../routing/overflow.ts';
import type { Call, CallKind } from '../state.ts';
import { isOverfull } from '../trunks.ts';
import { changedCall, sendLater, type Turn, tell } from '../turn.ts';
import { endCall } from './call.ts';

/** What a call from outside is about: number and caller in E.164 where they could be read, `withheld` for a hidden caller. */
export type Outsider = { readonly number: string; readonly caller: string; readonly trunk: TrunkId | null };

/**
 * The most specific route that fits: an exact number before the start of one before every number, then by caller in the
 * same way, then one for this trunk before one for all. Ties go by name. Null: nobody knows this number.
 */
export function matchRoute(routes: Iterable<RouteSettings>, outsider: Outsider): RouteSettings | null {
  let best: { route: RouteSettings; key: readonly number[] } | null = null;
  for (const route of routes) {
    const number = howWell(route.number, outsider.number);
    const caller = route.caller === null ? 0 : howWell(route.caller, outsider.caller);
    if (number === null || caller === null || (route.trunk !== null && route.trunk !== outsider.trunk)) continue;
    const key = [number, caller, route.trunk === null ? 0 : 1];
    if (
      best === null ||
      isBetter(key, best.key) ||
      (!isBetter(best.key, key) && compareIds(route.id, best.route.id) < 0)
    )
      best = { route, key };
  }
  return best?.route ?? null;
}

/** How well a pattern fits, the higher the better: exact beats every start; null when it does not fit. */
function howWell(pattern: string, text: string): number | null {
  if (!pattern.endsWith('*')) return pattern === text ? 1_000 : null;
  const start = pattern.slice(0, -1);
  return text.startsWith(start) ? 1 + start.length : null;
}

function isBetter(one: readonly number[], other: readonly number[]): boolean {
  const place = one.findIndex((value, at) => value !== other[at]);
  return place >= 0 && (one[place] ?? 0) > (other[place] ?? 0);
}

/** The route of an arrival, as it is now. */
export function routeOf(turn: Turn, arrival: Arrival): RouteSettings | null {
  return turn.world.state.routes.get(arrival.route ?? '') ?? null;
}

/** How a call from outside came in; null for one of ours. */
export function inboundOf(arrival: Arrival, route: RouteSettings | null): Inbound | null {
  if (arrival.trunk === undefined && route === null) return null;
  return {
    trunk: arrival.trunk ?? null,
    route: route?.id ?? null,
    answer: route?.answer ?? 'on-agent',
    early: route?.early ?? 'ringing',
  };
}

/** What a call by this route is. */
export function kindOf(route: RouteSettings | null): CallKind {
  return route?.to.to === 'group' || route?.to.to === 'queue' ? 'queued' : 'direct';
}

/** A call from outside goes where its route leads. A trunk that has all the calls it may have takes no more. */
export function callIn(turn: Turn, call: Call, route: RouteSettings | null): void {
  const trunk = turn.world.state.trunks.get(call.inbound?.trunk ?? '');
  // The caller's own leg is among those that count by now.
  if (trunk !== undefined && isOverfull(turn, trunk)) {
    tell(turn, { type: 'trunk-full', call: call.id, trunk: trunk.id });
    return endCall(turn, call, 'no-trunk', 'system', 'congestion');
  }
  if (route === null) return endCall(turn, call, 'unallocated', 'system', 'unallocated');
  arriveAt(turn, call, route.to);
}

/**
 * A caller begins to wait in a queue: they are answered at once, or hear music unpaid, as their route says. Who did not
 * come by a route is answered.
 */
export function beginWaiting(turn: Turn, call: Call): 'music' | 'ringing' {
  if (call.answered) return 'music';
  if (call.inbound === null || call.inbound.answer === 'on-entry') {
    call.answered = true;
    sendLater(turn, { do: 'answer', leg: call.caller });
    changedCall(turn, call);
    return 'music';
  }
  if (call.inbound.early === 'music') sendLater(turn, { do: 'progress', leg: call.caller });
  return call.inbound.early;
}
