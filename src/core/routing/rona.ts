import { endAlarm, raiseAlarm } from '../alarms.ts';
import type { HoldEnd, Outcome } from '../facts.ts';
import type { OfferRules } from '../queue-settings.ts';
import type { LadderStep } from '../settings.ts';
import type { Agent, CallId, Offer } from '../state.ts';
import { changedAgent, type Turn, tell } from '../turn.ts';
import { account, keepRank } from './ledger.ts';
import { isMassMiss } from './mass-miss.ts';
import { policies } from './policy.ts';
import { strategies } from './strategy/table.ts';

/** An offer ended without an answer: whether the agent is to blame for it, by the queue's policy, and what follows. */
export function judge(turn: Turn, agent: Agent, offer: Offer, outcome: Outcome, rules: OfferRules): void {
  const isMiss = counts(turn, agent, offer, outcome, rules);
  // A person who says no is no sign of a network that fails; a phone that cannot be rung is.
  const isSign = outcome === 'unreachable' || (isMiss && outcome !== 'declined');
  const isNetwork = isSign && isMassMiss(turn, agent, offer.queue);
  if (isMiss && !isNetwork) missed(turn, agent, offer.call, rules);
}

/** Ring-all blames nobody, since each waits for another; or, where the queue says so, for each so manieth time. */
function counts(turn: Turn, agent: Agent, offer: Offer, outcome: Outcome, rules: OfferRules): boolean {
  const named: readonly string[] = rules.climbs;
  const isNamed = policies[outcome].miss === 'where-configured' && named.includes(outcome);
  if (strategies[rules.strategy].countsMisses) return isNamed;
  const every = rules.ringAllMissEvery;
  if (every === 0 || !(isNamed || wasIgnored(turn, agent, offer, outcome))) return false;
  agent.sharedMisses += 1;
  if (agent.sharedMisses < every) return false;
  agent.sharedMisses = 0;
  return true;
}

/** It rang for its whole time, and went on ringing until the call was sent on: then we ended it, whenever its last event came. */
function wasIgnored(turn: Turn, { work }: Agent, { why, rangAt, ringMs }: Offer, outcome: Outcome): boolean {
  const endedAt = work.is === 'releasing' ? work.since : turn.now;
  return outcome === 'rescinded' && why === 'overflow' && rangAt !== null && endedAt - rangAt >= ringMs;
}

/** No step of a ladder needs more. One that never holds would keep those of weeks. */
const mostMisses = 100;

/** The miss is counted, and the highest step of the ladder that it reaches is applied. */
function missed(turn: Turn, agent: Agent, call: CallId, { ladder }: OfferRules): void {
  agent.misses.push(turn.now);
  if (agent.misses.length > mostMisses) agent.misses.shift();
  const step = stepReached(ladder, agent.misses, turn.now);
  const rung = step === -1 ? undefined : ladder[step];
  const notify = rung?.notify ?? 'nobody';
  tell(turn, { type: 'agent-missed', agent: agent.id, call, misses: agent.misses.length, notify });
  if (rung !== undefined && (rung.untilReady || rung.restMs !== null)) {
    account(turn, agent);
    const until = rung.untilReady ? null : turn.now + (rung.restMs ?? 0);
    agent.hold = { kind: 'rona', step, since: turn.now, until, notify };
    keepRank(turn, agent);
    tell(turn, { type: 'agent-held', agent: agent.id, call, kind: 'rona', step, until });
    if (notify === 'supervisors') raiseAlarm(turn, 'agent-held', agent.id, null);
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
export function endHold(turn: Turn, agent: Agent, why: HoldEnd): void {
  if (agent.hold === null) return;
  account(turn, agent);
  agent.hold = null;
  keepRank(turn, agent);
  changedAgent(turn, agent);
  tell(turn, { type: 'agent-hold-ended', agent: agent.id, why });
  endAlarm(turn, 'agent-held', agent.id);
}

/** Answering anything, choosing ready and signing in begin the count anew. */
export function forgiveMisses(turn: Turn, agent: Agent): void {
  if (agent.failed === null && agent.sharedMisses === 0 && agent.misses.length === 0) return;
  agent.failed = null;
  agent.sharedMisses = 0;
  agent.misses = [];
  changedAgent(turn, agent);
}
