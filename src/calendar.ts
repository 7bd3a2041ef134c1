/**
 * Tells the engine which day it is in the directory's time zone, and how far the clock there is ahead of UTC (ms): zones
 * never reach the core. Both are told again when either changes.
 */
export function keepCalendar(timeZone: string, post: (day: string, zoneMs: number) => void): { close(): void } {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  let last = '';
  const look = () => {
    const now = new Date();
    const day = format.format(now);
    const zoneMs = zoneOf(timeZone, now);
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

/** Often enough that a day begins within a second, also after the machine slept or its clock was set. */
const checkMs = 1_000;
