import type { Agent, CallId } from '../state.ts';
import { changedAgent, type Turn, tell } from '../turn.ts';
import { goIdle, setWork } from './agent.ts';
import { account } from './ledger.ts';

type Refusal = { readonly code: string; readonly message: string };

/**
 * The rest after a talk is the agent's own, whatever queue the call came from: of two that overlap the longer holds.
 */
export function beginWrapUp(turn: Turn, agent: Agent, restMs: number): void {
  const until = turn.now + restMs;
  if (until <= Math.max(turn.now, agent.cutShort?.until ?? 0)) return goIdle(turn, agent);
  agent.cutShort = null;
  setWork(turn, agent, 'wrap-up', until, agent.work.call);
}

/** The agent picks up a call in their wrap-up: its clock runs on meanwhile, and what is left holds afterwards. */
export function breakOff(turn: Turn, agent: Agent, call: CallId): void {
  const { is, until, extended } = agent.work;
  if (is === 'wrap-up' && until !== null) agent.cutShort = { until, extended };
  setWork(turn, agent, 'talking', null, call);
}

/** The agent is done before the time is over. */
export function endWrapUp(turn: Turn, agent: Agent): Refusal | null {
  if (agent.work.is !== 'wrap-up') return notInWrapUp(agent);
  goIdle(turn, agent);
  return null;
}

/** The agent needs longer: once a wrap-up, and by no more than the limit. `byMs` null is the whole limit. */
export function extendWrapUp(turn: Turn, agent: Agent, byMs: number | null): Refusal | null {
  const { wrapUpExtensionMs } = turn.world.state.meta.limits;
  const { work } = agent;
  if (work.is !== 'wrap-up' || work.until === null) return notInWrapUp(agent);
  if (work.extended)
    return { code: 'extended-already', message: `this wrap-up of ${agent.id} was extended once already` };
  const ms = byMs ?? wrapUpExtensionMs;
  if (ms > wrapUpExtensionMs) {
    const most = `at most ${wrapUpExtensionMs} ms (limits.wrap-up-extension in cordboard.yaml)`;
    return { code: 'invalid', message: `byMs: expected ${most}; got ${ms}` };
  }
  account(turn, agent);
  agent.work = { ...work, until: work.until + ms, extended: true };
  changedAgent(turn, agent);
  tell(turn, { type: 'agent-work', agent: agent.id, work: work.is, until: work.until + ms, call: work.call });
  return null;
}

function notInWrapUp(agent: Agent): Refusal {
  return { code: 'not-in-wrap-up', message: `${agent.id} is not in wrap-up but ${agent.work.is}` };
}
