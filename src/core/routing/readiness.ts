import { endAlarm, raiseAlarm } from '../alarms.ts';
import type { Agent } from '../state.ts';
import { changedAgent, type Turn, tell } from '../turn.ts';
import { account, keepRank } from './ledger.ts';

/**
 * Sets what the agent chose. While they talk or wrap up it stands for afterwards, and nothing that the system does of its
 * own accord ever changes it.
 */
export function setReady(turn: Turn, agent: Agent, is: boolean, reason: string | null): void {
  if (agent.ready.is !== is || agent.ready.reason !== reason) {
    account(turn, agent);
    endAlarm(turn, 'agent-overdue', agent.id);
    agent.ready = { is, reason, since: turn.now, limitAt: null, overdue: false };
    keepRank(turn, agent);
    startLimit(turn, agent);
    tell(turn, { type: 'agent-ready', agent: agent.id, ready: is, reason, pending: isBusy(agent) });
  }
  changedAgent(turn, agent);
}

/** The time that a reason allows begins when the agent stops working, not while a talk or its wrap-up goes on. */
export function startLimit(turn: Turn, agent: Agent): void {
  const { ready } = agent;
  if (ready.is || ready.reason === null || ready.limitAt !== null || isBusy(agent)) return;
  const limitMs = turn.world.state.reasons.get(ready.reason)?.limitMs ?? null;
  if (limitMs !== null) ready.limitAt = turn.now + limitMs;
}

/** The reason's time is over: it is told and an alarm stands until the agent chooses anew. They stay not ready. */
export function limitOver(turn: Turn, agent: Agent): void {
  const { ready } = agent;
  ready.overdue = true;
  changedAgent(turn, agent);
  const limitMs = turn.world.state.reasons.get(ready.reason ?? '')?.limitMs ?? turn.now - ready.since;
  tell(turn, { type: 'agent-overdue', agent: agent.id, reason: ready.reason ?? '', since: ready.since, limitMs });
  raiseAlarm(turn, 'agent-overdue', agent.id, null);
}

function isBusy(agent: Agent): boolean {
  return agent.work.is === 'talking' || agent.work.is === 'wrap-up';
}
