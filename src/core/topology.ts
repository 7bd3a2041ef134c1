import type { SeenLeg, SeenRoom } from './events.ts';
import { compareIds } from './ordered.ts';
import type { CallId, LegId, State } from './state.ts';

/** What should be in Asterisk: which legs, and who is in which room. */
export type Topology = {
  readonly legs: ReadonlyMap<LegId, WantedLeg>;
  readonly rooms: ReadonlyMap<CallId, WantedRoom>;
};

/** `given`: a caller whom the dialplan is to have by now. */
type WantedLeg = { readonly ending: boolean; readonly given: boolean; readonly phase: string };

/** `awaited`: that both are in it is not known yet. `left`: the leg whose caller the dialplan has; it should be there too. */
type WantedRoom = {
  readonly open: boolean;
  readonly awaited: boolean;
  readonly legs: readonly LegId[];
  readonly left: LegId | null;
};

/** What the rows say should be. */
export function desired(state: State): Topology {
  const legs = new Map<LegId, WantedLeg>();
  for (const { id, call, role, ending, phase } of state.legs.values()) {
    const given = role === 'caller' && ending === null && state.calls.get(call)?.phase === 'ended';
    legs.set(id, { ending: ending !== null, given, phase });
  }
  const rooms = new Map<CallId, WantedRoom>();
  for (const call of state.calls.values()) {
    const partner = state.legs.get(call.partner?.leg ?? '');
    const stays = partner?.ending === null;
    const joined = stays && (call.phase === 'connecting' || call.phase === 'talking');
    const together = joined ? [call.caller, partner.id] : [];
    const left = stays && call.phase === 'ended' ? partner.id : null;
    rooms.set(call.id, { open: call.roomOpen, awaited: call.phase === 'connecting', legs: together, left });
  }
  return { legs, rooms };
}

/** One way in which Asterisk is not as it should be. */
export type Difference =
  | { readonly kind: 'leg-missing'; readonly leg: LegId }
  | { readonly kind: 'leg-away'; readonly leg: LegId }
  /** It should be ending, and is still there. */
  | { readonly kind: 'leg-lingers'; readonly leg: LegId }
  /** Its caller was given to the dialplan, and has not left us. */
  | { readonly kind: 'leg-stays'; readonly leg: LegId }
  /** It should have been dialled, and shows no sign of it. */
  | { readonly kind: 'leg-behind'; readonly leg: LegId }
  /** It has come further than we know. */
  | { readonly kind: 'leg-ahead'; readonly leg: LegId; readonly state: 'down' | 'ringing' | 'up' }
  /** The dialplan has its caller, and did not take it along: it hears nobody. */
  | { readonly kind: 'leg-alone'; readonly leg: LegId }
  | { readonly kind: 'leg-stranger'; readonly leg: LegId }
  | { readonly kind: 'caller-stranger'; readonly seen: SeenLeg }
  | { readonly kind: 'room-stranger'; readonly call: CallId }
  | { readonly kind: 'room-missing'; readonly call: CallId }
  | { readonly kind: 'not-in-room'; readonly call: CallId; readonly legs: readonly LegId[] }
  /** Everybody of this call is in its room, and it was not known yet. */
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
  // What differs is sorted, not what there is: with thousands of legs there is next to nothing to sort.
  const known: LegDifference[] = [];
  for (const [id, leg] of want.legs) {
    const there = found.get(id);
    if (there === undefined) known.push({ kind: 'leg-missing', leg: id });
    else if (there.state === 'away') known.push({ kind: 'leg-away', leg: id });
    else if (leg.ending) known.push({ kind: 'leg-lingers', leg: id });
    else if (leg.given) known.push({ kind: 'leg-stays', leg: id });
    else if (leg.phase === 'dialling' && there.state === 'down') known.push({ kind: 'leg-behind', leg: id });
    else if (isAhead(leg.phase, there.state)) known.push({ kind: 'leg-ahead', leg: id, state: there.state });
  }
  for (const { call, legs } of seen.rooms) {
    const left = want.rooms.get(call)?.left;
    if (left != null && legs.length === 1 && legs[0] === left) known.push({ kind: 'leg-alone', leg: left });
  }
  const strangers: SeenLeg[] = [];
  for (const leg of seen.legs) {
    if (want.legs.has(leg.leg) || leg.state === 'away' || talking.has(leg.leg)) continue;
    if (ours(leg.leg) || leg.arrival !== null) strangers.push(leg);
  }
  return [
    ...known.sort((a, b) => compareIds(a.leg, b.leg)),
    ...strangers
      .sort((a, b) => compareIds(a.leg, b.leg))
      .map((seen): Difference => {
        return ours(seen.leg) ? { kind: 'leg-stranger', leg: seen.leg } : { kind: 'caller-stranger', seen };
      }),
    ...roomDifferences(want, seen.rooms, ours),
  ];
}

type LegDifference = Extract<Difference, { leg: LegId }>;
type RoomDifference = Extract<Difference, { call: CallId }>;

function roomDifferences(want: Topology, seen: readonly SeenRoom[], ours: (id: string) => boolean): Difference[] {
  const rooms = new Map(seen.map((room) => [room.call, room.legs]));
  const strangers: RoomDifference[] = [];
  for (const { call, legs } of seen)
    if (ours(call) && !want.rooms.has(call) && legs.length < 2) strangers.push({ kind: 'room-stranger', call });
  const known: RoomDifference[] = [];
  for (const [call, { open, awaited, legs }] of want.rooms) {
    const inside = rooms.get(call);
    if (open && inside === undefined) known.push({ kind: 'room-missing', call });
    if (legs.length === 0) continue;
    const missing = legs.filter((leg) => !inside?.includes(leg));
    if (missing.length > 0) known.push({ kind: 'not-in-room', call, legs: missing });
    else if (awaited) known.push({ kind: 'in-room', call });
  }
  // The sort is stable: a room that is missing comes before those who are not in it.
  const byCall = (a: RoomDifference, b: RoomDifference): number => compareIds(a.call, b.call);
  return [...strangers.sort(byCall), ...known.sort(byCall)];
}

function isAhead(phase: string, state: 'down' | 'ringing' | 'up'): boolean {
  const isEarly = phase === 'requested' || phase === 'dialling';
  if (state === 'up') return isEarly || phase === 'ringing';
  return state === 'ringing' ? isEarly : phase === 'requested';
}
