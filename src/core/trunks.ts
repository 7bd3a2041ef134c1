import { endAlarm, hasAlarm, raiseAlarm } from './alarms.ts';
import type { SeenTrunk } from './events.ts';
import { compareIds } from './ordered.ts';
import { isUp, standing, type Trunk, type TrunkId } from './outside.ts';
import { changedTrunk, type Turn, tell } from './turn.ts';

/** What Asterisk says of trunks. One that goes down, or comes up, is a fact that alarms can use. */
export function trunksSeen(turn: Turn, seen: readonly SeenTrunk[]): void {
  for (const one of seen) {
    const trunk = turn.world.state.trunks.get(one.trunk);
    if (trunk) noteSeen(turn, trunk, one);
  }
}

function noteSeen(turn: Turn, trunk: Trunk, seen: SeenTrunk): void {
  const { isAsked, registers } = trunk.settings;
  const { reachable: answers = trunk.reachable, registered: taken = trunk.registered } = seen;
  // Who is not asked, or does not register, is not in Asterisk's lists: that says nothing against them.
  const reachable = isAsked === false ? null : answers;
  const registered = registers === false ? null : taken;
  // One that was down and is not known now is still told as down.
  const wasUp = isUp(trunk) && !hasAlarm(turn, 'trunk-down', trunk.id);
  const byRegistration = registered !== trunk.registered;
  const isOther = byRegistration || reachable !== trunk.reachable;
  const byAddress = reachable !== trunk.reachable || !byRegistration;
  trunk.reachable = reachable;
  trunk.registered = registered;
  const up = standing(trunk);
  const isNews = up !== null && up !== wasUp;
  if (!isOther && !isNews) return;
  if (isNews) {
    trunk.since = turn.now;
    const why = byAddress ? (up ? 'reachable' : 'unreachable') : up ? 'registered' : 'unregistered';
    tell(turn, { type: 'trunk-state', trunk: trunk.id, up, why });
    if (up) endAlarm(turn, 'trunk-down', trunk.id);
    else raiseAlarm(turn, 'trunk-down', trunk.id, null);
  }
  changedTrunk(turn, trunk);
}

/**
 * The trunks for a call out, in the order in which they are tried: by their order, then by name. Those that are known to be
 * down come last and not never: what we know may be old, and there may be no other.
 */
export function trunksInOrder(turn: Turn): TrunkId[] {
  const rank = (trunk: Trunk): number => (isUp(trunk) ? 0 : 1);
  return [...turn.world.state.trunks.values()]
    .filter(({ settings }) => settings.outbound)
    .sort((a, b) => rank(a) - rank(b) || a.settings.order - b.settings.order || compareIds(a.id, b.id))
    .map(({ id }) => id);
}

/** Whether the trunk has as many calls as it may have, both ways together. */
export function isFull(turn: Turn, trunk: Trunk): boolean {
  return trunk.settings.maxCalls !== null && callsOn(turn, trunk) >= trunk.settings.maxCalls;
}

/** Whether it has more than it may have: the last one to come is one too many. */
export function isOverfull(turn: Turn, trunk: Trunk): boolean {
  return trunk.settings.maxCalls !== null && callsOn(turn, trunk) > trunk.settings.maxCalls;
}

function callsOn(turn: Turn, trunk: Trunk): number {
  return turn.world.index.trunkLegs.get(trunk.id)?.size ?? 0;
}
