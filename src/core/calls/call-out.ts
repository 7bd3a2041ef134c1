import { compareIds } from '../ordered.ts';
import {
  type CallingRights,
  internalOnly,
  type Outbound,
  type OutsideNumber,
  type PayerId,
  systemPayer,
} from '../outside.ts';
import { type Barred, limitReached, mayDial, shownNumber } from '../permission.ts';
import { sendTo } from '../routing/overflow.ts';
import type { NumberDestination, QueueId, UserId } from '../settings.ts';
import type { Call, CallId } from '../state.ts';
import { type Turn, tell } from '../turn.ts';
import { endCall } from './call.ts';
import { meterOf, noteBegun, noteIfLimit, noteInternational, usageOf } from './meter.ts';
import { begin, refuse } from './outbound.ts';

/** A user's phone dialled a number outside: when they may, the trunks are tried one after the other. */
export function callOut(turn: Turn, call: Call, user: UserId, to: OutsideNumber): void {
  goOut(turn, call, to, { payers: payersOf(turn, user), otherwise: null, sentBy: null });
}

/**
 * A rule leads a call to a number outside. Who called does not matter: it goes out by the rights of the group or queue that
 * it waited in, or of the system where nothing is said of those, or where a route led straight here.
 */
export function sendOut(turn: Turn, call: Call, to: NumberDestination, from: QueueId | null): void {
  const target = { number: to.number, class: to.class ?? 'premium' };
  goOut(turn, call, target, { payers: [payerOf(turn, from)], otherwise: to.otherwise ?? null, sentBy: from });
}

/** Who pays for what a user dials: the user, and their group, where it has limits for all its members together. */
export function payersOf(turn: Turn, user: UserId): readonly PayerId[] {
  const { state, index } = turn.world;
  const mine = (index.agents.get(user)?.seats ?? []).map(({ queue }) => queue.id).sort(compareIds);
  const groups = mine.filter((id) => state.queues.get(id)?.kind === 'group').map((id) => `group:${id}`);
  return [user, ...groups.filter((payer) => state.payers.has(payer))];
}

function payerOf(turn: Turn, queue: QueueId | null): PayerId {
  const kind = turn.world.state.queues.get(queue ?? '')?.kind;
  const payer = `${kind}:${queue}`;
  return kind !== undefined && turn.world.state.payers.has(payer) ? payer : systemPayer;
}

/** What the payer may dial. */
export function rightsOf(turn: Turn, payer: PayerId): CallingRights {
  const { payers, users } = turn.world.state;
  return payers.get(payer)?.rights ?? users.get(payer)?.calling ?? internalOnly;
}

/**
 * A phone of the user's forwards the call to a number outside. That it may, on the user's account, was found before
 * (`barredFor`).
 */
export function forwardOut(turn: Turn, call: Call, user: UserId, to: OutsideNumber): void {
  payOut(turn, call, to, { payers: payersOf(turn, user), otherwise: null, sentBy: null });
}

type Account = Pick<Outbound, 'payers' | 'otherwise' | 'sentBy'>;

/** Whose right is missing, or whose limit is reached, and which. */
export type BarredFor = { readonly payer: PayerId; readonly why: Barred };

/**
 * Why these payers may not dial it now: the first one's rights count, of the others only the limits. `but` is a call that does
 * not count among theirs. Null when they may.
 */
export function barredFor(
  turn: Turn,
  payers: readonly PayerId[],
  to: OutsideNumber,
  but: CallId | null,
): BarredFor | null {
  const [first = systemPayer, ...others] = payers;
  const barred = mayDial(rightsOf(turn, first), to, usageOf(turn, first, but));
  if (barred !== null) return { payer: first, why: barred };
  for (const payer of others) {
    const limit = limitReached(rightsOf(turn, payer), usageOf(turn, payer, but));
    if (limit !== null) return { payer, why: limit };
  }
  return null;
}

function goOut(turn: Turn, call: Call, to: OutsideNumber, account: Account): void {
  const barred = barredFor(turn, account.payers, to, call.id);
  if (barred !== null) return bar(turn, call, to, account, barred);
  payOut(turn, call, to, account);
}

function payOut(turn: Turn, call: Call, to: OutsideNumber, account: Account): void {
  const [first = systemPayer] = account.payers;
  if (call.kind !== 'outbound') tell(turn, { type: 'call-sent-out', call: call.id, payer: first, ...to });
  for (const payer of account.payers) noteBegun(turn, payer);
  if (to.class === 'international') noteInternational(turn, call, first);
  begin(turn, call, { ...to, ...account, callerId: shownNumber(rightsOf(turn, first), meterOf(turn, first)) });
}

/** Who dialled hears why: the dialplan has a prompt for it, or the cause alone says it. Who was sent there goes on. */
function bar(turn: Turn, call: Call, to: OutsideNumber, account: Account, { payer, why }: BarredFor): void {
  const { otherwise, sentBy } = account;
  const user = call.kind === 'outbound' ? call.from : null;
  tell(turn, { type: 'call-barred', call: call.id, user, payer, class: to.class, why });
  noteIfLimit(turn, call, payer, why);
  if (otherwise !== null) return sendTo(turn, call, otherwise, 'barred', sentBy);
  if (call.kind === 'outbound') return refuse(turn, call, 'barred', saidFor[why]);
  endCall(turn, call, 'barred', 'system', 'unreachable');
}

/** Which extension of the context `cordboard-refused` says it. */
const saidFor: Readonly<Record<Barred, string>> = {
  'no-rights': 'barred',
  class: 'barred',
  prefix: 'barred',
  hours: 'hours',
  'calls-at-once': 'limit',
  'calls-per-minute': 'limit',
  'minutes-per-day': 'limit',
};
