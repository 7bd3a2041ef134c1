import type { SeenLeg, SeenRoom } from './events.ts';
import { compareIds } from './ordered.ts';
import type { CallId, LegId, State } from './state.ts';

/** What should be in Asterisk: which legs, and who is in which room. */
export type Topology = {
  readonly legs: ReadonlyMap<LegId, { readonly ending: boolean; readonly phase: string }>;
  readonly rooms: ReadonlyMap<CallId, { readonly open: boolean; readonly legs: readonly LegId[] }>;
};

/** What the rows say should be. */
export function desired(state: State): Topology {
  const legs = new Map<LegId, { ending: boolean; phase: string }>();
  for (const leg of state.legs.values()) legs.set(leg.id, { ending: leg.ending !== null, phase: leg.phase });
  const rooms = new Map<CallId, { open: boolean; legs: LegId[] }>();
  for (const call of state.calls.values()) {
    const joined = call.partner !== null && (call.phase === 'connecting' || call.phase === 'talking');
    rooms.set(call.id, { open: call.roomOpen, legs: joined && call.partner ? [call.caller, call.partner.leg] : [] });
  }
  return { legs, rooms };
}

/** One way in which Asterisk is not as it should be. */
export type Difference =
  | { readonly kind: 'leg-missing'; readonly leg: LegId }
  | { readonly kind: 'leg-away'; readonly leg: LegId }
  /** It should be ending, and is still there. */
  | { readonly kind: 'leg-lingers'; readonly leg: LegId }
  /** It should have been dialled, and shows no sign of it. */
  | { readonly kind: 'leg-behind'; readonly leg: LegId }
  /** It has come further than we know. */
  | { readonly kind: 'leg-ahead'; readonly leg: LegId; readonly state: 'down' | 'ringing' | 'up' }
  | { readonly kind: 'leg-stranger'; readonly leg: LegId }
  | { readonly kind: 'caller-stranger'; readonly seen: SeenLeg }
  | { readonly kind: 'room-stranger'; readonly call: CallId }
  | { readonly kind: 'room-missing'; readonly call: CallId }
  | { readonly kind: 'not-in-room'; readonly call: CallId; readonly legs: readonly LegId[] }
  /** Everybody of this call is in its room. */
  | { readonly kind: 'in-room'; readonly call: CallId };

/**
 * Compares what should be with what is; `ours` tells our own ids. In a fixed order. Strangers who hear each other are left
 * alone: it is a talk of a daemon that lost its rows, which the dialplan takes over when the lease ends.
 */
export function differences(
  want: Topology,
  seen: { readonly legs: readonly SeenLeg[]; readonly rooms: readonly SeenRoom[] },
  ours: (id: string) => boolean,
): Difference[] {
  const found = new Map(seen.legs.map((leg) => [leg.leg, leg]));
  const talking = new Set(seen.rooms.flatMap((room) => (room.legs.length > 1 ? room.legs : [])));
  const result: Difference[] = [];
  for (const [id, leg] of [...want.legs].sort(byId)) {
    const there = found.get(id);
    if (there === undefined) result.push({ kind: 'leg-missing', leg: id });
    else if (there.state === 'away') result.push({ kind: 'leg-away', leg: id });
    else if (leg.ending) result.push({ kind: 'leg-lingers', leg: id });
    else if (leg.phase === 'dialling' && there.state === 'down') result.push({ kind: 'leg-behind', leg: id });
    else if (isAhead(leg.phase, there.state)) result.push({ kind: 'leg-ahead', leg: id, state: there.state });
  }
  for (const leg of [...seen.legs].sort((a, b) => compareIds(a.leg, b.leg))) {
    if (want.legs.has(leg.leg) || leg.state === 'away' || talking.has(leg.leg)) continue;
    if (ours(leg.leg)) result.push({ kind: 'leg-stranger', leg: leg.leg });
    else if (leg.arrival !== null) result.push({ kind: 'caller-stranger', seen: leg });
  }
  return [...result, ...roomDifferences(want, seen.rooms, ours)];
}

function roomDifferences(want: Topology, seen: readonly SeenRoom[], ours: (id: string) => boolean): Difference[] {
  const rooms = new Map(seen.map((room) => [room.call, room.legs]));
  const result: Difference[] = [];
  for (const room of [...seen].sort((a, b) => compareIds(a.call, b.call))) {
    if (ours(room.call) && !want.rooms.has(room.call) && room.legs.length < 2)
      result.push({ kind: 'room-stranger', call: room.call });
  }
  for (const [call, { open, legs }] of [...want.rooms].sort(byId)) {
    const inside = rooms.get(call);
    if (open && inside === undefined) result.push({ kind: 'room-missing', call });
    if (legs.length === 0) continue;
    const missing = legs.filter((leg) => !inside?.includes(leg));
    result.push(missing.length > 0 ? { kind: 'not-in-room', call, legs: missing } : { kind: 'in-room', call });
  }
  return result;
}

function isAhead(phase: string, state: 'down' | 'ringing' | 'up'): boolean {
  const isEarly = phase === 'requested' || phase === 'dialling';
  if (state === 'up') return isEarly || phase === 'ringing';
  return state === 'ringing' ? isEarly : phase === 'requested';
}

function byId(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return compareIds(a[0], b[0]);
}
