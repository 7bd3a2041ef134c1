import type { Destination } from '../settings.ts';
import type { Call, Leg } from '../state.ts';
import { changedCall, changedLeg, send, sendLater, type Turn } from '../turn.ts';

/** The caller's lease is renewed while they wait and while they talk. */
export function renewLease(turn: Turn, call: Call): void {
  call.leaseAt = turn.now + turn.world.state.meta.limits.renewMs;
  changedCall(turn, call);
  // A caller who left us has no lease any more: one look is on its way to see where they are.
  if (!turn.world.index.left.has(call.caller)) lease(turn, call);
}

/** The contexts of `asterisk-conf/` are named so: each sets a lease of its own. */
const ownContexts = 'cordboard-';

/**
 * The caller is in the dialplan's hands from here on. A lease outlives that: in a context that knows nothing of it, it would cut them
 * off. Both commands go last, behind a renewal of this very step. For a context of our own nothing is set, since Asterisk
 * refuses `DB()` from then on, which the fallback of another number needs.
 */
export function giveAway(turn: Turn, call: Call, to: Extract<Destination, { to: 'dialplan' }>): void {
  call.givenTo = to;
  changedCall(turn, call);
  const leg = turn.world.state.legs.get(call.caller);
  if (leg) {
    // Until it has had the time to leave, no survey wonders that it is still here.
    leg.changedAt = turn.now;
    changedLeg(turn, leg);
  }
  if (!to.context.startsWith(ownContexts))
    sendLater(turn, { do: 'lease', leg: call.caller, leaseMs: 0, peer: null, talked: false });
  sendLater(turn, { do: 'release', leg: call.caller, to });
}

/** They were given away and never left: the command was lost, and what was to end their music with it. */
export function giveAwayAgain(turn: Turn, call: Call): void {
  for (const was of ['music', 'ringing'] as const) send(turn, { do: 'hear', leg: call.caller, what: 'silence', was });
  giveAway(turn, call, call.givenTo ?? fallbackOf(call.dialled));
}

/** Where the dialplan goes on without us: a context of `asterisk-conf/extensions_cordboard.conf`. */
export function fallbackOf(dialled: string): Extract<Destination, { to: 'dialplan' }> {
  return { to: 'dialplan', context: 'cordboard-fallback', exten: dialled, priority: 1 };
}

/**
 * The partner's lease in leases of the caller. The dialplan ends the partner when the caller hangs up and nobody is there to
 * see it; this is for a caller's leg that went without its dialplan. It is long, since both leases run out at the same moment
 * when Asterisk itself stood still (a machine that was paused), and the dialplan can then join only who is still there.
 */
const partnerLeases = 20;

/** The caller's leg goes back to the dialplan when its lease ends, together with its partner's where there is one. */
export function lease(turn: Turn, call: Call, how: typeof send = sendLater): void {
  const { leaseMs } = turn.world.state.meta.limits;
  const partner = call.partner?.leg ?? null;
  how(turn, { do: 'lease', leg: call.caller, leaseMs, peer: partner, talked: call.phase !== 'announcing' });
  if (call.phase !== 'announcing') leasePartner(turn, call, how);
  if (call.phase !== 'waiting') return;
  for (const id of call.legs) {
    const leg = turn.world.state.legs.get(id);
    // One that is up is being asked to press 1.
    if (leg && leg.role !== 'caller' && leg.ending === null && leg.phase !== 'up') leaseRinging(turn, call, leg);
  }
}

/** The one that the leg had while it rang is over with it: it would cut the leg off. */
export function leasePartner(turn: Turn, call: Call, how: typeof send = sendLater): void {
  if (call.partner === null) return;
  const leaseMs = turn.world.state.meta.limits.leaseMs * partnerLeases;
  how(turn, { do: 'lease', leg: call.partner.leg, leaseMs, peer: call.caller, talked: true });
}

/** So much before the caller's lease ends that of a leg that rings for them: the fallback finds the phone free. */
const ringingEndsBeforeMs = 2_000;
const leastLeaseMs = 3_000;

/**
 * A leg that rings ends a little before the dialplan takes its caller back, should we be dead by then. Not needed when the
 * ring time that Asterisk was given (`ringsForMs`) is over by then anyway.
 */
export function leaseRinging(turn: Turn, call: Call, leg: Leg, ringsForMs = Number.POSITIVE_INFINITY): void {
  const { leaseMs, renewMs } = turn.world.state.meta.limits;
  const callersMs = (call.leaseAt ?? turn.now) - renewMs + leaseMs - turn.now;
  if (ringsForMs <= callersMs - ringingEndsBeforeMs) return;
  const ms = Math.max(leastLeaseMs, callersMs - ringingEndsBeforeMs);
  sendLater(turn, { do: 'lease', leg: leg.id, leaseMs: ms, peer: null, talked: false });
}
