import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from './core/events.ts';
import type { Log } from './lib/log.ts';

/** How the process ends when `step` trips over a bug: it is to be restarted (sysexits EX_SOFTWARE). */
const exitBug = 70;
/** How it ends when this Asterisk cannot be worked with: it is not to be restarted (sysexits EX_UNAVAILABLE). */
export const exitUnfit = 69;
/** How it ends when another daemon took over: it is not to be restarted (sysexits EX_TEMPFAIL). */
export const exitReplaced = 75;

/** The event that did it is kept in a file, so that it can be replayed; the process ends, to be restarted. */
export function endAfterBug(log: Log, home: string, error: unknown, event: Event): void {
  const file = join(home, `bug-${Date.now()}.json`);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    writeFileSync(file, JSON.stringify({ error: text, event }, null, 2), { mode: 0o600 });
  } catch (failure) {
    log.error({ error: failure }, 'the event that did it could not be kept');
  }
  log.fatal({ error: text, event: event.type, file }, 'a bug in the core: ending, to be restarted');
  process.exit(exitBug);
}
