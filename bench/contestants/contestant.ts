import type { Account } from '../farm/protocol.ts';

export type ContestantName = (typeof contestantNames)[number];
/**
 * Who is measured, in the order of the table. `app_queue` is Asterisk as Debian ships it; `app_queue-lean` has the few
 * modules of Cordboard's own configuration, which nobody ships it with, and `ari-floor` is the least that a program
 * can do over ARI: both for information.
 */
export const contestantNames = ['app_queue', 'app_queue-lean', 'ari-floor', 'cordboard'] as const;

/** Those that are Asterisk's own queue. */
export type QueueName = 'app_queue' | 'app_queue-lean';

/** One of them, ready to take calls on a running Asterisk. */
export type Contestant = {
  readonly name: ContestantName;
  /** What a caller dials to reach it. */
  readonly extension: string;
  /** Processes beside Asterisk whose CPU time counts as its own. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
};

/** The farm's phones: four digits from 2000 on, each with a password of its own. */
export function phoneAccounts(count: number): Account[] {
  return Array.from({ length: count }, (_, nth) => ({ user: String(2000 + nth), password: `bench-secret-${nth}` }));
}

/** Looks again and again until nothing is missing (null), at most `withinMs`; then it throws with what is. */
export async function becomesReady(what: string, withinMs: number, look: () => Promise<string | null>): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const missing = await look();
    if (missing === null) return;
    if (performance.now() > deadline) throw new Error(`${what} was not ready after ${withinMs / 1000} s: ${missing}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
