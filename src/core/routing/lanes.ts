import { Ordered } from '../ordered.ts';
import type { UserId } from '../settings.ts';
import { type Profile, type Skills, unmetNeed } from './skills.ts';
import type { CallLane } from './waiting.ts';

/** Idle members of one tier with the same skills, in the order of the queue's strategy. */
export type Lane = { readonly key: string; readonly tier: number; readonly skills: Skills; readonly idle: Ordered };

/**
 * The idle members of one queue. Each tier has one lane of all, which serves calls that need nothing, and, from the
 * first call that needs something, one for each profile of skills: an agent moves in O(log n), and a call looks at as
 * many lanes as there are tiers (or profiles in them), never at agents one by one.
 */
export class IdleLanes {
  private readonly tiers: Tier[] = [];
  private readonly seats = new Map<UserId, Seat>();
  private isSplit = false;

  /** How many members are idle, in all tiers. */
  get size(): number {
    return this.seats.size;
  }

  /** Puts a member into the lane of their tier and profile, at the place of their key, or moves them there. */
  set(user: UserId, tier: number, profile: Profile, key: readonly number[]): void {
    const seat = this.seats.get(user);
    if (seat !== undefined && seat.tier === tier && seat.profile.key === profile.key) {
      seat.all.idle.set(user, key);
      seat.own?.idle.set(user, key);
      return;
    }
    if (seat !== undefined) this.delete(user);
    const { all, byProfile } = this.tierAt(tier);
    all.idle.set(user, key);
    const own = this.isSplit ? laneOf(byProfile, tier, profile) : null;
    own?.idle.set(user, key);
    this.seats.set(user, { tier, profile, all, own });
  }

  delete(user: UserId): void {
    const seat = this.seats.get(user);
    if (seat === undefined) return;
    this.seats.delete(user);
    seat.all.idle.delete(user);
    seat.own?.idle.delete(user);
    if (seat.own?.idle.size === 0) this.tiers[seat.tier]?.byProfile.delete(seat.profile.key);
  }

  has(user: UserId): boolean {
    return this.seats.has(user);
  }

  /** The lanes of one tier that a call looks at: one of all, or one for each profile when it needs something. */
  of(tier: number, bySkill: boolean): Iterable<Lane> {
    const found = this.tiers[tier];
    if (found === undefined) return [];
    if (!bySkill) return [found.all];
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
      this.tiers.push({ all: { key: '', tier: next, skills: {}, idle: new Ordered() }, byProfile: new Map() });
    }
    const found = this.tiers[tier];
    if (found === undefined) throw new Error(`no tier ${tier}`);
    return found;
  }

  /** From now on there is a lane for each profile too. */
  private split(): void {
    this.isSplit = true;
    for (const [user, seat] of this.seats) {
      const own = laneOf(this.tierAt(seat.tier).byProfile, seat.tier, seat.profile);
      own.idle.set(user, seat.all.idle.keyOf(user) ?? []);
      seat.own = own;
    }
  }
}

type Tier = { readonly all: Lane; readonly byProfile: Map<string, Lane> };
type Seat = { readonly tier: number; readonly profile: Profile; readonly all: Lane; own: Lane | null };

function laneOf(lanes: Map<string, Lane>, tier: number, profile: Profile): Lane {
  const known = lanes.get(profile.key);
  if (known !== undefined) return known;
  const lane = { key: profile.key, tier, skills: profile.skills, idle: new Ordered() };
  lanes.set(profile.key, lane);
  return lane;
}
