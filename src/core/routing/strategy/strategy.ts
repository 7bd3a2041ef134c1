import type { GroupSettings } from '../../settings.ts';
import type { Agent } from '../../state.ts';

/**
 * A strategy declares an order, it does not sort: the core keeps the idle members of each queue in the order of `key`,
 * and a call takes the first. Keys are lists of integers; equal keys go by the agent's id.
 */
export type Strategy = {
  /** How many members of one call may be rung at a time. */
  parallel(group: GroupSettings): number;
  /** The lower, the sooner. `position` is the member's place in the group; `today` the current day. */
  key(member: { readonly position: number; readonly agent: Agent; readonly today: string }): readonly number[];
  /** Whether a phone that rang out counts as a miss of its agent. */
  readonly countsMisses: boolean;
  /** Phones ring until the call is answered or leaves; the ring time only makes way for a member not yet rung. */
  readonly ringsOn: boolean;
};
