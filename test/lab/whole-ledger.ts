import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { NumberedFact } from '../../src/core/facts.ts';

/** Everything that was ever recorded: each call has one end, and no number is missing. Throws what is wrong. */
export function expectWholeLedger(home: string): void {
  const db = new Database(join(home, 'live.db'), { readonly: true });
  try {
    const wrong = [
      ...missing(db, 'facts'),
      ...missing(db, 'journal'),
      ...(db.pragma('integrity_check', { simple: true }) === 'ok' ? [] : ['live.db fails its integrity check']),
    ];
    const facts = db.prepare<[], { body: string }>('SELECT body FROM facts ORDER BY seq').all();
    const ends = new Map<string, number>();
    for (const fact of facts.map(({ body }) => JSON.parse(body) as NumberedFact)) {
      if (fact.type === 'call-arrived') ends.set(fact.call, 0);
      if (fact.type === 'call-ended') ends.set(fact.call, (ends.get(fact.call) ?? 0) + 1);
    }
    for (const [call, count] of ends) if (count !== 1) wrong.push(`call ${call} has ${count} recorded ends`);
    if (wrong.length > 0) throw new Error(wrong.join('; '));
  } finally {
    db.close();
  }
}

function missing(db: Database.Database, table: 'facts' | 'journal'): string[] {
  const sql = `SELECT min(seq) AS low, max(seq) AS high, count(*) AS count FROM ${table}`;
  const found = db.prepare<[], { low: number; high: number; count: number }>(sql).get();
  if (!found || found.high - found.low + 1 === found.count) return [];
  return [`${table} has ${found.count} rows from ${found.low} to ${found.high}`];
}
