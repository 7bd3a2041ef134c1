import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Deadline, type DeadlineKind, Deadlines } from '../../src/core/deadlines.ts';
import { compareIds } from '../../src/core/ordered.ts';

const kinds: readonly DeadlineKind[] = ['agents', 'calls', 'legs', 'offers', 'phones'];

describe('deadlines', () => {
  it('given_deadlines_set_moved_and_removed_at_random_when_they_are_taken_then_they_come_in_the_order_of_time_kind_and_id', () => {
    const change = fc.record({
      kind: fc.constantFrom(...kinds),
      id: fc.integer({ min: 0, max: 30 }).map(String),
      at: fc.option(fc.integer({ min: 0, max: 12 })),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const deadlines = new Deadlines();
        const model = new Map<string, Deadline>();
        for (const { kind, id, at } of changes) {
          deadlines.set(kind, id, at);
          if (at === null) model.delete(`${kind}/${id}`);
          else model.set(`${kind}/${id}`, { kind, id, at });
          expect(deadlines.size).toBe(model.size);
        }
        const sorted = [...model.values()].sort(
          (a, b) => a.at - b.at || compareIds(a.kind, b.kind) || compareIds(a.id, b.id),
        );
        for (const { kind, id, at } of sorted) {
          expect(deadlines.first()).toMatchObject({ kind, id, at });
          deadlines.set(kind, id, null);
        }
        expect(deadlines.first()).toBe(undefined);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
