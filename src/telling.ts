import type { NumberedFact } from './core/facts.ts';

/** What happened, on its way to the front. */
export type Telling = {
  add(facts: readonly NumberedFact[]): void;
  /** What is left is sent now: nothing is added any more. */
  end(): void;
};

/** How long facts are gathered, in ms: each message to another thread costs as much as a step. */
const tellMs = 20;

/** Gathers facts and sends them together, some times a second. */
export function createTelling(send: (facts: NumberedFact[]) => void): Telling {
  const told: NumberedFact[] = [];
  let telling: NodeJS.Timeout | null = null;

  function tell(): void {
    telling = null;
    send(told.splice(0));
  }

  return {
    add(facts) {
      told.push(...facts);
      telling ??= setTimeout(tell, tellMs);
    },
    end() {
      if (telling) clearTimeout(telling);
      if (told.length > 0) tell();
    },
  };
}
