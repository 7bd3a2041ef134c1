import { endCall } from '../calls/call.ts';
import { sendOut } from '../calls/call-out.ts';
import { hear } from '../calls/hearing.ts';
import { ringUser, stopRingingUser } from '../calls/internal.ts';
import { giveAway } from '../calls/lease.ts';
import { stopDialling } from '../calls/outbound.ts';
import type { Fact } from '../facts.ts';
import type { Destination, QueueId } from '../settings.ts';
import type { Call } from '../state.ts';
import { changedCall, type Turn, tell } from '../turn.ts';
import { enqueue } from './entry.ts';
import { rescindAll } from './offer.ts';

type Why = Extract<Fact, { type: 'call-overflowed' }>['why'];

/** A circle of overflows ends after so many. */
export const maxHops = 10;

/** Moves a waiting call on to a destination; its offers are rescinded and its entry time kept. `from`: whose rule it is. */
export function sendTo(
  turn: Turn,
  call: Call,
  to: Destination,
  why: Why,
  from: QueueId | null = call.queue ?? call.outbound?.sentBy ?? null,
): void {
  // A person who moves it on is no circle.
  call.hops = why === 'moved' ? 0 : call.hops + 1;
  tell(turn, { type: 'call-overflowed', call: call.id, queue: from ?? '', why, to });
  rescindAll(turn, call, 'overflow');
  stopRingingUser(turn, call);
  if (call.outbound !== null) stopDialling(turn, call);
  call.waitUntil = null;
  call.queue = null;
  call.queueGone = null;
  changedCall(turn, call);
  if (call.hops > maxHops) endCall(turn, call, 'overflow-hang-up', 'system', 'congestion');
  else arriveAt(turn, call, to, from);
}

/** Brings a call to a destination; `from` is the queue that sends it there. */
export function arriveAt(turn: Turn, call: Call, to: Destination, from: QueueId | null = null): void {
  const { state } = turn.world;
  switch (to.to) {
    case 'group':
    case 'queue': {
      const queue = state.queues.get(to.to === 'group' ? to.group : to.queue);
      if (queue) enqueue(turn, call, queue);
      else endCall(turn, call, 'unallocated', 'system', 'unallocated');
      return;
    }
    case 'user':
      return ringUser(turn, call, to.user);
    case 'number':
      return sendOut(turn, call, to, from);
    case 'dialplan':
      // Music that we started plays on in the dialplan until somebody stops it.
      hear(turn, call, 'silence');
      giveAway(turn, call, to);
      return endCall(turn, call, 'released', 'system', null);
    case 'hang-up':
      return endCall(turn, call, 'overflow-hang-up', 'system', to.cause);
  }
}
