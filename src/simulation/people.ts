import type { AgentIntent, Intent } from '../core/events.ts';
import type { Destination, ReasonSettings, UserSettings } from '../core/settings.ts';
import type { Behaviour } from '../phones/behaviour.ts';
import type { Dice } from './dice.ts';
import type { Rig } from './rig.ts';

/** Why people are not ready: for half a minute, or for as long as they like. */
export const reasons: readonly ReasonSettings[] = [
  { id: 'lunch', name: 'Lunch', limitMs: 30_000 },
  { id: 'meeting', name: 'Meeting', limitMs: null },
];

/** What somebody's phone does with a call, for a while. */
export function habit(dice: Dice): Behaviour {
  const afterMs = dice.pick([0, 5, 300, 2_000, 6_000]);
  const chance = dice.roll(100);
  if (chance < 55) return { kind: 'answer', afterMs, ringAfterMs: dice.pick([0, 0, 20, null]) };
  if (chance < 68) return { kind: 'decline', sip: dice.pick([486, 603, 480, 500, 404]), afterMs };
  if (chance < 80) return { kind: 'ignore' };
  if (chance < 87) return { kind: 'silent' };
  if (chance < 94) return { kind: 'progress-only' };
  return { kind: 'redirect', to: '9000' };
}

/** What somebody asks for now; some of it will be refused, and should be. */
export function intent(
  rig: Rig,
  dice: Dice,
  users: readonly UserSettings[],
  destinations: readonly Destination[],
): Intent {
  const { id } = dice.pick(users);
  const call = [...(rig.world()?.state.calls.keys() ?? [])].at(-1) ?? 'none';
  const chance = dice.roll(100);
  if (chance < 92) return askFor(rig, dice, id, chance);
  if (chance < 96) return { do: 'move', call, to: dice.pick(destinations) };
  return { do: 'hang-up', call };
}

/** For an agent; now and then from a session that may be taken over, or by somebody who looked a while ago. */
function askFor(rig: Rig, dice: Dice, user: string, chance: number): AgentIntent {
  const session = dice.happens(300) ? dice.pick(['desk', 'laptop']) : null;
  const version = rig.world()?.state.agents.get(user)?.version ?? 0;
  const seen = dice.happens(150) ? Math.max(0, version - dice.roll(2)) : undefined;
  const who = { user, session, seen };
  if (chance < 45) return { do: 'ready', ...who };
  if (chance < 58) return { do: 'not-ready', reason: dice.pick(['lunch', 'meeting', 'golf', null]), ...who };
  if (chance < 78) return { do: 'sign-in', ready: !dice.happens(100), ...who };
  if (chance < 82) return { do: 'sign-out', ...who };
  if (chance < 87) return { do: 'end-wrap-up', ...who };
  return { do: 'extend-wrap-up', byMs: dice.pick([null, 5_000, 3_600_000]), ...who };
}
