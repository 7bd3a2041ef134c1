import type { Seat } from '../queue-index.ts';
import { SeatOrder } from './seat-order.ts';
import { type Profile, type Skills, unmetNeed } from './skills.ts';
import type { CallLane } from './waiting.ts';

/** Idle members of one tier with the same skills, in the order of the queue's strategy. */
export type Lane = { readonly key: string; readonly tier: number; readonly skills: Skills; readonly idle: SeatOrder };

/**
 * The idle members of one queue. Each tier has one lane of all, which serves calls that need nothing, and, from the
 * first call that needs something, one for each profile of skills: an agent moves in O(log n), and a call looks at as
 * many lanes as there are tiers (or profiles in them), never at agents one by one.
 */
export class IdleLanes {
  private readonly tiers: Tier[] = [];
  private isSplit = false;
  private count = 0;

  /** How many members are idle, in all tiers. */
  get size(): number {
    return this.count;
  }

  /** Puts a member's seat into the lane of their tier and profile, at the place of their key, or moves it there. */
  set(seat: Seat, key: readonly number[]): void {
    const { profile } = seat.agent;
    if (seat.isIdle) {
      const isOwn = seat.own === null || seat.own.key === profile.key;
      if (isOwn && isSame(seat.key, key)) return;
      this.delete(seat);
    }
    seat.key = key;
    seat.isIdle = true;
    seat.home.idle.add(seat);
    this.count += 1;
    if (!this.isSplit) return;
    seat.own = laneOf(this.tierAt(seat.tier).byProfile, seat.tier, profile);
    seat.own.idle.add(seat);
  }

  delete(seat: Seat): void {
    if (!seat.isIdle) return;
    seat.isIdle = false;
    seat.home.idle.delete(seat);
    this.count -= 1;
    if (seat.own === null) return;
    seat.own.idle.delete(seat);
    if (seat.own.idle.size === 0) this.tiers[seat.tier]?.byProfile.delete(seat.own.key);
    seat.own = null;
  }

  /** The lane of all members of a tier. */
  homeOf(tier: number): Lane {
    return this.tierAt(tier).all;
  }

  /** The lanes of one tier that a call looks at: one of all, or one for each profile when it needs something. */
  of(tier: number, bySkill: boolean): Iterable<Lane> {
    const found = this.tiers[tier];
    if (found === undefined) return none;
    if (!bySkill) return found.only;
    if (!this.isSplit) this.split();
    return found.byProfile.values();
  }

  /** Whether an idle member may take calls of this lane. O(tiers), or O(profiles) where they need something. */
  hasFor(calls: CallLane): boolean {
    if (calls.needs.length === 0) {
      for (let tier = 0; tier <= calls.tier; tier += 1) if ((this.tiers[tier]?.all.idle.size ?? 0) > 0) return true;
      return false;
    }
    for (let tier = 0; tier <= calls.tier; tier += 1)
      for (const lane of this.of(tier, true)) if (unmetNeed(lane.skills, calls.needs) === null) return true;
    return false;
  }

  private tierAt(tier: number): Tier {
    for (let next = this.tiers.length; next <= tier; next += 1) {
      const all = { key: '', tier: next, skills: {}, idle: new SeatOrder() };
      this.tiers.push({ all, only: [all], byProfile: new Map() });
    }
    const found = this.tiers[tier];
    if (found === undefined) throw new Error(`no tier ${tier}`);
    return found;
  }

  /** From now on there is a lane for each profile too. */
  private split(): void {
    this.isSplit = true;
    for (const { all, byProfile } of this.tiers) {
      for (let place = 0; place < all.idle.size; place += 1) {
        const seat = all.idle.seatAt(place);
        if (seat === undefined) continue;
        seat.own = laneOf(byProfile, seat.tier, seat.agent.profile);
        seat.own.idle.add(seat);
      }
    }
  }
}

/** `only`: the lane of all as a list. */
type Tier = { readonly all: Lane; readonly only: readonly Lane[]; readonly byProfile: Map<string, Lane> };

const none: readonly Lane[] = [];

function laneOf(lanes: Map<string, Lane>, tier: number, profile: Profile): Lane {
  const known = lanes.get(profile.key);
  if (known !== undefined) return known;
  const lane = { key: profile.key, tier, skills: profile.skills, idle: new SeatOrder() };
  lanes.set(profile.key, lane);
  return lane;
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  if (one.length !== other.length) return false;
  for (let place = 0; place < one.length; place += 1) if (one[place] !== other[place]) return false;
  return true;
}
