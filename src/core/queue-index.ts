import type { Member, QueueSettings } from './queue-settings.ts';
import type { Availability } from './reindex.ts';
import { IdleLanes } from './routing/lanes.ts';
import { WaitingLanes } from './routing/waiting.ts';
import type { QueueId, UserId } from './settings.ts';
import type { CallId } from './state.ts';

/** What is derived of one queue, its members and its calls. It outlives the settings while calls are there. */
export type QueueIndex = {
  /** Null when there is no such queue, or no longer. */
  settings: QueueSettings | null;
  /** In the order of the team. */
  members: ReadonlyMap<UserId, PlacedMember>;
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
  /** Agents whose phone failed last for this queue; those of long ago are let go when they are looked at. */
  readonly failed: Set<UserId>;
  /** How many members there are of each reason (`available` for those in a lane), and in all. */
  readonly tally: Map<Availability, number>;
  counted: number;
};

/** An agent's membership of one queue, at hand where the agent is. */
export type Membership = { readonly id: QueueId; readonly queue: QueueIndex; readonly member: PlacedMember };

/** A member with their place in the team, and the tier of their penalty: both count from 0. */
export type PlacedMember = Member & { readonly position: number; readonly tier: number };

export function emptyQueueIndex(): QueueIndex {
  return {
    settings: null,
    members: new Map(),
    lastTier: 0,
    mostWeight: 1,
    idle: new IdleLanes(),
    waiting: new WaitingLanes(),
    queued: new Set(),
    busy: new Set(),
    failed: new Set(),
    tally: new Map(),
    counted: 0,
  };
}

/** Takes over the settings of a queue: who is a member, where, and in which tier. */
export function placeMembers(index: QueueIndex, queue: QueueSettings): void {
  const penalties = [...new Set(queue.members.map(({ penalty }) => penalty))].sort((a, b) => a - b);
  const tiers = new Map(penalties.map((penalty, tier) => [penalty, tier]));
  index.settings = queue;
  index.lastTier = Math.max(0, penalties.length - 1);
  index.mostWeight = queue.members.reduce((most, { weight }) => Math.max(most, weight), 1);
  index.members = new Map(
    queue.members.map((member, position) => [
      member.user,
      { ...member, position, tier: tiers.get(member.penalty) ?? 0 },
    ]),
  );
}

/** States in which a member is not there for a queue, and will not be without somebody's doing. */
const absent: ReadonlySet<string> = new Set(['signed-out', 'not-ready', 'held', 'unreachable']);

/** Whether a member counted under this reason may yet take a call without anybody's doing. */
export function isThere(reason: string | undefined): boolean {
  return reason !== undefined && !absent.has(reason);
}

/** Counts a member under another reason; undefined for one who is not counted yet, or no longer. */
export function countMember(queue: QueueIndex, before: Availability | undefined, now: Availability | undefined): void {
  const { tally } = queue;
  if (before !== undefined) tally.set(before, (tally.get(before) ?? 1) - 1);
  if (now !== undefined) tally.set(now, (tally.get(now) ?? 0) + 1);
  if (before === undefined && now !== undefined) queue.counted += 1;
  if (before !== undefined && now === undefined) queue.counted -= 1;
}
