import type { Seat } from '../../queue-index.ts';
import type { QueueSettings } from '../../queue-settings.ts';
import type { Agent, Call } from '../../state.ts';

/**
 * A strategy declares an order, it does not sort: the core keeps the idle members of each queue in the order of `key`,
 * and a call takes the first. Keys are lists of integers; equal keys go by the agent's id. Or it draws: then each has a
 * chance, and the key says nothing.
 */
export type Strategy = {
  /** How many members of one call may be rung at a time. */
  parallel(queue: QueueSettings, call: Call): number;
  /** The lower, the sooner. `seat.position` is the place in the team; `today` the current day. */
  key(seat: Seat, agent: Agent, today: string): readonly number[];
  /** Whether a member is drawn, with equal chances or by the members' weights. */
  readonly draws: 'no' | 'evenly' | 'by-weight';
  /** Whether who has more of what the call needs goes first, before the key. */
  readonly bySkill: boolean;
  /** Whether a phone that rang out counts as a miss of its agent. */
  readonly countsMisses: boolean;
  /** Phones ring until the call is answered or leaves; the ring time only makes way for a member not yet rung. */
  readonly ringsOn: boolean;
};

/** What most strategies have in common: one member at a time, the first of an order, and a miss is a miss. */
export const oneByOne: Pick<Strategy, 'parallel' | 'draws' | 'bySkill' | 'countsMisses' | 'ringsOn'> = {
  parallel: () => 1,
  draws: 'no',
  bySkill: false,
  countsMisses: true,
  ringsOn: false,
};
