import type { Destination } from '../core/settings.ts';
import { createNumbering, type DialPlan } from '../numbering/numbering.ts';
import { placesOf } from './destination.ts';
import { Refusal } from './refusal.ts';

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

/** Refuses a number outside that nobody can have: it would be barred as a premium one, and nobody would know why. `field` is where it was written. */
export function checkNumbers(to: Destination, plan: DialPlan, field: string): void {
  const numbering = createNumbering(plan);
  for (const place of placesOf(to)) {
    if (place.to !== 'number' || numbering.classOf(place.number) !== null) continue;
    const why = `${field}: expected a number that somebody can have, such as number:+33144556677; got number:${place.number}`;
    throw new Refusal('invalid', why, field);
  }
}
