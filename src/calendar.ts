/**
 * Tells the engine which day it is in the directory's time zone, and how far the clock on the wall there is ahead of engine time
 * (ms): zones never reach the core, and a clock that was set after the start (a machine that boots without one) moves engine time
 * nowhere. Both are told again when either changes.
 */
export function keepCalendar(
  timeZone: string,
  engineNow: () => number,
  post: (day: string, zoneMs: number) => void,
): { close(): void } {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  let last = '';
  let aheadMs = 0;
  const look = () => {
    const now = new Date();
    const day = format.format(now);
    const found = now.getTime() - engineNow();
    // No news of what only two ways of measuring the same differ by.
    if (Math.abs(found - aheadMs) >= noteworthyMs) aheadMs = found;
    const zoneMs = zoneOf(timeZone, now) + aheadMs;
    if (`${day} ${zoneMs}` !== last) post(day, zoneMs);
    last = `${day} ${zoneMs}`;
  };
  look();
  const timer = setInterval(look, checkMs);
  return { close: () => clearInterval(timer) };
}

/** How far the wall clock of a zone is ahead of UTC at a moment, in ms. */
export function zoneOf(timeZone: string, at: Date): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -ms : ms;
}

/** A clock that was set by less changes no hour that anybody could name. */
const noteworthyMs = 2_000;
/** Often enough that a day begins within a second, also after the machine slept or its clock was set. */
const checkMs = 1_000;
