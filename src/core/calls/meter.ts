import { raiseAlarm } from '../alarms.ts';
import type { Fact } from '../facts.ts';
import type { ForwardRefusal } from '../forwards.ts';
import type { Meter, PayerId } from '../outside.ts';
import type { Usage } from '../permission.ts';
import { isOpen } from '../routing/offer.ts';
import type { UserId } from '../settings.ts';
import type { Call, CallId } from '../state.ts';
import type { StationBar } from '../station.ts';
import { changedMeter, type Turn, tell } from '../turn.ts';

/** An alarm about what somebody dialled stands for so long after it was last dialled. */
export const alarmMs = 3_600_000;
/** Calls that began this long ago no longer count for the limit a minute. */
const minuteMs = 60_000;

type Limit = Extract<Fact, { type: 'limit-reached' }>['limit'];

/** What the payer has used, and the calls out that it has now, but for `but`. */
export function usageOf(turn: Turn, payer: PayerId, but: CallId | null): Usage {
  const { state, index } = turn.world;
  let openCalls = 0;
  let talking = 0;
  let talkingMs = 0;
  for (const id of index.callsOut) {
    const call = state.calls.get(id);
    if (id === but || call?.outbound?.payers.includes(payer) !== true) continue;
    openCalls += 1;
    if (call.connectedAt === null) continue;
    talking += 1;
    talkingMs += turn.now - call.connectedAt;
  }
  // Where an agent takes calls at a number outside, the leg to it is a call out of theirs.
  for (const id of index.paidLegs) {
    const leg = state.legs.get(id);
    const call = state.calls.get(leg?.call ?? '');
    if (call === undefined || call.id === but || leg?.payers?.includes(payer) !== true) continue;
    // A leg that is being hung up costs nothing more, but where its offer may go on over another trunk: the agent may be rung again at once.
    const offer = leg.ending === null ? undefined : state.offers.get(leg.offer ?? '');
    if (leg.ending !== null && (offer === undefined || !isOpen(offer))) continue;
    openCalls += 1;
    if (call.partner?.leg !== id || call.phase !== 'talking') continue;
    talking += 1;
    talkingMs += turn.now - (call.connectedAt ?? turn.now);
  }
  const { day, zoneMs } = state.meta;
  return { meter: meterOf(turn, payer), openCalls, talking, talkingMs, day, now: turn.now, zoneMs };
}

export function meterOf(turn: Turn, payer: PayerId): Meter | null {
  return turn.world.state.meters.get(payer) ?? null;
}

/** A call out begins: it counts for the minute. */
export function noteBegun(turn: Turn, payer: PayerId): void {
  const meter = madeMeter(turn, payer);
  meter.begun = [...meter.begun.filter((at) => turn.now - at < minuteMs), turn.now];
  changedMeter(turn, meter);
}

/** The payer calls another country: the first time is worth a fact. */
export function noteInternational(turn: Turn, call: Call, payer: PayerId): void {
  const meter = madeMeter(turn, payer);
  if (meter.international) return;
  meter.international = true;
  changedMeter(turn, meter);
  tell(turn, { type: 'first-international', call: call.id, user: userOf(turn, payer), payer });
  raiseAlarm(turn, 'first-international', payer, turn.now + alarmMs);
}

/** A talk outside is over: its time counts for the day on which it ends. */
export function noteTalked(turn: Turn, payer: PayerId, talkedMs: number): void {
  if (talkedMs <= 0) return;
  const meter = madeMeter(turn, payer);
  const { day } = turn.world.state.meta;
  meter.talkedMs = (meter.day === day ? meter.talkedMs : 0) + talkedMs;
  meter.day = day;
  changedMeter(turn, meter);
}

/** Something was barred: where a limit was why, that is worth a fact of its own. */
export function noteIfLimit(turn: Turn, call: Call, payer: PayerId, why: ForwardRefusal | StationBar): void {
  if (why === 'calls-at-once' || why === 'calls-per-minute' || why === 'minutes-per-day')
    noteLimit(turn, call, payer, why);
}

/** A limit of the payer's was reached. */
export function noteLimit(turn: Turn, call: Call, payer: PayerId, limit: Limit): void {
  tell(turn, { type: 'limit-reached', call: call.id, user: userOf(turn, payer), payer, limit });
  raiseAlarm(turn, 'limit-reached', payer, turn.now + alarmMs);
}

function userOf(turn: Turn, payer: PayerId): UserId | null {
  return turn.world.state.users.has(payer) ? payer : null;
}

/** The payer's meter, made when it is first needed. */
export function madeMeter(turn: Turn, payer: PayerId): Meter {
  const known = meterOf(turn, payer);
  if (known !== null) return known;
  const meter: Meter = {
    id: payer,
    day: turn.world.state.meta.day,
    talkedMs: 0,
    begun: [],
    international: false,
    callerId: null,
  };
  turn.world.state.meters.set(payer, meter);
  changedMeter(turn, meter);
  return meter;
}
