import { compareIds } from '../core/ordered.ts';
import { rule } from './rule.ts';

/** A call in a queue: who is first by (due, id). */
export type InLine = { readonly id: string; due: number; priority: number };

/**
 * Judges the place of a call that wished for one (`wanted`, 1 being the first) among the others. `natural` is the due that
 * it would have without a wish, `mostMs` how much sooner at the most a wish may make it. Throws the sentence of a broken rule.
 */
export function checkPlace(
  call: InLine,
  others: readonly InLine[],
  wanted: number,
  natural: number,
  mostMs: number,
): void {
  const aheadMs = natural - call.due;
  rule(aheadMs >= 0, () => `a wish for place ${wanted} has put ${call.id} back by ${-aheadMs} ms`);
  rule(
    aheadMs <= mostMs,
    () => `a wish for place ${wanted} has put ${call.id} ${aheadMs} ms ahead, and ${mostMs} is the most`,
  );
  const line = [...others].sort(inOrder);
  const before = line.filter((one) => inOrder(one, call) < 0);
  const isTooFar = aheadMs > 0 && before.length < wanted - 1;
  rule(!isTooFar, () => `${call.id} wished for place ${wanted} and has got ${before.length + 1}`);
  const overtaken = line.slice(before.length).filter((one) => inOrder(one, { ...call, due: natural }) < 0);
  const higher = overtaken.find(({ priority }) => priority > call.priority);
  rule(higher === undefined, () => `${call.id} has overtaken ${higher?.id}, whose priority is higher`);
  const isHeld = aheadMs === mostMs || isStopped(before, call, wanted);
  rule(isHeld, () => `${call.id} wished for place ${wanted} and stands at ${before.length + 1}`);
}

/** Only a call of a higher priority, and calls with no whole number between their dues, keep it from going further ahead. */
function isStopped(before: readonly InLine[], { priority }: InLine, wanted: number): boolean {
  for (let place = before.length; place > wanted - 1; place -= 1) {
    const next = before[place - 1];
    if (next === undefined || next.priority > priority) return true;
    if (next.due - (before[place - 2]?.due ?? Number.NEGATIVE_INFINITY) > 1) return false;
  }
  return true;
}

function inOrder(a: InLine, b: InLine): number {
  return a.due - b.due || compareIds(a.id, b.id);
}
