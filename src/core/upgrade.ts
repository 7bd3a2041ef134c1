import type { UserSettings } from './settings.ts';
import type { Agent, Call } from './state.ts';

/*
 * Rows of an older version lack what came later: each function fills it in, as it would have been then.
 */

export function upgradeUser(row: UserSettings): UserSettings {
  return { ...row, skills: row.skills ?? {} };
}

export function upgradeCall(row: Call): Call {
  return { ...callDefaults, ...row, queuedAt: row.queuedAt ?? row.enteredAt };
}

export function upgradeAgent(row: Agent): Agent {
  return { ...row, turns: row.turns ?? {} };
}

const callDefaults = {
  priority: 5,
  aheadMs: 0,
  wishes: {},
  rises: 0,
  relaxed: 0,
  tier: 0,
  wave: 0,
  waveAt: null,
} as const;
