import type Database from 'better-sqlite3';

/** What is kept of the past. */
export type Keep = {
  /** Steps before this engine time (ms) go. */
  readonly since: number;
  /** While the database holds more than this, the oldest go however young they are. */
  readonly mostBytes: number;
};

/**
 * Makes the removal of the oldest steps with their facts, and of the callers whose last fact goes: at most so many steps at a
 * time, and no statement looks at more than it removes. The file does not shrink: its free pages are used again.
 */
export function preparePrune(db: Database.Database): (keep: Keep, most: number) => number {
  const oldest = db.prepare<[number, number], { seq: number | null; at: number | null }>(
    'SELECT max(seq) AS seq, max(at) AS at FROM (SELECT seq, at FROM journal ORDER BY seq LIMIT ?) WHERE at < ?',
  );
  const dropSteps = db.prepare<[number]>('DELETE FROM journal WHERE seq <= ?');
  // A step has few facts; where there are more than eight for each, the rest goes with the next portion.
  const oldestFacts = db.prepare<[number, number], { seq: number | null }>(
    'SELECT max(seq) AS seq FROM (SELECT seq, at FROM facts ORDER BY seq LIMIT ?) WHERE at <= ?',
  );
  const dropCallers = db.prepare<[number, number]>(
    `DELETE FROM callers WHERE call IN (SELECT call FROM facts WHERE seq <= ? AND call IS NOT NULL)
     AND NOT EXISTS (SELECT 1 FROM facts WHERE facts.call = callers.call AND facts.seq > ?)`,
  );
  const dropFacts = db.prepare<[number]>('DELETE FROM facts WHERE seq <= ?');

  return db.transaction(({ since, mostBytes }: Keep, most: number): number => {
    const last = oldest.get(most, heldBytes(db) > mostBytes ? Number.MAX_SAFE_INTEGER : since);
    if (!last?.seq || last.at === null) return 0;
    const facts = oldestFacts.get(most * 8, last.at)?.seq;
    if (facts) {
      dropCallers.run(facts, facts);
      dropFacts.run(facts);
    }
    return dropSteps.run(last.seq).changes;
  });
}

/** How much the database holds, its free pages not counted. Reads two numbers of the file's first page. */
function heldBytes(db: Database.Database): number {
  const read = (name: string) => Number(db.pragma(name, { simple: true }));
  return (read('page_count') - read('freelist_count')) * read('page_size');
}
