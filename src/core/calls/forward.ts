import type { Forward, ForwardRefusal, ForwardTarget } from '../forwards.ts';
import type { PayerId } from '../outside.ts';
import { arriveAt, maxHops } from '../routing/overflow.ts';
import type { Destination, UserId } from '../settings.ts';
import type { Call, Leg, LegId } from '../state.ts';
import { changedCall, changedLeg, type Turn, tell } from '../turn.ts';
import { barredFor, forwardOut, payersOf } from './call-out.ts';
import { stopRingingUser } from './internal.ts';
import { noteIfLimit } from './meter.ts';

/*
 * A phone forwards its call (302). Asterisk says so and dials nothing; whether the call goes on there is decided here, and it
 * goes on like any other call of ours, on the account of whose phone forwards.
 */

/** So many users' forwards are followed in one call; each of them forwards it once. */
const maxForwards = 5;
/** So many calls may ring at one number to which the same user forwards: more are a circle that runs through a carrier. */
const maxRinging = 3;

/** The phone says where to. What becomes of it is decided with the leg's end. */
export function legForwarded(turn: Turn, id: LegId, to: ForwardTarget): void {
  const leg = turn.world.state.legs.get(id);
  if (leg === undefined || leg.phone === null || leg.ending !== null || leg.forwardsTo !== undefined) return;
  if (leg.role === 'caller' || leg.role === 'picker' || leg.phase === 'up' || leg.phase === 'joined') return;
  leg.forwardsTo = to;
  changedLeg(turn, leg);
}

/** A phone of the callee's forwards the call; the first one that does says where to. */
export function noteForward(turn: Turn, call: Call, { user, phone, forwardsTo }: Leg): void {
  if (user === null || phone === null || user !== call.callee || call.phase !== 'waiting') return;
  call.forward ??= { user, phone, to: forwardsTo ?? null };
  changedCall(turn, call);
}

/** An offer is never forwarded: the next agent is asked, whose misses, wrap-up and reports are their own. */
export function offerForwarded(turn: Turn, call: Call, { user, phone, forwardsTo }: Leg): void {
  if (user === null || phone === null) return;
  refuse(turn, call, { user, phone, to: forwardsTo ?? null }, refused('offer'));
}

/** Another phone of theirs was busy, was declined at, or rang for its time: that counts for more. */
export function forwardOutweighed(turn: Turn, call: Call): void {
  if (call.forward !== null) refuse(turn, call, call.forward, refused('another-phone'));
}

/** Sends the call on to where the phone forwards it; false, with a fact that says why, where that is not to be. */
export function followForward(turn: Turn, call: Call, forward: Forward): boolean {
  const way = judge(turn, call, forward);
  if ('why' in way) {
    refuse(turn, call, forward, way);
    return false;
  }
  const { user, phone, to } = forward;
  stopRingingUser(turn, call);
  call.hops += 1;
  call.forwardedBy = [...call.forwardedBy, user];
  changedCall(turn, call);
  tell(turn, { type: 'forward-followed', call: call.id, user, phone, said: to?.said ?? '', to: way });
  if (way.to === 'number') forwardOut(turn, call, user, { number: way.number, class: way.class ?? 'premium' });
  else arriveAt(turn, call, way);
  return true;
}

type Refused = { readonly why: ForwardRefusal; readonly payer: PayerId | null };

/** Where the call may go, or why it may not. */
function judge(turn: Turn, call: Call, { user, to }: Forward): Destination | Refused {
  const policy = turn.world.state.users.get(user)?.forwards;
  if (policy === undefined) return refused('policy');
  // What is dialled in a house and no number, such as a feature code, would be done for whoever calls.
  if (to === null || !/^\+?\d+$/.test(to.said)) return refused('no-number');
  const way = wayOf(turn, to);
  if (way === null) return refused('nobody');
  if (way.to === 'number' && policy === 'internal') return refused('policy');
  const seen = [...call.forwardedBy, user];
  if (call.forwardedBy.includes(user) || (way.to === 'user' && seen.includes(way.user))) return refused('loop');
  if (call.forwardedBy.length >= maxForwards || call.hops >= maxHops) return refused('too-many');
  if (way.to !== 'number') return way;
  if (ringingThere(turn, user, way.number) >= maxRinging) return refused('loop');
  const barred = barredFor(turn, payersOf(turn, user), { number: way.number, class: way.class ?? 'premium' }, call.id);
  return barred ?? way;
}

function refused(why: ForwardRefusal): Refused {
  return { why, payer: null };
}

/** Whom the user would have reached who had dialled it. Short codes are left out: an emergency call is nobody's forward. */
function wayOf({ world }: Turn, { said, outside, route }: ForwardTarget): Destination | null {
  const { state, index } = world;
  const target = index.extensions.get(said);
  if (target !== undefined && 'user' in target) return { to: 'user', user: target.user };
  if (target !== undefined)
    return state.queues.get(target.queue)?.kind === 'group'
      ? { to: 'group', group: target.queue }
      : { to: 'queue', queue: target.queue };
  const own = state.routes.get(route ?? '')?.to;
  if (own !== undefined) return own.to === 'user' || own.to === 'group' || own.to === 'queue' ? own : null;
  return outside?.number.startsWith('+') === true ? { to: 'number', ...outside } : null;
}

function ringingThere({ world: { state, index } }: Turn, user: UserId, number: string): number {
  let count = 0;
  for (const id of index.callsOut) {
    const call = state.calls.get(id);
    const isSame = call?.outbound?.number === number && call.forwardedBy.at(-1) === user;
    if (isSame && call.connectedAt === null) count += 1;
  }
  return count;
}

function refuse(turn: Turn, call: Call, { user, phone, to }: Forward, { why, payer }: Refused): void {
  tell(turn, { type: 'forward-refused', call: call.id, user, phone, said: to?.said ?? null, why, payer });
  if (payer !== null) noteIfLimit(turn, call, payer, why);
}
