import { isDeepStrictEqual } from 'node:util';
import { step } from '../core/step.ts';
import { load } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';
import type { MemoryStore } from './memory-store.ts';

/**
 * A second engine that forgets everything but the rows after every commit: for each batch it loads what was committed
 * before, steps the same events, and must come to the same commands and facts. What lives only in memory would show.
 */
export function createTwin(store: MemoryStore): (batch: Batch) => void {
  return (batch) => {
    const world = load(store.load());
    for (const entry of batch.steps) {
      const { commands, facts } = step(world, structuredClone(entry.event), entry.at);
      const mine = { commands: [...commands], facts: [...facts] };
      const theirs = { commands: [...entry.commands], facts: [...entry.facts] };
      if (isDeepStrictEqual(mine, theirs)) continue;
      throw new Error(
        `the twin differs at ${JSON.stringify(entry.event)}:\n  loaded: ${JSON.stringify(mine)}\n  went on: ${JSON.stringify(theirs)}`,
      );
    }
  };
}
