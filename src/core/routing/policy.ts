import type { Outcome } from '../facts.ts';

/** What an outcome does to the agent who was offered the call, and to the call's memory of them. */
export type OutcomePolicy = {
  /** Climbs the RONA ladder: never, or where the queue's `climbs` names the outcome. */
  readonly miss: 'never' | 'where-configured';
  /** Rests for the queue's back-off of this outcome. */
  readonly backsOff: boolean;
  /** Counts as a call given: `fewest-calls` counts it, and the idle rank begins anew. */
  readonly given: boolean;
  /** Who was not asked yet for this call goes first from now on. */
  readonly asked: boolean;
  /** The phones are suspect: not rung again until news of them comes, or for a while. */
  readonly suspects: boolean;
  /** Is a miss in the sense of the queue's `on-miss`: the next member, or overflow. */
  readonly onMiss: boolean;
};

const blameless: OutcomePolicy = {
  miss: 'never',
  backsOff: false,
  given: false,
  asked: false,
  suspects: false,
  onMiss: false,
};
const refused: OutcomePolicy = { ...blameless, backsOff: true, asked: true };

/** The policy of each outcome. docs/internals/endings.md shows this table, and is checked against it. */
export const policies: Readonly<Record<Outcome, OutcomePolicy>> = {
  answered: { ...blameless, given: true },
  'no-answer': { ...blameless, miss: 'where-configured', given: true, asked: true, onMiss: true },
  declined: { ...refused, miss: 'where-configured', given: true, onMiss: true },
  busy: refused,
  forwarded: refused,
  dropped: refused,
  failed: refused,
  unreachable: { ...blameless, asked: true, suspects: true },
  'short-ring': { ...blameless, asked: true },
  rescinded: blameless,
  lost: blameless,
};
