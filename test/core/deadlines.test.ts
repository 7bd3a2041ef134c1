import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeadlineEntry, Deadlines, deadlineOf } from '../../src/core/deadlines.ts';
import { compareIds } from '../../src/core/ordered.ts';

const kinds = ['agents', 'calls', 'legs', 'offers', 'phones'] as const;
type Deadline = Pick<DeadlineEntry, 'kind' | 'id' | 'at'>;

describe('deadlines', () => {
  it('given_deadlines_set_moved_and_removed_at_random_when_they_are_taken_then_they_come_in_the_order_of_time_kind_and_id', () => {
    const change = fc.record({
      kind: fc.constantFrom(...kinds),
      id: fc.integer({ min: 0, max: 30 }).map(String),
      // Some of one moment, some far apart: near ones and far ones are kept in different ways.
      at: fc.option(fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 3_000 }))),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const deadlines = new Deadlines();
        const model = new Map<string, Deadline>();
        // The entries of calls and agents are kept by whoever moves them.
        const kept = new Map<string, DeadlineEntry>();
        const set = ({ kind, id }: Pick<Deadline, 'kind' | 'id'>, at: number | null): void => {
          if (kind !== 'agents' && kind !== 'calls') return deadlines.set(kind as 'legs', id, at);
          const entry = kept.get(`${kind}/${id}`) ?? deadlineOf(kind, id);
          kept.set(`${kind}/${id}`, entry);
          deadlines.move(entry, at);
        };
        for (const { kind, id, at } of changes) {
          set({ kind, id }, at);
          if (at === null) model.delete(`${kind}/${id}`);
          else model.set(`${kind}/${id}`, { kind, id, at });
          expect(deadlines.size).toBe(model.size);
          // Whoever asks for the first one brings what is far away nearer, and what is set after that may be before it.
          if (id !== '7') continue;
          const [first] = inOrder(model);
          if (first === undefined) expect(deadlines.first()).toBe(undefined);
          else expect(deadlines.first()).toMatchObject(first);
        }
        for (const { kind, id, at } of inOrder(model)) {
          expect(deadlines.first()).toMatchObject({ kind, id, at });
          set({ kind, id }, null);
        }
        expect(deadlines.first()).toBe(undefined);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});

function inOrder(model: ReadonlyMap<string, Deadline>): Deadline[] {
  return [...model.values()].sort((a, b) => a.at - b.at || compareIds(a.kind, b.kind) || compareIds(a.id, b.id));
}
