import type { QueueSettings } from '../queue-settings.ts';
import type { LadderStep } from '../settings.ts';
import type { Agent, CallId } from '../state.ts';
import { changedAgent, type Turn, tell } from '../turn.ts';

/** The agent's phone rang out: the miss is counted, and the highest step of the ladder that it reaches is applied. */
export function missed(turn: Turn, agent: Agent, call: CallId, group: QueueSettings): void {
  agent.misses.push(turn.now);
  const step = stepReached(group.ladder, agent.misses, turn.now);
  const rung = step === -1 ? undefined : group.ladder[step];
  tell(turn, {
    type: 'agent-missed',
    agent: agent.id,
    call,
    misses: agent.misses.length,
    notify: rung?.notify ?? 'nobody',
  });
  if (rung !== undefined && (rung.untilReady || rung.restMs !== null)) {
    const until = rung.untilReady ? null : turn.now + (rung.restMs ?? 0);
    agent.hold = { kind: 'rona', step, since: turn.now, until };
    tell(turn, { type: 'agent-held', agent: agent.id, call, kind: 'rona', step, until });
  }
  changedAgent(turn, agent);
}

/** The place in the ladder of the last step whose number of misses is reached, or -1. */
export function stepReached(ladder: readonly LadderStep[], misses: readonly number[], now: number): number {
  return ladder.findLastIndex(({ misses: needed, withinMs }) => {
    const counted = withinMs === null ? misses.length : misses.filter((at) => now - at <= withinMs).length;
    return counted >= needed;
  });
}

/** Ends what the ladder imposed, if anything. */
export function endHold(
  turn: Turn,
  agent: Agent,
  why: 'rested' | 'ready' | 'signed-in' | 'answered' | 'signed-out',
): void {
  if (agent.hold === null) return;
  agent.hold = null;
  changedAgent(turn, agent);
  tell(turn, { type: 'agent-hold-ended', agent: agent.id, why });
}

/** Answering anything, choosing ready and signing in begin the count anew. */
export function forgiveMisses(turn: Turn, agent: Agent): void {
  if (agent.misses.length === 0) return;
  agent.misses = [];
  changedAgent(turn, agent);
}
