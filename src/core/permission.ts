import type { CallingRights, Meter, NumberClass, OutsideNumber } from './outside.ts';

/** Why a number may not be dialled, and which limit it was. */
export type Barred =
  | 'no-rights'
  | 'class'
  | 'prefix'
  | 'hours'
  | 'calls-at-once'
  | 'calls-per-minute'
  | 'minutes-per-day';

/** What `mayDial` looks at besides the rights. Times in ms. */
export type Usage = {
  readonly meter: Meter | null;
  /** Calls of this payer that are out now. */
  readonly openCalls: number;
  /** How many of them talk, and how long those have talked until now. */
  readonly talking: number;
  readonly talkingMs: number;
  /** `YYYY-MM-DD` in the directory's zone. */
  readonly day: string;
  readonly now: number;
  /** What is added to `now` for local time. */
  readonly zoneMs: number;
};

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * The one check of who may dial what: for calls, forwards, transfers, callbacks and dial-number stations alike. Null: they
 * may. Emergency calls never come here: the dialplan sends them out by itself.
 */
export function mayDial(rights: CallingRights, to: OutsideNumber, usage: Usage): Barred | null {
  if (!rights.outbound) return 'no-rights';
  const byPrefix = prefixSays(rights, to.number);
  if (byPrefix === 'bar') return 'prefix';
  if (byPrefix === null && !rights.classes.includes(to.class))
    return rights.classes.length === 0 ? 'no-rights' : 'class';
  if (!isOpen(rights, usage.now + usage.zoneMs)) return 'hours';
  return limitReached(rights, usage);
}

/** The longest prefix that fits counts; a number that is both allowed and barred by as long a one is barred. */
function prefixSays(rights: CallingRights, number: string): 'allow' | 'bar' | null {
  const longest = (list: readonly string[]): number =>
    list.reduce((most, prefix) => (number.startsWith(prefix) ? Math.max(most, prefix.length) : most), 0);
  const allowed = longest(rights.allow);
  const barred = longest(rights.bar);
  if (allowed === 0 && barred === 0) return null;
  return allowed > barred ? 'allow' : 'bar';
}

/** Whether it is within the hours; `localMs` is ms since 1970 by the clock on the wall. 1970 began with a Thursday (4). */
function isOpen(rights: CallingRights, localMs: number): boolean {
  if (rights.hours.length === 0) return true;
  const dayNumber = Math.floor(localMs / dayMs);
  const weekday = (dayNumber + 4) % 7;
  const minute = Math.floor((localMs - dayNumber * dayMs) / minuteMs);
  return rights.hours.some(({ days, from, to }) => days.includes(weekday) && minute >= from && minute < to);
}

/** Which of the limits is reached; null: none. */
export function limitReached(rights: CallingRights, usage: Usage): Barred | null {
  const { meter, openCalls, now, day } = usage;
  if (rights.maxCalls !== null && openCalls >= rights.maxCalls) return 'calls-at-once';
  const begun = (meter?.begun ?? []).filter((at) => now - at < minuteMs).length;
  if (rights.callsPerMinute !== null && begun >= rights.callsPerMinute) return 'calls-per-minute';
  const talkedMs = (meter?.day === day ? meter.talkedMs : 0) + usage.talkingMs;
  if (rights.minutesPerDay !== null && talkedMs >= rights.minutesPerDay * minuteMs) return 'minutes-per-day';
  return null;
}

/** How long the payer's talks together may still go on today, in ms; null for as long as they like. */
export function talkLeftMs(rights: CallingRights, usage: Usage): number | null {
  if (rights.minutesPerDay === null) return null;
  const talkedMs = (usage.meter?.day === usage.day ? usage.meter.talkedMs : 0) + usage.talkingMs;
  return Math.max(0, rights.minutesPerDay * minuteMs - talkedMs);
}

/** The number that a call of theirs shows: the one they chose, if they still may, else the one of their rights. */
export function shownNumber(rights: CallingRights, meter: Meter | null): string | null {
  const chosen = meter?.callerId ?? null;
  return chosen !== null && rights.callerIds.includes(chosen) ? chosen : rights.callerId;
}

/** The classes, the cheapest first. */
export const numberClasses: readonly NumberClass[] = ['national', 'mobile', 'international', 'premium'];
