import { endCall } from './calls/call.ts';
import { chooseCallerId } from './calls/caller-id.ts';
import type { AgentIntent, Intent, IntentEvent } from './events.ts';
import { compareIds } from './ordered.ts';
import { stationRefusal } from './routing/choose-station.ts';
import { sendTo } from './routing/overflow.ts';
import { setReady } from './routing/readiness.ts';
import { chooseAnew, signIn, signOut, withdrawOffers } from './routing/sign-in.ts';
import { endWrapUp, extendWrapUp } from './routing/wrap-up.ts';
import type { Agent } from './state.ts';
import type { Station } from './station.ts';
import { changedAgent, changedMeta, send, type Turn, tell } from './turn.ts';
import { touchAll } from './world.ts';

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
    case 'choose-caller-id':
      return chooseCallerId(turn, ask.user, ask.callerId);
    default:
      return performFor(turn, ask);
  }
}

/** Does what the phone of an agent asked for, as `act` does; null when it is done. */
export function askOf(turn: Turn, ask: AgentIntent): Refusal | null {
  return performFor(turn, ask);
}

/** What was changed for the agent makes what others have seen of them stale. */
function performFor(turn: Turn, ask: AgentIntent): Refusal | null {
  const agent = turn.world.state.agents.get(ask.user);
  if (!agent) return { code: 'not-found', message: `no agent ${ask.user}: add the user first` };
  const before = turn.facts.length;
  const refusal = stale(agent, ask) ?? choose(turn, agent, ask);
  if (refusal === null && turn.facts.length > before) {
    agent.version += 1;
    changedAgent(turn, agent);
  }
  return refusal;
}

/** A click on what is no longer so fails visibly, instead of undoing what somebody chose in the meantime. */
function stale(agent: Agent, ask: AgentIntent): Refusal | null {
  const { session = null, seen } = ask;
  if (ask.do !== 'sign-in' && agent.session !== null && session !== null && session !== agent.session) {
    return {
      code: 'taken-over',
      message: `${agent.id} has signed in at ${agent.session} since: sign in again to take over from there`,
    };
  }
  if (seen === undefined || seen === agent.version) return null;
  const now = agent.ready.is ? 'ready' : `not ready${agent.ready.reason === null ? '' : ` (${agent.ready.reason})`}`;
  return {
    code: 'stale',
    message: `${agent.id} was changed since: version ${agent.version}, and you saw ${seen}; now ${agent.signedIn ? now : 'signed out'}. Look again (cordboard agent show ${agent.id}) and choose anew`,
  };
}

/** Signed in at a number outside, and to be so at the same one: each offer is checked by itself. */
function staysAt(agent: Agent, station: Station): boolean {
  const now = agent.station;
  return agent.signedIn && now.kind === 'number' && station.kind === 'number' && now.number === station.number;
}

function choose(turn: Turn, agent: Agent, ask: AgentIntent): Refusal | null {
  switch (ask.do) {
    case 'sign-in': {
      const station = ask.station ?? agent.station;
      // Who stays where they are is not asked whether they may go there: their own call there would be in their way.
      const refusal = staysAt(agent, station) ? null : stationRefusal(turn, agent, station);
      if (refusal === null) signIn(turn, agent, ask.session ?? null, ask.ready, station);
      return refusal;
    }
    case 'end-wrap-up':
      return endWrapUp(turn, agent);
    case 'extend-wrap-up':
      return extendWrapUp(turn, agent, ask.byMs);
    default:
      if (!agent.signedIn) {
        const what = ask.do === 'sign-out' ? 'is signed out already' : 'is not signed in: sign in first';
        return { code: 'not-signed-in', message: `${agent.id} ${what}` };
      }
      return chooseSignedIn(turn, agent, ask);
  }
}

function chooseSignedIn(
  turn: Turn,
  agent: Agent,
  ask: Extract<AgentIntent, { do: 'sign-out' | 'ready' | 'not-ready' }>,
): Refusal | null {
  switch (ask.do) {
    case 'sign-out':
      if (agent.work.is === 'talking') {
        return {
          code: 'in-call',
          message: `${agent.id} is talking: end the call first, or set not-ready, which takes effect after it`,
        };
      }
      signOut(turn, agent);
      return null;
    case 'ready':
      chooseAnew(turn, agent, 'ready');
      setReady(turn, agent, true, null);
      return null;
    case 'not-ready':
      return notReady(turn, agent, ask.reason);
  }
}

/** While ringing it withdraws the offer, with no miss; while talking it stands for afterwards. */
function notReady(turn: Turn, agent: Agent, reason: string | null): Refusal | null {
  const { reasons } = turn.world.state;
  if (reason !== null && reasons.size > 0 && !reasons.has(reason)) {
    const known = [...reasons.keys()].sort(compareIds).join(', ');
    return { code: 'unknown-reason', message: `reason: expected one of ${known}; got ${reason}` };
  }
  setReady(turn, agent, false, reason);
  withdrawOffers(turn, agent);
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
  const { meta } = turn.world.state;
  if (meta.draining === on) return null;
  meta.draining = on;
  changedMeta(turn);
  tell(turn, { type: 'draining', on });
  touchAll(turn.world.index);
  return null;
}
