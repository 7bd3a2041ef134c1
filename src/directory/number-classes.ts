import type { Destination } from '../core/settings.ts';
import { createNumbering, type DialPlan } from '../numbering/numbering.ts';

/** The destination with the class of each number outside, so that the engine can tell whether it may be dialled. */
export function withClasses(to: Destination, plan: DialPlan): Destination {
  if (to.to !== 'number') return to;
  const { otherwise } = to;
  const found = createNumbering(plan).classOf(to.number);
  return {
    to: 'number',
    number: to.number,
    ...(found === null ? {} : { class: found }),
    ...(otherwise === undefined ? {} : { otherwise: withClasses(otherwise, plan) }),
  };
}
