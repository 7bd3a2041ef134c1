import { type RowKind, type Rows, rowKinds } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';

/** The rows as a database would keep them: JSON text by kind and id. What is loaded shares nothing with the engine. */
export type MemoryStore = {
  commit(batch: Batch): void;
  /** The time of the last commit (engine time in ms); 0 before the first. */
  lastAt(): number;
  load(): { readonly [K in RowKind]: Rows[K][] };
  /** Called with each batch before its rows are put in. */
  onCommit: (batch: Batch) => void;
  /** While set, nothing can be written, as on a full disk. */
  isFull: boolean;
};

/** The disk is full: the only error of a commit that a simulation causes on purpose. */
export class DiskFullError extends Error {
  readonly code = 'SQLITE_FULL';
}

/** With `keeps` false nothing is written down, for an engine that will never be started again. */
export function createMemoryStore(keeps = true): MemoryStore {
  const tables = new Map<RowKind, Map<string, string>>(rowKinds.map((kind) => [kind, new Map()]));
  let lastAt = 0;
  const store: MemoryStore = {
    onCommit: () => undefined,
    isFull: false,
    commit(batch) {
      if (store.isFull) throw new DiskFullError('the disk is full');
      store.onCommit(batch);
      lastAt = batch.steps.at(-1)?.at ?? lastAt;
      if (!keeps) return;
      for (const { kind, id, body } of batch.rows) {
        if (body === null) tables.get(kind)?.delete(id);
        else tables.get(kind)?.set(id, JSON.stringify(body));
      }
    },
    lastAt: () => lastAt,
    load() {
      const rows = <K extends RowKind>(kind: K): Rows[K][] =>
        [...(tables.get(kind)?.values() ?? [])].map((text) => JSON.parse(text) as Rows[K]);
      return {
        meta: rows('meta'),
        users: rows('users'),
        queues: rows('queues'),
        calls: rows('calls'),
        legs: rows('legs'),
        offers: rows('offers'),
        agents: rows('agents'),
        phones: rows('phones'),
        reasons: rows('reasons'),
        alarms: rows('alarms'),
        trunks: rows('trunks'),
        routes: rows('routes'),
        payers: rows('payers'),
        meters: rows('meters'),
      };
    },
  };
  return store;
}
