import { fallbackOf } from './calls/lease.ts';
import { compareIds } from './ordered.ts';
import { elsewhereChanged, goIdle, releaseMs, setWork } from './routing/agent.ts';
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
  for (const offer of rowsOf(state.offers, id)) {
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
  for (const leg of rowsOf(state.legs, id)) {
    removeLeg(turn, leg);
    if (leg.role !== 'caller') send(turn, { do: 'hang-up', leg: leg.id, cause: 'normal' });
    if (leg.user !== null) elsewhereChanged(turn, leg.user);
    if (leg.user !== null && leg.role !== 'caller') rung.add(leg.user);
  }
  const agents = [...state.agents.values()].filter(({ work }) => work.call === id);
  for (const agent of agents.sort((a, b) => compareIds(a.id, b.id))) letRelease(turn, agent, rung);
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

/** The call's rows by id: the order of a Map is another one after a load, and a replay has to do the same. */
function rowsOf<T extends { readonly id: string; readonly call: CallId }>(
  rows: ReadonlyMap<string, T>,
  call: CallId,
): T[] {
  return [...rows.values()].filter((row) => row.call === call).sort((a, b) => compareIds(a.id, b.id));
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
