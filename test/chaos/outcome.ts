import Table from 'cli-table3';
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
  const table = new Table({
    head: ['fault', 'talk', 'ringing', 'waiting', 'recorded ends', 'repairs', 'what happened'],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [44, 12, 14, 14, 24, 9, 50],
  });
  for (const { fault, talk, ring, wait, ends, repairs, note, failure } of outcomes)
    table.push([fault, talk, ring, wait, ends, repairs, failure === null ? note : `FAILED: ${failure.split('\n')[0]}`]);
  return table.toString();
}
