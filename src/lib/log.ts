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
export function createLog(options: { level: string; name: string; terminal?: boolean }): Log {
  const terminal = options.terminal ?? process.stdout.isTTY === true;
  const settings: pino.LoggerOptions = {
    level: options.level,
    name: options.name,
    redact: { paths: REDACTED.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  if (terminal) {
    return pino(
      settings,
      pretty({ sync: true, destination: 1, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' }),
    );
  }
  return pino(settings, pino.destination({ dest: 1, sync: true }));
}

/** A log that writes nothing, for tests and for the command line. */
export function silentLog(): Log {
  return pino({ level: 'silent' });
}
