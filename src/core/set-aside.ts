import { fallbackOf } from './calls/arrival.ts';
import { elsewhereChanged, goIdle, setWork } from './routing/agent.ts';
import { releaseMs } from './routing/offer.ts';
import type { UserId } from './settings.ts';
import type { Agent, CallId } from './state.ts';
import { removeCall, removeLeg, removeOffer, send, type Turn, tell } from './turn.ts';

/**
 * Lets go of a call that made the core trip more than once: its rows go, its caller is handed to the fallback, its other
 * legs end, and its agents are free with no blame. It asks as little as it can of a state that may be wrong.
 */
export function setAside(turn: Turn, id: CallId): void {
  const { state } = turn.world;
  const call = state.calls.get(id);
  if (!call) return;
  const talkedMs = call.connectedAt === null ? 0 : turn.now - call.connectedAt;
  if (call.hearing !== 'silence') send(turn, { do: 'hear', leg: call.caller, what: 'silence', was: call.hearing });
  send(turn, { do: 'release', leg: call.caller, to: fallbackOf(call.dialled) });
  removeCall(turn, call);
  for (const offer of [...state.offers.values()]) {
    if (offer.call !== id) continue;
    removeOffer(turn, offer);
    const rangMs = offer.rangAt === null ? 0 : turn.now - offer.rangAt;
    tell(turn, {
      type: 'offer-ended',
      offer: offer.id,
      call: id,
      agent: offer.agent,
      outcome: 'lost',
      why: null,
      cause: 0,
      sip: 0,
      rangMs,
    });
  }
  const rung = new Set<UserId>();
  for (const leg of [...state.legs.values()]) {
    if (leg.call !== id) continue;
    removeLeg(turn, leg);
    if (leg.role !== 'caller') send(turn, { do: 'hang-up', leg: leg.id, cause: 'normal' });
    if (leg.user !== null) elsewhereChanged(turn, leg.user);
    if (leg.user !== null && leg.role !== 'caller') rung.add(leg.user);
  }
  for (const agent of state.agents.values()) if (agent.work.call === id) letRelease(turn, agent, rung);
  if (call.roomOpen) send(turn, { do: 'close-room', call: id });
  tell(turn, {
    type: 'call-ended',
    call: id,
    ending: 'lost-bug',
    by: 'system',
    waitedMs: turn.now - call.enteredAt,
    talkedMs,
  });
}

/**
 * Their phone may ring, or talk, for a moment yet: the hang-up is only on its way, and no row waits for its end any more. A
 * rest that has begun is theirs all the same.
 */
function letRelease(turn: Turn, agent: Agent, rung: ReadonlySet<UserId>): void {
  if (agent.work.is === 'wrap-up' || agent.work.is === 'backing-off') return;
  if (rung.has(agent.id)) setWork(turn, agent, 'releasing', turn.now + releaseMs, null);
  else goIdle(turn, agent);
}
