import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepPruned } from '../../src/storage/live/pruning.ts';
import { type LiveStore, openLiveStore } from '../../src/storage/live/store.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

describe('a live database that somebody else holds', () => {
  let home: string;
  let store: LiveStore;
  let other: Database.Database;
  beforeEach(async () => {
    home = makeScratch('live');
    store = openLiveStore(join(home, 'live.db'), join(home, 'backups'));
    store.own('e1', 1);
    other = new Database(join(home, 'live.db'));
  });
  afterEach(async () => {
    vi.useRealTimers();
    other.close();
    store.close();
    removeScratch(home);
  });

  const batch = {
    rows: [],
    steps: [{ at: 1_000, event: { type: 'tick' as const }, commands: [], facts: [] }],
    callers: [],
  };

  test('given_a_lock_when_a_batch_is_committed_then_it_is_refused_at_once_and_written_when_the_lock_is_gone', () => {
    // The test's own limit is the judge: with SQLite's usual patience the loop would stand still for 5 s each time.
    other.exec('BEGIN IMMEDIATE');
    for (let tries = 0; tries < 100; tries += 1) expect(() => store.commit(batch)).toThrow(/locked/);
    other.exec('ROLLBACK');
    store.commit(batch);
    expect(store.lastAt()).toBe(1_000);
  }, 60_000);

  test('given_a_log_that_nobody_moves_to_its_end_when_the_engine_commits_then_it_does_not_grow_on', () => {
    const log = () => statSync(join(home, 'live.db-wal')).size;
    for (let round = 0; round < 50; round += 1) {
      const body = { pad: 'x'.repeat(4_000_000) } as never;
      store.commit({ ...batch, rows: [{ kind: 'calls', id: `c${round}`, body }] });
    }
    expect(log()).toBeLessThan(100_000_000);
  }, 60_000);

  test('given_a_lock_when_it_is_time_to_prune_then_that_fails_without_an_end_and_is_done_later', () => {
    vi.useFakeTimers();
    store.commit(batch);
    const failures: unknown[] = [];
    let pruned = 0;
    const pruning = keepPruned(
      () => {
        pruned += store.prune({ since: 2_000, mostBytes: Number.MAX_SAFE_INTEGER }, 10);
        return false;
      },
      (error) => failures.push(error),
    );
    other.exec('BEGIN IMMEDIATE');
    vi.advanceTimersByTime(3_000);
    expect(failures).toHaveLength(3);
    other.exec('ROLLBACK');
    vi.advanceTimersByTime(1_000);
    expect(pruned).toBe(1);
    pruning.close();
  });
});
