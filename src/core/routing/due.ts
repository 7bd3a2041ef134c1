import type { QueueSettings } from '../queue-settings.ts';
import type { EngineLimits } from '../settings.ts';
import type { Call } from '../state.ts';

/** The ordinary priority: it has no head start. */
export const ordinaryPriority = 5;

/**
 * The one static number of the order of waiting, over all queues, and lower is sooner: the time of the first entry plus
 * the queue's target, less the head start of the priority and the one of a wished place: the two together are never more
 * than the largest head start, whenever the priority came, or they could starve others. Equal ones go by the call's id.
 */
export function dueOf({ enteredAt, priority, aheadMs }: Call, queue: QueueSettings, limits: EngineLimits): number {
  return enteredAt + queue.targetMs - Math.min(mostHeadStart(limits), headStart(limits, priority) + aheadMs);
}

/** The head start of a priority in ms; under the ordinary one it is negative. */
export function headStart({ headStartsMs }: EngineLimits, priority: number): number {
  return headStartsMs[priority - 1] ?? 0;
}

/** The largest head start that anybody can have. */
export function mostHeadStart({ headStartsMs }: EngineLimits): number {
  return headStartsMs.reduce((most, ms) => Math.max(most, ms), 0);
}

/**
 * How much longer a newcomer can go before this call, in ms: a newcomer's due is never under now less the largest head
 * start, since no target is under 0. That is the bound on starvation.
 */
export function overtakableForMs(call: Call, limits: EngineLimits, now: number): number {
  return Math.max(0, call.due + mostHeadStart(limits) - now);
}
