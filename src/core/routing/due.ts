import type { QueueSettings } from '../queue-settings.ts';
import type { EngineLimits } from '../settings.ts';
import type { Call } from '../state.ts';

/** The ordinary priority: it has no head start. */
export const ordinaryPriority = 5;

/**
 * The one static number of the order of waiting, over all queues, and lower is sooner: the time of the first entry plus
 * the queue's target, less the head start of the priority and the one of a wished place. Equal ones go by the call's id.
 */
export function dueOf(call: Call, queue: QueueSettings, limits: EngineLimits): number {
  return call.enteredAt + queue.targetMs - headStart(limits, call.priority) - call.aheadMs;
}

/** The head start of a priority in ms; under the ordinary one it is negative. */
export function headStart({ headStartsMs }: EngineLimits, priority: number): number {
  return headStartsMs[priority - 1] ?? 0;
}

/** The largest head start that anybody can have: what a wished place gives ends there too, or it could starve others. */
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
