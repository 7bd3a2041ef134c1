import { internalOnly, type Outbound, type OutsideNumber, type Trunk, type TrunkSettings } from '../outside.ts';
import { type Barred, mayDial, shownNumber, talkLeftMs } from '../permission.ts';
import { openRoom } from '../routing/offer.ts';
import type { UserId } from '../settings.ts';
import type { Call, Leg } from '../state.ts';
import { isFull, trunksInOrder } from '../trunks.ts';
import { changedCall, send, type Turn, tell } from '../turn.ts';
import { endCall } from './call.ts';
import type { Gone } from './gone.ts';
import { hear } from './hearing.ts';
import { newTrunkLeg } from './leg.ts';
import { meterOf, noteBegun, noteLimit, usageOf } from './meter.ts';
import { trunkVerdict } from './trunk-verdict.ts';

/** A user's phone dialled a number outside: when they may, the trunks are tried one after the other. */
export function callOut(turn: Turn, call: Call, user: UserId, to: OutsideNumber): void {
  const { state } = turn.world;
  const rights = state.users.get(user)?.calling ?? internalOnly;
  const usage = usageOf(turn, user, call.id);
  const barred = mayDial(rights, to, usage);
  if (barred !== null) return bar(turn, call, user, to, barred);
  noteBegun(turn, call, user, to);
  const callerId = shownNumber(rights, meterOf(turn, user));
  call.outbound = { ...to, callerId, left: trunksInOrder(turn), early: null, talkUntil: talkLeftMs(rights, usage) };
  tryNext(turn, call, call.outbound);
}

/** The caller hears why: the dialplan has a prompt for it, or the cause alone says it. */
function bar(turn: Turn, call: Call, user: UserId, to: OutsideNumber, why: Barred): void {
  tell(turn, { type: 'call-barred', call: call.id, user, class: to.class, why });
  if (why === 'calls-at-once' || why === 'calls-per-minute' || why === 'minutes-per-day')
    noteLimit(turn, call, user, why);
  refuse(turn, call, 'barred', saidFor[why]);
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

function refuse(turn: Turn, call: Call, ending: 'barred' | 'no-trunk', exten: string): void {
  hear(turn, call, 'silence');
  send(turn, {
    do: 'release',
    leg: call.caller,
    to: { to: 'dialplan', context: 'cordboard-refused', exten, priority: 1 },
  });
  endCall(turn, call, ending, 'system', null);
}

/** The next trunk that is there and has room. */
function tryNext(turn: Turn, call: Call, outbound: Outbound): void {
  for (;;) {
    const id = outbound.left.shift();
    if (id === undefined) return refuse(turn, call, 'no-trunk', 'notrunk');
    const trunk = turn.world.state.trunks.get(id);
    if (!trunk) continue;
    if (isFull(turn, trunk)) {
      tell(turn, { type: 'trunk-full', call: call.id, trunk: id });
      continue;
    }
    return tryTrunk(turn, call, outbound, trunk);
  }
}

function tryTrunk(turn: Turn, call: Call, outbound: Outbound, { id, settings }: Trunk): void {
  outbound.early = null;
  call.ringUntil = turn.now + settings.unreachableAfterMs + settings.ringMs;
  changedCall(turn, call);
  const leg = newTrunkLeg(turn, call, id, {
    number: numberFor(settings, outbound.number),
    callerId: outbound.callerId ?? settings.callerId,
    headers: settings.headers,
  });
  openRoom(turn, call);
  tell(turn, { type: 'trunk-tried', call: call.id, trunk: id, leg: leg.id });
}

/** E.164 as this carrier writes it; short codes stay as they are. */
export function numberFor(
  trunk: Pick<TrunkSettings, 'format' | 'callingCode' | 'nationalPrefix'>,
  number: string,
): string {
  if (!number.startsWith('+')) return number;
  const digits = number.slice(1);
  switch (trunk.format) {
    case 'e164':
      return number;
    case 'digits':
      return digits;
    case 'national': {
      const code = trunk.callingCode ?? '';
      const isHome = code !== '' && digits.startsWith(code);
      return isHome ? `${trunk.nationalPrefix}${digits.slice(code.length)}` : `00${digits}`;
    }
  }
}

/** The far phone rings, or the network speaks: what it says, the caller hears, before anybody pays. */
export function trunkRang(turn: Turn, call: Call, leg: Leg, evidence: 'ringing' | 'progress'): void {
  const { outbound } = call;
  if (outbound === null || call.phase !== 'waiting' || leg.ending !== null || outbound.early === leg.id) return;
  if (evidence === 'ringing') return hear(turn, call, 'ringing');
  outbound.early = leg.id;
  changedCall(turn, call);
  hear(turn, call, 'silence');
  if (!call.answered) send(turn, { do: 'progress', leg: call.caller });
  send(turn, { do: 'join', call: call.id, legs: [call.caller, leg.id] });
}

/** The number was not reached over this trunk: the cause says whether it was the trunk's fault or the number's. */
export function trunkLegGone(turn: Turn, call: Call, leg: Leg, gone: Gone): void {
  const { outbound } = call;
  if (outbound === null || call.phase !== 'waiting' || leg.trunk === null) return;
  if (gone.outcome === 'lost' || gone.outcome === 'lost-pbx')
    return endCall(turn, call, gone.outcome, 'system', 'congestion');
  const { cause, sip } = gone;
  const verdict = trunkVerdict({
    cause,
    sip,
    rang: leg.rangAt !== null,
    byUs: leg.ending !== null,
    refused: gone.outcome !== null,
  });
  const next = verdict === 'next';
  tell(turn, { type: 'trunk-failed', call: call.id, trunk: leg.trunk, leg: leg.id, cause, sip, next });
  if (next) return tryNext(turn, call, outbound);
  endCall(turn, call, verdict.ending, 'system', verdict.cause);
}

/** They talk: from here on its minutes count, and what was left of the day becomes a time. */
export function minutesBegin(turn: Turn, outbound: Outbound): void {
  if (outbound.talkUntil !== null) outbound.talkUntil += turn.now;
}

/** The minutes of the day are used up in the middle of a talk. */
export function minutesUsedUp(turn: Turn, call: Call): void {
  if (call.outbound) call.outbound.talkUntil = null;
  changedCall(turn, call);
  if (call.from !== null) noteLimit(turn, call, call.from, 'minutes-per-day');
  endCall(turn, call, 'completed', 'system', 'normal');
}
