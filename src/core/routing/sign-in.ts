import type { Agent } from '../state.ts';
import { anyPhone, type Station } from '../station.ts';
import { changedAgent, changedOffer, type Turn, tell } from '../turn.ts';
import { goIdle } from './agent.ts';
import { setStation } from './choose-station.ts';
import { account, keepRank, rankAnew } from './ledger.ts';
import { cancelOffer } from './offer.ts';
import { setReady } from './readiness.ts';
import { endHold, forgiveMisses } from './rona.ts';

/**
 * Signs the agent in, or takes the sign-in over from another session: one at a time, the newer one has it, and the fact
 * tells the older. A talk or a ringing phone stays as it is; the new session finds it in hand.
 */
export function signIn(turn: Turn, agent: Agent, session: string | null, isReady: boolean, station: Station): void {
  if (!agent.signedIn) {
    account(turn, agent);
    agent.signedIn = true;
    agent.signedInAt = turn.now;
    agent.session = session;
    rankAnew(turn, agent);
    tell(turn, { type: 'agent-signed-in', agent: agent.id, session });
  } else if (session !== null && agent.session !== session) {
    const from = agent.session;
    agent.session = session;
    if (from !== null) tell(turn, { type: 'agent-taken-over', agent: agent.id, from, session });
  }
  setStation(turn, agent, station);
  chooseAnew(turn, agent, 'signed-in');
  setReady(turn, agent, isReady, null);
  if (!isReady) withdrawOffers(turn, agent);
}

/** Signs the agent out; whoever asks has seen to it that they do not talk. */
export function signOut(turn: Turn, agent: Agent): void {
  account(turn, agent);
  agent.signedIn = false;
  agent.signedInAt = null;
  agent.session = null;
  withdrawOffers(turn, agent);
  forgiveMisses(turn, agent);
  forgiveEnding(turn, agent);
  endHold(turn, agent, 'signed-out');
  setReady(turn, agent, false, null);
  keepRank(turn, agent);
  agent.cutShort = null;
  if (agent.work.is === 'wrap-up' || agent.work.is === 'backing-off') goIdle(turn, agent);
  changedAgent(turn, agent);
  tell(turn, { type: 'agent-signed-out', agent: agent.id });
  setStation(turn, agent, anyPhone);
}

/** The agent is there and says so: misses, a hold and a back-off are over. A wrap-up is not: it is their own time. */
export function chooseAnew(turn: Turn, agent: Agent, why: 'ready' | 'signed-in'): void {
  forgiveMisses(turn, agent);
  forgiveEnding(turn, agent);
  endHold(turn, agent, why);
  if (agent.work.is === 'backing-off') goIdle(turn, agent);
}

/** What we ended before they chose, and of which a leg still ends, comes too late to impose anything on them. */
export function forgiveEnding(turn: Turn, agent: Agent): void {
  if (agent.work.is !== 'releasing') return;
  for (const id of turn.world.state.calls.get(agent.work.call ?? '')?.offers ?? []) {
    const offer = turn.world.state.offers.get(id);
    if (offer?.agent !== agent.id || offer.phase !== 'cancelling') continue;
    offer.forgiven = true;
    changedOffer(turn, offer);
  }
}

/** An offer that is out is taken back, with no miss: the agent does not want it, or took another call. */
export function withdrawOffers(turn: Turn, agent: Agent, why: 'agent-paused' | 'took-another' = 'agent-paused'): void {
  if (agent.work.is !== 'offered') return;
  for (const id of turn.world.state.calls.get(agent.work.call ?? '')?.offers ?? []) {
    const offer = turn.world.state.offers.get(id);
    if (offer?.agent === agent.id && offer.phase !== 'won') cancelOffer(turn, offer, 'rescinded', why, 'normal');
  }
}
