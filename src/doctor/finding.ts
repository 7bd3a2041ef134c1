import { whyOf } from '../lib/why.ts';
/** How bad it is. `warning` also where something could not be looked at: nobody knows then. */
export type Level = 'ok' | 'warning' | 'error';

/** One thing that was looked at, in words for people; `check` is for programs and never changes. */
export type Finding = {
  readonly check: CheckName;
  readonly level: Level;
  readonly found: string;
  readonly expected: string;
  /** What to do about it; null when all is well. */
  readonly todo: string | null;
};

/** What is looked at, in the order in which it is told. */
export const CHECKS = [
  'daemon',
  'asterisk',
  'version',
  'modules',
  'sorcery',
  'dialplan',
  'ports',
  'certificate',
  'ari-exposure',
  'session-limit',
  'write-timeout',
  'pickup-code',
  'message-lamps',
  'clock',
  'codecs',
  'sounds',
  'phones',
  'registrations',
  'trunks',
  'emergency',
  'fallback',
  'databases',
  'disk',
  'secrets',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** What was seen, or why it could not be. */
export type Seen<T> = { readonly seen: T } | { readonly unseen: string };

/** All is well. */
export function well(check: CheckName, found: string, expected: string): Finding {
  return { check, level: 'ok', found, expected, todo: null };
}

/** It works, but not as well as it should, or not for long. */
export function warning(check: CheckName, found: string, expected: string, todo: string): Finding {
  return { check, level: 'warning', found, expected, todo };
}

/** Calls suffer from it, or soon will. */
export function wrong(check: CheckName, found: string, expected: string, todo: string): Finding {
  return { check, level: 'error', found, expected, todo };
}

/** It could not be looked at. */
export function unchecked(check: CheckName, why: string, expected: string): Finding {
  return { check, level: 'warning', found: `not checked: ${why}`, expected, todo: 'put that right and look again' };
}

/** Runs `look`; what it throws is why it was not seen. */
export async function seeing<T>(look: () => T | Promise<T>): Promise<Seen<T>> {
  try {
    return { seen: await look() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { unseen: whyOf(cause) };
  }
}
