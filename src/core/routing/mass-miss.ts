import { endAlarm, hasAlarm, raiseAlarm } from '../alarms.ts';
import type { QueueSettings } from '../queue-settings.ts';
import type { Agent } from '../state.ts';
import { changedAgent, type Turn, tell } from '../turn.ts';
import { endHold } from './rona.ts';

/** The alarm stands until nobody of the queue has missed for so long, or somebody answered. */
const quietMs = 60_000;

/**
 * Notes that this agent's phone rang out, or could not be rung, and says whether it is the network: when more than half of
 * the queue's agents at work missed within seconds, nobody is held for it, and who was is let go. The members are looked
 * through once for each miss, which comes after a whole ring time.
 */
export function isMassMiss(turn: Turn, agent: Agent, group: QueueSettings): boolean {
  const { massMissMs, massMissAgents } = turn.world.state.meta.limits;
  agent.failed = { queue: group.id, at: turn.now };
  changedAgent(turn, agent);
  if (massMissMs === 0) return false;
  if (hasAlarm(turn, 'mass-miss', group.id)) {
    raiseAlarm(turn, 'mass-miss', group.id, turn.now + quietMs);
    return true;
  }
  const atWork = membersOf(turn, group).filter((one) => one.signedIn && one.ready.is);
  const failing = atWork.filter(
    ({ failed }) => failed !== null && failed.queue === group.id && turn.now - failed.at <= massMissMs,
  );
  if (failing.length < massMissAgents || failing.length * 2 <= atWork.length) return false;
  const forgiven = failing.filter((one) => forgive(turn, one, turn.now - massMissMs)).map(({ id }) => id);
  tell(turn, { type: 'mass-missed', queue: group.id, agents: failing.length, of: atWork.length, forgiven });
  raiseAlarm(turn, 'mass-miss', group.id, turn.now + quietMs);
  return true;
}

/** Somebody of the queue answered: the network works. */
export function massMissOver(turn: Turn, queue: string): void {
  endAlarm(turn, 'mass-miss', queue);
}

function membersOf(turn: Turn, group: QueueSettings): Agent[] {
  return group.members.flatMap(({ user }) => turn.world.state.agents.get(user) ?? []);
}

/** Takes back the misses of these seconds and the hold that came of them; whether there were any. */
function forgive(turn: Turn, agent: Agent, since: number): boolean {
  const kept = agent.misses.filter((at) => at < since);
  if (kept.length === agent.misses.length) return false;
  agent.misses = kept;
  changedAgent(turn, agent);
  if (agent.hold !== null && agent.hold.since >= since) endHold(turn, agent, 'mass-miss');
  return true;
}
