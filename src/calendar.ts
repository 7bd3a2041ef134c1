/** Tells the engine which day it is in the directory's time zone: zones never reach the core. */
export function keepCalendar(timeZone: string, post: (day: string) => void): { close(): void } {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  let last = '';
  const look = () => {
    const day = format.format(new Date());
    if (day !== last) post(day);
    last = day;
  };
  look();
  const timer = setInterval(look, checkMs);
  return { close: () => clearInterval(timer) };
}

/** Often enough that a day begins within a second, also after the machine slept or its clock was set. */
const checkMs = 1_000;
