import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import type { NumberedFact } from '../../src/core/facts.ts';

/** The bodies of rows of a home's `live.db`, read as the daemon runs. */
export function readRows<T>(home: string, sql: string): T[] {
  const db = new Database(join(home, 'live.db'), { readonly: true });
  try {
    return db
      .prepare<[], { body: string }>(sql)
      .all()
      .map(({ body }) => JSON.parse(body) as T);
  } finally {
    db.close();
  }
}

/** All facts of a home; each is read once, unless another database has come in its place. */
export function followFacts(home: string): () => readonly NumberedFact[] {
  let known: NumberedFact[] = [];
  return () => {
    const last = known.at(-1);
    // The last one again: in another database another one has its number, or none.
    const [same, ...more] = readRows<NumberedFact>(
      home,
      `SELECT body FROM facts WHERE seq >= ${last?.seq ?? 0} ORDER BY seq`,
    );
    if (last === undefined) known = same === undefined ? [] : [same, ...more];
    else if (isDeepStrictEqual(same, last)) known.push(...more);
    else known = readRows<NumberedFact>(home, 'SELECT body FROM facts ORDER BY seq');
    return known;
  };
}

/** Who called, as it is kept beside a call. */
export function readCallers(home: string, call: string): { number: string; name: string }[] {
  const db = new Database(join(home, 'live.db'), { readonly: true });
  try {
    return db
      .prepare<[string], { number: string; name: string }>('SELECT number, name FROM callers WHERE call = ?')
      .all(call);
  } finally {
    db.close();
  }
}
