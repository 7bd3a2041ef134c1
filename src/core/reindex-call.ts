import { type CallPlace, isAsBefore, newPlace, note } from './call-place.ts';
import { earliest } from './deadlines.ts';
import type { QueueIndex } from './queue-index.ts';
import { nextStepAt } from './routing/steps.ts';
import { strategies } from './routing/strategy/table.ts';
import type { Call } from './state.ts';
import { type Index, queueIndex, touch, type World } from './world.ts';

/** Derives from a call's row what the index says of it: its deadline, and its place in its queue. */
export function reindexCall(world: World, call: Call): void {
  const { index } = world;
  const place = placeOf(index, call);
  // Of a call that talks only the lease changes, and that is most of all changes.
  if (place.phase === 'talking' && call.phase === 'talking' && place.queue?.id === call.queue)
    return index.deadlines.move(place.deadline, nextOfTalk(call));
  const { queue: before } = place;
  const queue = call.queue === null ? null : before?.id === call.queue ? before : queueIndex(index, call.queue);
  if (call.outbound !== null && call.phase !== 'ended') index.callsOut.add(call.id);
  else if (index.callsOut.size > 0) index.callsOut.delete(call.id);
  index.deadlines.move(place.deadline, nextOfCall(call, queue));
  if (before !== null && (before !== queue || call.phase === 'ended')) leaveQueue(index, place);
  if (queue === null || call.phase === 'ended') return;
  place.queue = queue;
  if (isAsBefore(place, call)) return;
  note(place, call);
  const { settings } = queue;
  const isOffered = call.offers.length > 0 && isOfferedIn(world, call);
  if (call.phase !== 'waiting' || isOffered) queue.busy.add(call.id);
  else queue.busy.delete(call.id);
  if (call.phase === 'talking') queue.queued.delete(call.id);
  else queue.queued.add(call.id);
  if (settings !== null && settings.maxTalking !== null) touch(index, queue);
  const wants =
    settings !== null &&
    call.phase === 'waiting' &&
    call.offers.length < strategies[settings.strategy].parallel(settings, call);
  if (!wants) return queue.waiting.delete(call.id);
  queue.waiting.set(call, settings, isOffered);
  touch(index, queue);
  if (call.tier < queue.lastTier) index.untried.add(call.id);
}

/** Whether the queue that it is in offers it. What the queue before has offered may still be ending, and is not with an agent of this one. */
function isOfferedIn({ state }: World, { offers, queue }: Call): boolean {
  for (const id of offers) if (state.offers.get(id)?.queue === queue) return true;
  return false;
}

/** The place of a call, made when it is first asked for. Mostly it is that of the call which was dealt with last. */
function placeOf(index: Index, call: Call): CallPlace {
  const { last } = index;
  if (last.place?.call === call) return last.place;
  let place = index.places.get(call.id);
  if (place === undefined) {
    place = newPlace(call);
    index.places.set(call.id, place);
  }
  last.place = place;
  return place;
}

/** Which of a call's times runs depends on its phase; a maximum wait stands still while an agent is being joined. */
function nextOfCall(call: Call, queue: QueueIndex | null): number | null {
  switch (call.phase) {
    case 'waiting':
      return earliest(earliest(call.waitUntil, call.ringUntil), call.leaseAt, nextStepAt(call, queue));
    case 'announcing':
    case 'connecting':
      return earliest(call.joinBy, call.leaseAt);
    case 'talking':
      return nextOfTalk(call);
    case 'ended':
      return null;
  }
}

function nextOfTalk({ leaseAt, outbound }: Call): number | null {
  return outbound === null ? leaseAt : earliest(leaseAt, outbound.talkUntil ?? null);
}

export function forgetCall({ index }: World, call: Call): void {
  const place = placeOf(index, call);
  index.deadlines.move(place.deadline, null);
  index.untried.delete(call.id);
  index.callsOut.delete(call.id);
  leaveQueue(index, place);
  index.places.delete(call.id);
  index.last.place = null;
}

function leaveQueue(index: Index, place: CallPlace): void {
  const { queue, call } = place;
  place.queue = null;
  place.phase = null;
  if (queue === null) return;
  queue.queued.delete(call.id);
  queue.waiting.delete(call.id);
  // Its place among those that are with an agent is free for another.
  if (queue.busy.delete(call.id) && queue.settings?.maxTalking != null) touch(index, queue);
}
