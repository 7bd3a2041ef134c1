import type { NumberedFact } from '../core/facts.ts';

/** Follows one call through the stream of facts: which of them belong to its story, and whether the story is over. */
export type CallStory = {
  /** When the call came in (ms since 1970); null before that. */
  readonly arrivedAt: number | null;
  readonly call: string | null;
  /** Whom the caller talked to; null so far. */
  readonly partner: string | null;
  /** The call has ended, and whoever took it has rested. */
  readonly over: boolean;
  /** Takes the next fact of the stream; true when it belongs to the story. */
  take(fact: NumberedFact): boolean;
};

/** The story of the first call from `phone` to `dialled`, and of what it does to its agents. */
export function followCall(phone: string, dialled: string): CallStory {
  let arrivedAt: number | null = null;
  let call: string | null = null;
  let partner: string | null = null;
  let ended = false;
  let rested = false;
  const agents = new Set<string>();

  function take(fact: NumberedFact): boolean {
    if (fact.type === 'call-arrived' && call === null) {
      // Phones that belong to no user may come without a name.
      if (fact.dialled !== dialled || (fact.phone !== null && fact.phone !== phone)) return false;
      ({ call, at: arrivedAt } = fact);
      return true;
    }
    if (call === null) return false;
    if (fact.type === 'offer-made' && fact.call === call) agents.add(fact.agent);
    if (fact.type === 'call-connected' && fact.call === call) partner = fact.user;
    if (fact.type === 'call-ended' && fact.call === call) ended = true;
    const concerns =
      'call' in fact && fact.call !== null ? fact.call === call : 'agent' in fact && agents.has(fact.agent);
    if (concerns && ended && fact.type === 'agent-work' && fact.agent === partner && fact.work === 'idle')
      rested = true;
    return concerns;
  }

  return {
    get arrivedAt() {
      return arrivedAt;
    },
    get call() {
      return call;
    },
    get partner() {
      return partner;
    },
    get over() {
      return ended && (partner === null || rested);
    },
    take,
  };
}
