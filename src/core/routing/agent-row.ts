import type { UserId } from '../settings.ts';
import type { Agent } from '../state.ts';
import { anyPhone } from '../station.ts';

/** What an agent's time goes to, for the ledger: one at a time, and none while signed out. */
export type Occupation =
  | 'idle'
  | 'ringing'
  | 'talking'
  | 'wrap-up'
  | 'backing-off'
  | 'elsewhere'
  | 'not-ready'
  | 'held'
  | 'unreachable';

/** One agent's day over all queues and direct calls. */
export type Ledger = {
  /** `YYYY-MM-DD`: the day that this is of. */
  day: string;
  /** Up to when the time below is accounted. */
  until: number;
  /** Milliseconds of today, signed in, by what they went to. */
  ms: Record<Occupation, number>;
  /** Offers made, and how those that count for something ended. */
  offers: number;
  answered: number;
  missed: number;
  declined: number;
  /** Talks that no queue gave them, whoever called, and their length in ms. */
  direct: number;
  directMs: number;
};

/** Everything that an agent's time can go to. */
export const occupations: readonly Occupation[] = [
  'idle',
  'ringing',
  'talking',
  'wrap-up',
  'backing-off',
  'elsewhere',
  'not-ready',
  'held',
  'unreachable',
];

/** A new agent: signed out, with nothing on the ledger. */
export function newAgent(id: UserId, now: number): Agent {
  return {
    id,
    version: 0,
    signedIn: false,
    signedInAt: null,
    session: null,
    station: anyPhone,
    barred: null,
    ready: { is: false, reason: null, since: now, limitAt: null, overdue: false },
    hold: null,
    work: { is: 'idle', since: now, until: null, call: null, extended: false },
    cutShort: null,
    reachable: { is: false, since: now },
    misses: [],
    sharedMisses: 0,
    failed: null,
    idleSince: now,
    awaySince: now,
    given: { day: '', count: 0 },
    turns: {},
    spared: [],
    ledger: emptyLedger('', now),
  };
}

/** A page of the ledger with nothing on it yet. */
export function emptyLedger(day: string, now: number): Ledger {
  const ms = Object.fromEntries(occupations.map((occupation) => [occupation, 0])) as Record<Occupation, number>;
  return { day, until: now, ms, offers: 0, answered: 0, missed: 0, declined: 0, direct: 0, directMs: 0 };
}
