import { compareIds } from '../ordered.ts';
import { isOpen, rescindAll } from '../routing/offer.ts';
import { endHold, forgiveMisses } from '../routing/rona.ts';
import { forgiveEnding, withdrawOffers } from '../routing/sign-in.ts';
import { breakOff } from '../routing/wrap-up.ts';
import type { PhoneId, UserId } from '../settings.ts';
import type { Call, LegId } from '../state.ts';
import { changedCall, send, type Turn, tell } from '../turn.ts';
import { queueIndex } from '../world.ts';
import { connect } from './call.ts';
import { pickerLeg } from './leg.ts';

/**
 * Whether an agent who is signed in has a call in hand, of a queue or of their own: they take no second one, or it would be nobody's when
 * the first one ends. Who is signed out may have as many as their phone has lines.
 */
export function hasCallInHand({ world: { state, index } }: Turn, user: UserId): boolean {
  const agent = state.agents.get(user);
  if (agent?.signedIn !== true) return false;
  if (agent.work.is === 'talking') return true;
  for (const id of index.agents.get(user)?.elsewhere ?? []) {
    const leg = state.legs.get(id);
    if (leg && leg.ending === null && (leg.phase === 'up' || leg.phase === 'joined')) return true;
  }
  return false;
}

/**
 * Who dialled the pickup code takes a call that rings at somebody else: their own channel becomes the leg that answers. It goes
 * through the call's one claim, so whoever was being rung is told "answered elsewhere", and nobody has missed anything.
 * False when nothing that they may take rings.
 */
export function pickUp(turn: Turn, leg: LegId, phone: PhoneId, user: UserId, extension: string): boolean {
  const call = extension === '' ? ringingForGroupsOf(turn, user) : ringingAt(turn, user, extension);
  if (call === null) return false;
  const rung = rungUsers(turn, call);
  const taken = pickerLeg(turn, call, leg, phone);
  send(turn, { do: 'answer', leg });
  call.claim = leg;
  tell(turn, { type: 'call-picked-up', call: call.id, user, rang: rung });
  rescindAll(turn, call, 'picked-up');
  const agent = turn.world.state.agents.get(user);
  if (agent) {
    forgiveEnding(turn, agent);
    // What rings at the picker themselves would ring on beside the talk, and end as a miss.
    withdrawOffers(turn, agent, 'took-another');
  }
  connect(turn, call, taken, user);
  if (agent?.signedIn && call.queue !== null && agent.work.is !== 'talking') breakOff(turn, agent, call.id);
  if (agent) {
    forgiveMisses(turn, agent);
    endHold(turn, agent, 'answered');
  }
  changedCall(turn, call);
  return true;
}

/** The longest in our hands of the calls that ring at a member of the user's pickup groups. */
function ringingForGroupsOf(turn: Turn, user: UserId): Call | null {
  const { state } = turn.world;
  const groups = new Set(state.users.get(user)?.pickupGroups ?? []);
  if (groups.size === 0) return null;
  return first(turn, user, (one) => (state.users.get(one)?.callGroups ?? []).some((group) => groups.has(group)));
}

/** The call that rings at an extension: of a user, or of a group or queue, whoever of it rings. */
function ringingAt(turn: Turn, user: UserId, extension: string): Call | null {
  const target = turn.world.index.extensions.get(extension);
  if (target === undefined) return null;
  if ('user' in target) return first(turn, user, (one) => one === target.user);
  const { state, index } = turn.world;
  const inQueue = [...queueIndex(index, target.queue).queued].map((id) => state.calls.get(id));
  return oldest(inQueue.filter((call) => call !== undefined).filter((call) => isRinging(turn, call, user)));
}

function first(turn: Turn, picker: UserId, rings: (user: UserId) => boolean): Call | null {
  const { state } = turn.world;
  const calls = new Set<Call>();
  for (const offer of state.offers.values()) {
    const call = state.calls.get(offer.call);
    if (call && offer.agent !== picker && rings(offer.agent) && isOpen(offer)) calls.add(call);
  }
  for (const call of state.calls.values())
    if (call.callee !== null && call.callee !== picker && rings(call.callee)) calls.add(call);
  return oldest([...calls].filter((call) => isFree(call)));
}

function oldest(calls: readonly Call[]): Call | null {
  return [...calls].sort((a, b) => a.enteredAt - b.enteredAt || compareIds(a.id, b.id))[0] ?? null;
}

function isFree(call: Call): boolean {
  return call.phase === 'waiting' && call.claim === null;
}

function isRinging(turn: Turn, call: Call, picker: UserId): boolean {
  return isFree(call) && rungUsers(turn, call).some((user) => user !== picker);
}

/** Whose phones ring for the call now. */
function rungUsers(turn: Turn, call: Call): UserId[] {
  const agents = call.offers.flatMap((id) => {
    const offer = turn.world.state.offers.get(id);
    return offer && isOpen(offer) ? [offer.agent] : [];
  });
  return call.callee === null ? agents : [call.callee];
}
