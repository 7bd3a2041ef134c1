import type { Event } from '../events.ts';
import type { CallEnding } from '../facts.ts';
import { enqueue } from '../routing/entry.ts';
import type { HangUpCause } from '../settings.ts';
import type { Call, CallKind, LegId, Wishes } from '../state.ts';
import { newId, type Turn, tell } from '../turn.ts';
import { endCall } from './call.ts';
import { callOut } from './call-out.ts';
import { dialFeature } from './feature.ts';
import { hear } from './hearing.ts';
import { callIn, inboundOf, kindOf, routeOf } from './inbound.ts';
import { ringUser } from './internal.ts';
import { fallbackOf, giveAway } from './lease.ts';
import { callerLeg } from './leg.ts';

/** The first renewal comes well before the end of the lease that the dialplan gave. */
const firstRenewalMs = 10_000;

/** What is known of a caller who comes, or is found there by a look or a survey. */
type Arrived = Omit<Extract<Event, { type: 'caller-arrived' }>, 'type'>;

/** A caller has come: the call begins, and goes where its number leads. */
export function callerArrived(turn: Turn, event: Arrived): void {
  const { state, index } = turn.world;
  const { leg, dialled, phone, outside } = event;
  const overload = event.overload === true;
  if (state.legs.has(leg)) return;
  const trunk = event.trunk ?? null;
  // Who comes by a trunk reaches what a route leads to, and nothing else: no extension, and never another trunk.
  const target = trunk === null ? index.extensions.get(dialled) : undefined;
  const route = target === undefined ? routeOf(turn, event) : null;
  if (target === undefined && dialFeature(turn, leg, dialled, phone)) return;
  const from = phone === null ? null : (index.phoneUser.get(phone) ?? null);
  const inbound = target === undefined ? inboundOf(event, route) : null;
  const goesOut = target === undefined && inbound === null && outside !== undefined && from !== null;
  const isInternal = target === undefined ? from !== null : 'user' in target;
  const kind: CallKind = inbound ? kindOf(route) : goesOut ? 'outbound' : isInternal ? 'internal' : 'queued';
  const call = newCall(turn, kind, dialled, leg, from, event.wishes ?? {});
  call.inbound = inbound;
  state.calls.set(call.id, call);
  callerLeg(turn, call, phone, trunk);
  tell(turn, {
    type: 'call-arrived',
    call: call.id,
    kind,
    dialled,
    phone,
    user: from,
    trunk,
    route: route?.id ?? null,
  });
  for (const wish of event.ignored ?? []) tell(turn, { type: 'call-wish-ignored', call: call.id, ...wish });
  if ((target !== undefined || route !== null || goesOut) && (overload || state.meta.draining))
    return turnAway(turn, call, overload ? 'overload' : 'draining');
  if (inbound !== null) return callIn(turn, call, route);
  if (goesOut) return callOut(turn, call, from, outside);
  if (target === undefined) return refuse(turn, call, 'unallocated', 'unallocated');
  if ('user' in target) return ringUser(turn, call, target.user);
  const queue = state.queues.get(target.queue);
  if (queue) enqueue(turn, call, queue);
  else refuse(turn, call, 'unallocated', 'unallocated');
}

/** The dialplan's fallback has the caller: it rings who is free, without us. */
export function turnAway(turn: Turn, call: Call, why: 'overload' | 'draining'): void {
  tell(turn, { type: 'call-turned-away', call: call.id, why });
  hear(turn, call, 'silence');
  giveAway(turn, call, fallbackOf(call.dialled));
  endCall(turn, call, 'released', 'system', null);
}

function refuse(turn: Turn, call: Call, ending: CallEnding, cause: HangUpCause): void {
  endCall(turn, call, ending, 'system', cause);
}

function newCall(
  turn: Turn,
  kind: CallKind,
  dialled: string,
  caller: LegId,
  from: string | null,
  wishes: Wishes,
): Call {
  return {
    id: newId(turn, 'c'),
    kind,
    phase: 'waiting',
    dialled,
    caller,
    from,
    arrivedAt: turn.now,
    enteredAt: turn.now,
    queue: null,
    due: turn.now,
    priority: 5,
    aheadMs: 0,
    wishes,
    queuedAt: null,
    rises: 0,
    relaxed: 0,
    needs: '',
    tier: 0,
    wave: 0,
    waveAt: null,
    waitUntil: null,
    queueGone: null,
    callee: null,
    ringUntil: null,
    calleeOutcome: null,
    forward: null,
    forwardedBy: [],
    claim: null,
    partner: null,
    connectedAt: null,
    hearing: 'silence',
    answered: false,
    roomOpen: false,
    // The dialplan gave the first lease: 30 s when it was never told ours.
    leaseAt: turn.now + Math.min(turn.world.state.meta.limits.renewMs, firstRenewalMs),
    joinBy: null,
    inbound: null,
    outbound: null,
    givenTo: null,
    hops: 0,
    asked: {},
    offers: [],
    legs: [],
  };
}
