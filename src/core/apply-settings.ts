import { endAlarm } from './alarms.ts';
import { isBeingJoined } from './calls/call.ts';
import type { SettingsEvent } from './events.ts';
import { compareIds } from './ordered.ts';
import { judgeTransport } from './phone-transport.ts';
import type { QueueSettings } from './queue-settings.ts';
import { forgetQueue, forgetUser, reindexQueue, reindexUser } from './reindex.ts';
import { setWork, updateReachable } from './routing/agent.ts';
import { newAgent } from './routing/agent-row.ts';
import { rekey } from './routing/entry.ts';
import { cancelOffer } from './routing/offer.ts';
import { keepRules } from './routing/offer-rules.ts';
import { sendTo } from './routing/overflow.ts';
import type { Destination, PhoneId, QueueId, ReasonSettings, UserId, UserSettings } from './settings.ts';
import type { Call } from './state.ts';
import { changedAgent, changedCall, changedMeta, changedPhone, removeAgent, type Turn, tell } from './turn.ts';
import { queueIndex, touch } from './world.ts';

/**
 * Takes over a portion of the directory. Offers under way end on the settings they began with; the next decision uses the
 * new ones. A queue that is removed sends its callers to its overflow.
 */
export function applySettings(turn: Turn, event: SettingsEvent): void {
  const { state, dirty, index } = turn.world;
  for (const id of event.removedQueues) removeQueue(turn, id);
  for (const id of event.removedUsers) removeUser(turn, id);
  // Extensions may move from one to another within a portion: all old ones are forgotten before any new one is put in.
  const before: PhoneId[] = [];
  for (const user of event.users) {
    const old = state.users.get(user.id);
    if (old) forgetUser(turn.world, old);
    before.push(...(old?.phones ?? []));
  }
  for (const group of event.queues) {
    const old = state.queues.get(group.id);
    if (!old) continue;
    keepRules(turn, old);
    forgetQueue(turn.world, old);
  }
  if (event.reasons !== undefined) putReasons(turn, event.reasons);
  const added = event.users.filter((user) => !state.agents.has(user.id));
  for (const user of event.users) putUser(turn, user);
  dropPhones(turn, before);
  if (added.length > 0) takeUpTalks(turn, new Set(added.map(({ id }) => id)));
  for (const group of event.queues) {
    takeExtension(turn, group.extension);
    state.queues.set(group.id, group);
    dirty.mark('queues', group.id);
    reindexQueue(turn.world, group);
    const queue = queueIndex(index, group.id);
    for (const id of [...queue.queued].sort(compareIds)) {
      const call = state.calls.get(id);
      if (call) rekey(turn, call, group);
    }
    touch(index, queue);
  }
  state.meta.revision = event.revision;
  changedMeta(turn);
  tell(turn, { type: 'settings-applied', revision: event.revision });
}

/** The list is replaced as a whole. Who is not ready for a reason that is gone stays so, with no limit. */
function putReasons(turn: Turn, reasons: readonly ReasonSettings[]): void {
  const { state, dirty } = turn.world;
  for (const id of [...state.reasons.keys(), ...reasons.map((reason) => reason.id)]) dirty.mark('reasons', id);
  state.reasons.clear();
  for (const reason of reasons) state.reasons.set(reason.id, reason);
}

function putUser(turn: Turn, user: UserSettings): void {
  const { state, dirty } = turn.world;
  const old = state.users.get(user.id);
  takeExtension(turn, user.extension);
  const losers = takePhones(turn, user.phones);
  state.users.set(user.id, user);
  dirty.mark('users', user.id);
  reindexUser(turn.world, user);
  for (const id of user.phones) {
    if (state.phones.get(id)?.user === user.id) continue;
    const phone = { id, user: user.id, registered: state.phones.get(id)?.registered ?? false, suspectUntil: null };
    state.phones.set(id, phone);
    changedPhone(turn, phone);
  }
  for (const id of user.phones) {
    const phone = state.phones.get(id);
    if (phone) judgeTransport(turn, phone, old?.transports?.[id] !== user.transports?.[id]);
  }
  if (!state.agents.has(user.id)) {
    const agent = newAgent(user.id, turn.now);
    state.agents.set(user.id, agent);
    changedAgent(turn, agent);
  }
  for (const id of [user.id, ...losers]) updateReachable(turn, id, 'registered');
}

/*
 * Whoever had what a row brings along is in a later portion, and loses it now: no two rows ever name the same number or phone, or a
 * core that is loaded between the portions would not know whose it is.
 */

function takeExtension({ world: { state, dirty, index } }: Turn, extension: string | null): void {
  const owner = extension === null ? undefined : index.extensions.get(extension);
  if (owner === undefined) return;
  if ('user' in owner) {
    const user = state.users.get(owner.user);
    if (user) state.users.set(user.id, { ...user, extension: null });
    dirty.mark('users', owner.user);
    return;
  }
  const group = state.queues.get(owner.queue);
  if (!group) return;
  const without = { ...group, extension: null };
  state.queues.set(group.id, without);
  queueIndex(index, group.id).settings = without;
  dirty.mark('queues', group.id);
}

/** Who had one of the phones. */
function takePhones({ world: { state, dirty, index } }: Turn, phones: readonly PhoneId[]): readonly UserId[] {
  const losers = new Set<UserId>();
  for (const phone of phones) {
    const user = state.users.get(index.phoneUser.get(phone) ?? '');
    if (!user) continue;
    state.users.set(user.id, { ...user, phones: user.phones.filter((id) => id !== phone) });
    dirty.mark('users', user.id);
    losers.add(user.id);
  }
  return [...losers];
}

/** A user who was removed in a talk and is back before its end is still in it. */
function takeUpTalks(turn: Turn, added: ReadonlySet<UserId>): void {
  const { agents, calls } = turn.world.state;
  for (const call of [...calls.values()].sort((a, b) => compareIds(a.id, b.id))) {
    const isTalk = call.phase === 'talking' || isBeingJoined(call);
    const user = call.partner?.user ?? null;
    if (!isTalk || user === null || !added.has(user) || call.callee !== null) continue;
    const agent = agents.get(user);
    if (agent) setWork(turn, agent, 'talking', null, call.id);
  }
}

/** Drops those of the phones that are nobody's any more: the others were only given to another user. */
function dropPhones(turn: Turn, phones: readonly PhoneId[]): void {
  const { state, index, dirty } = turn.world;
  for (const id of phones) {
    if (index.phoneUser.has(id)) continue;
    state.phones.delete(id);
    index.deadlines.set('phones', id, null);
    dirty.mark('phones', id);
    endAlarm(turn, 'wrong-transport', id);
  }
}

/** A user who is removed with a call in hand keeps it: the call's legs are not theirs to lose. Offers are taken back. */
function removeUser(turn: Turn, id: UserId): void {
  const { state, dirty } = turn.world;
  const user = state.users.get(id);
  if (!user) return;
  const offers = [...state.offers.values()].filter((offer) => offer.agent === id && offer.phase !== 'won');
  for (const offer of offers.sort((a, b) => compareIds(a.id, b.id)))
    cancelOffer(turn, offer, 'rescinded', 'settings', 'normal');
  forgetUser(turn.world, user);
  dropPhones(turn, user.phones);
  const agent = state.agents.get(id);
  if (agent) {
    if (agent.signedIn) tell(turn, { type: 'agent-signed-out', agent: id });
    endAlarm(turn, 'agent-held', id);
    endAlarm(turn, 'agent-overdue', id);
    removeAgent(turn, agent);
    tell(turn, { type: 'agent-removed', agent: id });
  }
  state.users.delete(id);
  dirty.mark('users', id);
}

function removeQueue(turn: Turn, id: QueueId): void {
  const { state, dirty, index } = turn.world;
  const group = state.queues.get(id);
  if (!group) return;
  const queued = [...queueIndex(index, id).queued].sort(compareIds);
  keepRules(turn, group);
  forgetQueue(turn.world, group);
  state.queues.delete(id);
  dirty.mark('queues', id);
  endAlarm(turn, 'mass-miss', id);
  for (const callId of queued) {
    const call = state.calls.get(callId);
    if (call) leaveRemoved(turn, call, group);
  }
}

/** Whom an agent is being joined with stays with them: only should they drop does the call move on as well. */
function leaveRemoved(turn: Turn, call: Call, { id, overflow }: QueueSettings): void {
  const circular = overflow.to === 'group' && overflow.group === id;
  const to: Destination = circular ? { to: 'hang-up', cause: 'unreachable' } : overflow;
  if (call.phase === 'waiting') return sendTo(turn, call, to, 'queue-removed');
  call.queueGone = to;
  changedCall(turn, call);
}
