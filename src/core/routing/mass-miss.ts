import { endAlarm, hasAlarm, raiseAlarm } from '../alarms.ts';
import { countIn, tallyOf } from '../queue-index.ts';
import type { QueueId } from '../settings.ts';
import type { Agent } from '../state.ts';
import { changedAgent, type Turn, tell } from '../turn.ts';
import { queueIndex } from '../world.ts';
import { availabilities } from './availability.ts';
import { endHold } from './rona.ts';

/** The alarm stands until nobody of the queue has missed for so long, or somebody answered. */
const quietMs = 60_000;

/**
 * Notes that this agent's phone rang out, or could not be rung, and says whether it is the network: when more than half of
 * the queue's agents at work missed within seconds, for whichever queue, nobody is held for it, and who was is let go. Costs
 * as much as there were failures lately, whatever the size of the queue.
 */
export function isMassMiss(turn: Turn, agent: Agent, queue: QueueId): boolean {
  const { massMissMs, massMissAgents } = turn.world.state.meta.limits;
  agent.failed = { queue, at: turn.now };
  changedAgent(turn, agent);
  if (massMissMs === 0) return false;
  if (hasAlarm(turn, 'mass-miss', queue)) {
    raiseAlarm(turn, 'mass-miss', queue, turn.now + quietMs);
    return true;
  }
  const failing = failingOf(turn, queue, turn.now - massMissMs);
  const atWork = atWorkIn(turn, queue);
  if (failing.length < massMissAgents || failing.length * 2 <= atWork) return false;
  const forgiven = failing.filter((one) => forgive(turn, one, turn.now - massMissMs)).map(({ id }) => id);
  tell(turn, { type: 'mass-missed', queue, agents: failing.length, of: atWork, forgiven });
  raiseAlarm(turn, 'mass-miss', queue, turn.now + quietMs);
  return true;
}

/** Somebody of the queue answered: the network works. */
export function massMissOver(turn: Turn, queue: QueueId): void {
  endAlarm(turn, 'mass-miss', queue);
}

/** Members who are signed in and ready. */
function atWorkIn({ world }: Turn, queue: QueueId): number {
  const tally = tallyOf(queueIndex(world.index, queue));
  return countIn(tally, availabilities) - countIn(tally, ['signed-out', 'not-ready']);
}

/** Members at work whose phone failed since then, for this queue or another, in the order of the team. */
function failingOf({ world }: Turn, queue: QueueId, since: number): Agent[] {
  const { failed, members } = queueIndex(world.index, queue);
  const failing: { readonly agent: Agent; readonly position: number }[] = [];
  for (const id of failed) {
    const agent = world.state.agents.get(id);
    const isRecent = agent?.failed != null && agent.failed.at >= since;
    if (!isRecent) failed.delete(id);
    const position = members.get(id)?.position;
    if (agent && isRecent && position !== undefined && agent.signedIn && agent.ready.is)
      failing.push({ agent, position });
  }
  return failing.sort((a, b) => a.position - b.position).map(({ agent }) => agent);
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
