import type { AgentIndex } from './agent-index.ts';
import type { Member, QueueSettings } from './queue-settings.ts';
import type { Roster } from './roster.ts';
import { type Availability, availabilities, placeOf } from './routing/availability.ts';
import { IdleLanes, type Lane } from './routing/lanes.ts';
import type { Strategy } from './routing/strategy/strategy.ts';
import { strategies } from './routing/strategy/table.ts';
import { WaitingLanes } from './routing/waiting.ts';
import type { QueueId, UserId } from './settings.ts';
import type { CallId } from './state.ts';

/** What is derived of one queue, its members and its calls. It outlives the settings while calls are there. */
export type QueueIndex = {
  readonly id: QueueId;
  /** Null when there is no such queue, or no longer. */
  settings: QueueSettings | null;
  strategy: Strategy;
  /** What every agent's word is, by their number. */
  readonly roster: Roster;
  /** In the order of the team. */
  members: ReadonlyMap<UserId, Seat>;
  /** The same team: who they are, and their numbers in the roster. */
  team: Team;
  /** The tier of the highest penalty: 0 where all have the same. */
  lastTier: number;
  /** The largest weight of a member. */
  mostWeight: number;
  idle: IdleLanes;
  /** The calls that want another offer. */
  readonly waiting: WaitingLanes;
  /** All calls in the queue that nobody has answered. */
  readonly queued: Set<CallId>;
  /** Those that are with an agent, or being offered. */
  readonly busy: Set<CallId>;
  /** Members whose phone failed, for this queue or another; those of long ago are let go when they are looked at. */
  readonly failed: Set<UserId>;
  /** A large team's members by word, at the word's place in `availabilities`; null for a small one, who are counted anew. */
  tally: number[] | null;
};

/** Those at the same place in both are the same agent's. */
type Team = { readonly users: readonly UserId[]; readonly numbers: readonly number[] };

const noTeam: Team = { users: [], numbers: [] };

/** So many members at the most are counted whenever it is asked: that is less work than to keep count of five queues each. */
const mostCountedAnew = 256;

/**
 * A member's seat in one queue, at hand from both sides. Their place in the team and the tier of their penalty count from
 * 0. While they are idle it stands in a lane, at the place of its key.
 */
export type Seat = Member & {
  readonly position: number;
  readonly tier: number;
  readonly queue: QueueIndex;
  readonly agent: AgentIndex;
  key: readonly number[];
  /** The lane of all of their tier, where it stands while they are idle. */
  readonly home: Lane;
  isIdle: boolean;
  /** The lane of their profile, where there is one; null while they are not idle. */
  own: Lane | null;
};

export function emptyQueueIndex(id: QueueId, roster: Roster): QueueIndex {
  return {
    id,
    roster,
    team: noTeam,
    settings: null,
    strategy: strategies['longest-idle'],
    members: new Map(),
    lastTier: 0,
    mostWeight: 1,
    idle: new IdleLanes(),
    waiting: new WaitingLanes(),
    queued: new Set(),
    busy: new Set(),
    failed: new Set(),
    tally: null,
  };
}

/** Takes over the settings of a queue: who is a member, where, and in which tier. `agentOf` gives what is known of a user. */
export function placeMembers(queue: QueueIndex, settings: QueueSettings, agentOf: (id: UserId) => AgentIndex): void {
  const penalties = [...new Set(settings.members.map(({ penalty }) => penalty))].sort((a, b) => a - b);
  const tiers = new Map(penalties.map((penalty, tier) => [penalty, tier]));
  queue.settings = settings;
  queue.strategy = strategies[settings.strategy];
  queue.lastTier = Math.max(0, penalties.length - 1);
  queue.mostWeight = settings.members.reduce((most, { weight }) => Math.max(most, weight), 1);
  queue.tally = settings.members.length > mostCountedAnew ? availabilities.map(() => 0) : null;
  queue.members = new Map(
    settings.members.map(({ user, penalty, weight, wrapUpMs }, position) => {
      const tier = tiers.get(penalty) ?? 0;
      const agent = agentOf(user);
      const home = queue.idle.homeOf(tier);
      const at = { position, tier, queue, agent, home };
      return [user, { user, penalty, weight, wrapUpMs, ...at, key: [], isIdle: false, own: null }];
    }),
  );
  const users = [...queue.members.keys()];
  queue.team = { users, numbers: users.map((user) => agentOf(user).number) };
}

/** Nobody is a member any longer. */
export function dismissMembers(queue: QueueIndex): void {
  queue.settings = null;
  queue.members = new Map();
  queue.team = noTeam;
  queue.idle = new IdleLanes();
  queue.tally = null;
}

/** Counts a member of a large team under another word; null for one who is not counted yet, or no longer. */
export function countMember({ tally }: QueueIndex, before: Availability | null, now: Availability | null): void {
  if (tally === null) return;
  if (before !== null) tally[placeOf[before]] = (tally[placeOf[before]] ?? 1) - 1;
  if (now !== null) tally[placeOf[now]] = (tally[placeOf[now]] ?? 0) + 1;
}

/** How many members there are of each word, at the word's place in `availabilities`. */
export function tallyOf({ tally, team, roster }: QueueIndex): readonly number[] {
  return tally ?? roster.tallyOf(team.numbers);
}

/** How many members of a tally are counted under one of these words. */
export function countIn(tally: readonly number[], words: readonly Availability[]): number {
  let count = 0;
  for (const word of words) count += tally[placeOf[word]] ?? 0;
  return count;
}
