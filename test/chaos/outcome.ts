import { table } from '../../src/cli/output.ts';
import type { NumberedFact } from '../../src/core/facts.ts';

/** What happened at one fault: a line of the table. `failure` is null when all was as it must be. */
export type Outcome = {
  readonly fault: string;
  readonly talk: string;
  readonly ring: string;
  readonly wait: string;
  readonly ends: string;
  readonly repairs: number;
  readonly note: string;
  readonly failure: string | null;
};

/** How many calls ended in which way. */
export function endsOf(facts: readonly NumberedFact[]): string {
  const counts = new Map<string, number>();
  for (const fact of facts) if (fact.type === 'call-ended') counts.set(fact.ending, (counts.get(fact.ending) ?? 0) + 1);
  return [...counts].map(([ending, count]) => `${count} ${ending}`).join(', ');
}

/** The table that the suite prints. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const head = ['fault', 'talk', 'ringing', 'waiting', 'recorded ends', 'repairs', 'what happened'];
  const rows = outcomes.map(({ fault, talk, ring, wait, ends, repairs, note, failure }) => {
    const happened = failure === null ? note : `FAILED: ${failure.split('\n')[0]}`;
    return [fault, talk, ring, wait, ends, String(repairs), happened];
  });
  return table(head, rows, 'no fault', { room: 170 });
}
