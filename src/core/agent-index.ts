import { type DeadlineEntry, deadlineOf } from './deadlines.ts';
import type { Seat } from './queue-index.ts';
import type { Availability } from './routing/availability.ts';
import { noSkills, type Profile } from './routing/skills.ts';
import type { UserId } from './settings.ts';
import type { Agent, LegId, OfferId } from './state.ts';

/**
 * What is derived of one agent, in one place: a step that changes an agent looks them up once. It outlives the row, since
 * queues may name a user who is not there.
 */
export type AgentIndex = {
  readonly id: UserId;
  /** Their place in the roster, which has their reason too, with the time that goes with it. */
  readonly number: number;
  readonly deadline: DeadlineEntry;
  /** The agent's row; null for a user who is no agent. */
  row: Agent | null;
  /** Why they are not in the lanes; null for a user who is no agent. */
  reason: Availability | null;
  profile: Profile;
  /** One for each queue that they are a member of. */
  seats: Seat[];
  /** Those of them in queues with large teams, whose members are counted as they change. */
  largeSeats: Seat[];
  /** Live legs of their phones that belong to no offer; null as long as there was none. */
  elsewhere: Set<LegId> | null;
  /** Offers to them that we ended, and of which a leg still ends; null as long as there was none. */
  ending: Set<OfferId> | null;
  /** Whether they may have turns in queues that they left. */
  hasOldTurns: boolean;
};

/** The index of a user nothing is known of yet. */
export function emptyAgentIndex(id: UserId, number: number): AgentIndex {
  return {
    id,
    number,
    deadline: deadlineOf('agents', id),
    row: null,
    reason: null,
    profile: noSkills,
    seats: [],
    largeSeats: [],
    elsewhere: null,
    ending: null,
    hasOldTurns: true,
  };
}

/** Whether a leg of theirs that belongs to no offer is live. */
export function isElsewhere(agent: AgentIndex | undefined): boolean {
  return agent !== undefined && agent.elsewhere !== null && agent.elsewhere.size > 0;
}
