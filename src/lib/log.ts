import pino from 'pino';
import pretty from 'pino-pretty';

/** The daemon's log: pino's own type, so that adapters can take any pino child. */
export type Log = pino.Logger;

/** Fields that hold what callers and users would not want in a log; they are written as `[redacted]`. */
export const REDACTED = ['secret', 'password', 'ha1', 'callerNumber', 'callerName', 'digits'] as const;

/**
 * Makes a log on standard output: JSON lines, or readable ones on a terminal. It writes synchronously, so that the last
 * lines before a crash are there, and so that both threads can share the one stream line by line.
 */
export function createLog(options: { level: string; name: string; terminal?: boolean; to?: number }): Log {
  const terminal = options.terminal ?? process.stdout.isTTY === true;
  const settings: pino.LoggerOptions = {
    level: options.level,
    name: options.name,
    redact: { paths: REDACTED.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  const destination = openStream(options.to ?? 1);
  if (!terminal) return pino(settings, destination);
  return pino(settings, pretty({ destination, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' }));
}

/** So many bytes that could not be written wait; what comes above that is lost. */
const keptBytes = 4 << 20;

/**
 * A log that cannot be written (a full disk, a pipe that takes no more) must not end us, nor hold us up with trying again: what is
 * left is written with the next line. Without a listener of its own the stream throws, out of whoever logs; and its `flushSync`, which
 * a fatal line and the end of the process call, tries for ever. There is nothing to flush: each line is written at once.
 */
function openStream(to: number): ReturnType<typeof pino.destination> {
  // Node makes standard output one that never blocks when it is first asked for: else a reader that stopped would stop the engine.
  if (to === 1) void process.stdout;
  const options = { dest: to, sync: true, maxLength: keptBytes, retryEAGAIN: () => false };
  const stream = pino.destination(options).on('error', () => undefined);
  return Object.assign(stream, { flushSync: () => undefined });
}

/** A log that writes nothing, for tests and for the command line. */
export function silentLog(): Log {
  return pino({ level: 'silent' });
}
