import { endCall } from './calls/call.ts';
import type { Intent, IntentEvent } from './events.ts';
import { goIdle } from './routing/agent.ts';
import { cancelOffer } from './routing/offer.ts';
import { sendTo } from './routing/overflow.ts';
import { endHold, forgiveMisses } from './routing/rona.ts';
import type { Agent } from './state.ts';
import { changedAgent, changedMeta, send, type Turn, tell } from './turn.ts';

type AgentIntent = Exclude<Intent, { do: 'hang-up' | 'move' | 'drain' | 'undrain' }>;
type Refusal = { readonly code: string; readonly message: string };

/** Does what a person asked for, or says why not; the latest human intent beats what the system imposed. */
export function act(turn: Turn, event: IntentEvent): void {
  const error = perform(turn, event.ask);
  send(turn, { do: 'reply', intent: event.intent, error });
}

function perform(turn: Turn, ask: Intent): Refusal | null {
  switch (ask.do) {
    case 'hang-up':
      return hangUp(turn, ask.call);
    case 'move':
      return move(turn, ask);
    case 'drain':
    case 'undrain':
      return drain(turn, ask.do === 'drain');
    default: {
      const agent = turn.world.state.agents.get(ask.user);
      if (!agent) return { code: 'not-found', message: `no agent ${ask.user}: add the user first` };
      return performFor(turn, agent, ask);
    }
  }
}

function performFor(turn: Turn, agent: Agent, ask: AgentIntent): Refusal | null {
  switch (ask.do) {
    case 'sign-in':
      return signIn(turn, agent, ask.ready);
    case 'sign-out':
      return signOut(turn, agent);
    case 'ready':
      return ready(turn, agent);
    case 'not-ready':
      return notReady(turn, agent, ask.reason);
    case 'end-wrap-up':
      return endWrapUp(turn, agent);
  }
}

function signIn(turn: Turn, agent: Agent, isReady: boolean): Refusal | null {
  const user = turn.world.state.users.get(agent.id);
  if (!user || user.phones.length === 0) {
    return { code: 'no-phone', message: `${agent.id} has no phone: give the user an extension first` };
  }
  if (!agent.signedIn) {
    agent.signedIn = true;
    agent.signedInAt = turn.now;
    agent.idleSince = turn.now;
    tell(turn, { type: 'agent-signed-in', agent: agent.id });
  }
  forgiveMisses(turn, agent);
  endHold(turn, agent, 'signed-in');
  setReady(turn, agent, isReady, null);
  return null;
}

function signOut(turn: Turn, agent: Agent): Refusal | null {
  if (!agent.signedIn) return { code: 'not-signed-in', message: `${agent.id} is not signed in` };
  if (agent.work.is === 'talking') {
    return {
      code: 'in-call',
      message: `${agent.id} is talking: end the call first, or set not-ready, which takes effect after it`,
    };
  }
  agent.signedIn = false;
  agent.signedInAt = null;
  withdrawOffers(turn, agent);
  forgiveMisses(turn, agent);
  endHold(turn, agent, 'signed-out');
  setReady(turn, agent, false, null);
  if (agent.work.is === 'wrap-up' || agent.work.is === 'backing-off') goIdle(turn, agent);
  tell(turn, { type: 'agent-signed-out', agent: agent.id });
  return null;
}

function ready(turn: Turn, agent: Agent): Refusal | null {
  if (!agent.signedIn) return { code: 'not-signed-in', message: `${agent.id} is not signed in: sign in first` };
  forgiveMisses(turn, agent);
  endHold(turn, agent, 'ready');
  if (agent.work.is === 'backing-off') goIdle(turn, agent);
  setReady(turn, agent, true, null);
  return null;
}

/** While ringing it withdraws the offer, with no miss; while talking it stands for afterwards. */
function notReady(turn: Turn, agent: Agent, reason: string | null): Refusal | null {
  if (!agent.signedIn) return { code: 'not-signed-in', message: `${agent.id} is not signed in: sign in first` };
  setReady(turn, agent, false, reason);
  withdrawOffers(turn, agent);
  return null;
}

function setReady(turn: Turn, agent: Agent, is: boolean, reason: string | null): void {
  if (agent.ready.is !== is || agent.ready.reason !== reason) {
    agent.ready = { is, reason, since: turn.now };
    const pending = agent.work.is === 'talking' || agent.work.is === 'wrap-up';
    tell(turn, { type: 'agent-ready', agent: agent.id, ready: is, reason, pending });
  }
  changedAgent(turn, agent);
}

function withdrawOffers(turn: Turn, agent: Agent): void {
  if (agent.work.is !== 'offered') return;
  for (const id of turn.world.state.calls.get(agent.work.call ?? '')?.offers ?? []) {
    const offer = turn.world.state.offers.get(id);
    if (offer?.agent === agent.id && offer.phase !== 'won')
      cancelOffer(turn, offer, 'rescinded', 'agent-paused', 'normal');
  }
}

function endWrapUp(turn: Turn, agent: Agent): Refusal | null {
  if (agent.work.is !== 'wrap-up')
    return { code: 'not-in-wrap-up', message: `${agent.id} is not in wrap-up but ${agent.work.is}` };
  goIdle(turn, agent);
  return null;
}

function hangUp(turn: Turn, id: string): Refusal | null {
  const call = turn.world.state.calls.get(id);
  if (!call || call.phase === 'ended') return { code: 'not-found', message: `no live call ${id}` };
  endCall(turn, call, call.phase === 'talking' ? 'completed' : 'failed', 'system', 'normal');
  return null;
}

function move(turn: Turn, ask: Extract<Intent, { do: 'move' }>): Refusal | null {
  const call = turn.world.state.calls.get(ask.call);
  if (!call || call.phase === 'ended') return { code: 'not-found', message: `no live call ${ask.call}` };
  if (call.phase !== 'waiting')
    return { code: 'not-waiting', message: `call ${ask.call} is ${call.phase}: only a waiting call can be moved` };
  sendTo(turn, call, ask.to, 'moved');
  return null;
}

/** Nothing new is begun from now on, or it is again; `match` hands over who waits. */
function drain(turn: Turn, on: boolean): Refusal | null {
  const { meta, queues } = turn.world.state;
  if (meta.draining === on) return null;
  meta.draining = on;
  changedMeta(turn);
  tell(turn, { type: 'draining', on });
  for (const queue of queues.keys()) turn.world.index.touched.add(queue);
  return null;
}
