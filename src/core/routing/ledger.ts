import type { Outcome } from '../facts.ts';
import type { Agent, Call } from '../state.ts';
import { changedAgent, type Turn } from '../turn.ts';
import { emptyLedger, type Ledger, type Occupation } from './agent-row.ts';

/*
 * One ledger for each agent: where the time of today went, what was offered and what came of it, over all queues and
 * direct calls, and since when they have been idle. Whoever changes one of the states that it is worked out from calls
 * `account` first. docs/internals/agents.md says in words what counts and what changes the idle rank.
 */

/** Books the time since the last entry to what the agent has been doing. To be called before any of their states changes. */
export function account(turn: Turn, agent: Agent): void {
  const { day } = turn.world.state.meta;
  if (agent.ledger.day !== day) agent.ledger = emptyLedger(day, turn.now);
  const { ledger } = agent;
  const spent = turn.now - ledger.until;
  const occupation = occupationOf(agent);
  if (occupation !== null && spent > 0) ledger.ms[occupation] += spent;
  ledger.until = turn.now;
}

/** The ledger as it stands at a time between two entries; `day` is today. A page of another day says nothing of today. */
export function ledgerAt(agent: Agent, now: number, day: string): Ledger {
  if (agent.ledger.day !== day) return emptyLedger(day, now);
  const occupation = occupationOf(agent);
  const ms = { ...agent.ledger.ms };
  if (occupation !== null) ms[occupation] += Math.max(0, now - agent.ledger.until);
  return { ...agent.ledger, ms, until: now };
}

/** What the agent's time goes to just now; null while signed out. A call in hand comes before what they chose for afterwards. */
export function occupationOf({ signedIn, ready, hold, work, reachable }: Agent): Occupation | null {
  if (!signedIn) return null;
  switch (work.is) {
    case 'talking':
    case 'wrap-up':
      return work.is;
    case 'offered':
    case 'releasing':
      return 'ringing';
    case 'busy-elsewhere':
      return 'elsewhere';
    case 'backing-off':
    case 'idle':
      if (!ready.is) return 'not-ready';
      if (hold !== null) return 'held';
      if (work.is === 'backing-off') return 'backing-off';
      return reachable.is ? 'idle' : 'unreachable';
  }
}

/** A call is offered. */
export function bookOffer(turn: Turn, agent: Agent): void {
  account(turn, agent);
  agent.ledger.offers += 1;
}

/** An offer ended: what counts for something is counted. */
export function book(turn: Turn, agent: Agent, outcome: Outcome): void {
  account(turn, agent);
  if (outcome === 'answered') agent.ledger.answered += 1;
  if (outcome === 'no-answer') agent.ledger.missed += 1;
  if (outcome === 'declined') agent.ledger.declined += 1;
}

/** The idle rank begins anew. */
export function rankAnew(turn: Turn, agent: Agent): void {
  agent.idleSince = turn.now;
}

/** Time in which nobody could ring them does not count as idle; so nobody gains or loses a place by a pause. */
export function keepRank(turn: Turn, agent: Agent): void {
  const canBeRung = agent.signedIn && agent.ready.is && agent.hold === null && agent.reachable.is;
  if (!canBeRung) {
    agent.awaySince ??= turn.now;
    return;
  }
  if (agent.awaySince === null) return;
  agent.idleSince += turn.now - Math.max(agent.awaySince, agent.idleSince);
  agent.awaySince = null;
}

/**
 * A talk is over: it is booked for whomever of ours no queue gave it to, and they are idle from now on. That is who began it, to
 * whatever number, and who was called as a user.
 */
export function bookDirect(turn: Turn, call: Call, talkedMs: number): void {
  const called = call.callee === null ? null : (call.partner?.user ?? null);
  for (const user of [call.from, called]) {
    const agent = user === null ? undefined : turn.world.state.agents.get(user);
    if (!agent) continue;
    account(turn, agent);
    agent.ledger.direct += 1;
    agent.ledger.directMs += talkedMs;
    rankAnew(turn, agent);
    changedAgent(turn, agent);
  }
}
