import type { QueueSettings } from '../../queue-settings.ts';
import type { QueueId } from '../../settings.ts';
import type { Agent } from '../../state.ts';
import type { PlacedMember } from '../../world.ts';

/**
 * A strategy declares an order, it does not sort: the core keeps the idle members of each queue in the order of `key`,
 * and a call takes the first. Keys are lists of integers; equal keys go by the agent's id.
 */
export type Strategy = {
  /** How many members of one call may be rung at a time. */
  parallel(queue: QueueSettings): number;
  /** The lower, the sooner. `member.position` is the place in the team; `today` the current day. */
  key(of: {
    readonly member: PlacedMember;
    readonly agent: Agent;
    readonly queue: QueueId;
    readonly today: string;
  }): readonly number[];
  /** Whether a phone that rang out counts as a miss of its agent. */
  readonly countsMisses: boolean;
  /** Phones ring until the call is answered or leaves; the ring time only makes way for a member not yet rung. */
  readonly ringsOn: boolean;
};
