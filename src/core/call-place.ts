import { type DeadlineEntry, deadlineOf } from './deadlines.ts';
import type { QueueIndex } from './queue-index.ts';
import type { Call } from './state.ts';

/**
 * What is derived of one call: its deadline, and where it is that is in a queue, or talks in one, with what it was like when
 * it was last looked at. Most changes of a row are none of these, and then nothing of the queue is touched.
 */
export type CallPlace = {
  readonly call: Call;
  readonly deadline: DeadlineEntry;
  /** Null for a call that is in none, or has ended. */
  queue: QueueIndex | null;
  /** Null when it was not looked at yet, or is to be looked at again whatever it is like. */
  phase: Call['phase'] | null;
  offers: number;
  due: number;
  priority: number;
  tier: number;
  wave: number;
  needs: string;
};

/** The place of a call that was not looked at yet. */
export function newPlace(call: Call): CallPlace {
  const deadline = deadlineOf('calls', call.id);
  const place: CallPlace = {
    call,
    deadline,
    queue: null,
    phase: null,
    offers: 0,
    due: 0,
    priority: 0,
    tier: 0,
    wave: 0,
    needs: '',
  };
  deadline.of = place;
  return place;
}

/** Whether nothing that matters to the queue has changed. */
export function isAsBefore(place: CallPlace, call: Call): boolean {
  return (
    place.phase === call.phase &&
    place.offers === call.offers.length &&
    place.due === call.due &&
    place.priority === call.priority &&
    place.tier === call.tier &&
    place.wave === call.wave &&
    place.needs === call.needs
  );
}

/** Notes what the call is like now. */
export function note(place: CallPlace, call: Call): void {
  place.phase = call.phase;
  place.offers = call.offers.length;
  place.due = call.due;
  place.priority = call.priority;
  place.tier = call.tier;
  place.wave = call.wave;
  place.needs = call.needs;
}
