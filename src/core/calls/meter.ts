import { raiseAlarm } from '../alarms.ts';
import type { Fact } from '../facts.ts';
import type { Meter, OutsideNumber } from '../outside.ts';
import type { Usage } from '../permission.ts';
import type { UserId } from '../settings.ts';
import type { Call } from '../state.ts';
import { changedMeter, type Turn, tell } from '../turn.ts';

/** An alarm about what somebody dialled stands for so long after it was last dialled. */
export const alarmMs = 3_600_000;
/** Calls that began this long ago no longer count for the limit a minute. */
const minuteMs = 60_000;

type Limit = Extract<Fact, { type: 'limit-reached' }>['limit'];

/** What the user has used, and the calls out that they have now, but for `but`. */
export function usageOf(turn: Turn, user: UserId, but: string | null): Usage {
  const { state, index } = turn.world;
  const ids = new Set([...(index.elsewhere.get(user) ?? [])].map((leg) => state.legs.get(leg)?.call ?? ''));
  const out = [...ids].flatMap((id) => {
    const call = state.calls.get(id);
    return call && call.id !== but && call.outbound !== null && call.phase !== 'ended' ? [call] : [];
  });
  const talkingMs = out.reduce((sum, call) => sum + (call.connectedAt === null ? 0 : turn.now - call.connectedAt), 0);
  const { day, zoneMs } = state.meta;
  return { meter: meterOf(turn, user), openCalls: out.length, talkingMs, day, now: turn.now, zoneMs };
}

export function meterOf(turn: Turn, user: UserId): Meter | null {
  return turn.world.state.meters.get(user) ?? null;
}

/** A call out begins: it counts for the minute, and the first one abroad is worth a fact. */
export function noteBegun(turn: Turn, call: Call, user: UserId, to: OutsideNumber): void {
  const meter = madeMeter(turn, user);
  meter.begun = [...meter.begun.filter((at) => turn.now - at < minuteMs), turn.now];
  if (to.class === 'international' && !meter.international) {
    meter.international = true;
    tell(turn, { type: 'first-international', call: call.id, user });
    raiseAlarm(turn, 'first-international', user, turn.now + alarmMs);
  }
  changedMeter(turn, meter);
}

/** A talk outside is over: its time counts for the day on which it ends. */
export function noteTalked(turn: Turn, user: UserId, talkedMs: number): void {
  if (talkedMs <= 0) return;
  const meter = madeMeter(turn, user);
  const { day } = turn.world.state.meta;
  meter.talkedMs = (meter.day === day ? meter.talkedMs : 0) + talkedMs;
  meter.day = day;
  changedMeter(turn, meter);
}

/** A limit of theirs was reached. */
export function noteLimit(turn: Turn, call: Call, user: UserId, limit: Limit): void {
  tell(turn, { type: 'limit-reached', call: call.id, user, limit });
  raiseAlarm(turn, 'limit-reached', user, turn.now + alarmMs);
}

/** The user's meter, made when it is first needed. */
export function madeMeter(turn: Turn, user: UserId): Meter {
  const known = meterOf(turn, user);
  if (known !== null) return known;
  const meter: Meter = {
    id: user,
    day: turn.world.state.meta.day,
    talkedMs: 0,
    begun: [],
    international: false,
    callerId: null,
  };
  turn.world.state.meters.set(user, meter);
  changedMeter(turn, meter);
  return meter;
}
