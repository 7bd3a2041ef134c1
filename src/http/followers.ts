import type { NumberedFact } from '../core/facts.ts';

/** Hands each fact to everybody who follows the stream. */
export type Followers = {
  publish(facts: readonly NumberedFact[]): void;
  /** Returns the function that ends it. */
  follow(listener: (facts: readonly NumberedFact[]) => void): () => void;
  count(): number;
};

export function createFollowers(): Followers {
  const listeners = new Set<(facts: readonly NumberedFact[]) => void>();
  return {
    publish(facts) {
      for (const listener of [...listeners]) listener(facts);
    },
    follow(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    count: () => listeners.size,
  };
}
