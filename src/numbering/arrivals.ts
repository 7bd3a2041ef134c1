import { matchRoute } from '../core/calls/inbound.ts';
import type { Arrival, Event } from '../core/events.ts';
import type { RouteSettings } from '../core/outside.ts';
import type { World } from '../core/world.ts';
import type { Numbering } from './numbering.ts';

/** Who calls, as it is kept beside the call. Empty where it is withheld. */
export type KnownCaller = { readonly number: string; readonly name: string };
/** As Asterisk has it. */
export type SaidCaller = KnownCaller & { readonly withheld: boolean };

/**
 * The edge at which numbers become E.164, once: what a phone dialled is read by the dial plan, what a carrier sent by the
 * trunk's own format, where a phone forwards to like what it dials, and the inbound route is found here, since the caller's number goes no
 * further: events, and so the journal, name only the route. It is read as the event is stepped, and not as it comes: a number that was
 * added just before counts.
 */
export function createReader(
  numbering: Numbering,
  world: Pick<World, 'state' | 'index'>,
): (event: Event, caller: SaidCaller | null) => { readonly event: Event; readonly caller: KnownCaller | null } {
  return (event, caller) => {
    if (event.type === 'caller-arrived') {
      const read = readOne(event, caller, numbering, world);
      return { event: { ...event, ...read.arrival }, caller: read.caller };
    }
    if (event.type === 'leg-seen' && event.found?.arrival) {
      const read = readOne(event.found.arrival, caller, numbering, world);
      return { event: { ...event, found: { ...event.found, arrival: read.arrival } }, caller: read.caller };
    }
    if (event.type === 'leg-forwarded') {
      const { said } = event.to;
      const isExtension = world.index.extensions.has(said);
      const read = isExtension ? {} : fromPhone(said, numbering, [...world.state.routes.values()]);
      return { event: { ...event, to: { said, ...read } }, caller: null };
    }
    return { event, caller: null };
  };
}

function readOne(
  arrival: Arrival,
  caller: SaidCaller | null,
  numbering: Numbering,
  { state, index }: Pick<World, 'state' | 'index'>,
): { readonly arrival: Arrival; readonly caller: KnownCaller | null } {
  const isUsers = arrival.phone !== null && index.phoneUser.has(arrival.phone);
  const isExtension = arrival.trunk === undefined && index.extensions.has(arrival.dialled);
  if (isUsers) {
    const read = isExtension ? {} : fromPhone(arrival.dialled, numbering, [...state.routes.values()]);
    return { arrival: { ...arrival, ...read }, caller: shown(caller, caller?.number ?? '') };
  }
  const format = state.trunks.get(arrival.trunk ?? '')?.settings.format ?? 'e164';
  const from = caller?.number === undefined || caller.number === '' ? '' : numbering.received(caller.number, format);
  if (isExtension) return { arrival, caller: shown(caller, from) };
  const number = numbering.received(arrival.dialled, format);
  const outsider = { number, caller: caller?.withheld === true ? 'withheld' : from, trunk: arrival.trunk ?? null };
  const route = matchRoute(state.routes.values(), outsider);
  const read = { ...arrival, dialled: arrival.trunk === undefined ? arrival.dialled : number };
  return { arrival: route === null ? read : { ...read, route: route.id }, caller: shown(caller, from) };
}

/** A number of our own that is dialled inside stays inside; every other one goes out. */
function fromPhone(
  dialled: string,
  numbering: Numbering,
  routes: readonly RouteSettings[],
): Pick<Arrival, 'outside' | 'route'> {
  const outside = numbering.dialled(dialled);
  if (outside === null) return {};
  const ours = routes.filter((route) => route.number === outside.number && route.trunk === null);
  const own = matchRoute(ours, { number: outside.number, caller: '', trunk: null });
  return own === null ? { outside } : { route: own.id };
}

function shown(caller: SaidCaller | null, number: string): KnownCaller | null {
  if (caller === null) return null;
  return caller.withheld ? { number: '', name: '' } : { number, name: caller.name };
}
