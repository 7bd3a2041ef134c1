import type { FarmEvent, Journal } from './farm/protocol.ts';

/**
 * In → out: for each caller, the ms from its INVITE sent to the first INVITE for it that a phone received.
 * Callers that no phone was ever rung for are missing from it: `callsOf` tells how many there were.
 */
export function inToOutMs(journal: Journal): number[] {
  const sentAt = new Map<string, number>();
  const samples: number[] = [];
  for (const event of inOrder(journal)) {
    if (event.what === 'caller-invited') sentAt.set(event.caller, event.atMs);
    if (event.what !== 'phone-invited') continue;
    const from = sentAt.get(event.caller);
    if (from === undefined) continue;
    samples.push(event.atMs - from);
    sentAt.delete(event.caller);
  }
  return samples;
}

/** Idle: the ms from each BYE that a phone sent to the next INVITE that the same phone received; the last ones have none. */
export function idleMs(journal: Journal): number[] {
  const freeSince = new Map<string, number>();
  const samples: number[] = [];
  for (const event of inOrder(journal)) {
    if (event.what === 'phone-hung-up') freeSince.set(event.phone, event.atMs);
    if (event.what !== 'phone-invited') continue;
    const since = freeSince.get(event.phone);
    if (since !== undefined) samples.push(event.atMs - since);
    freeSince.delete(event.phone);
  }
  return samples;
}

/** How many callers there were, and how many of them talked to a phone. */
export function callsOf(journal: Journal): { readonly sent: number; readonly answered: number } {
  const answered = new Set<string>();
  let sent = 0;
  for (const event of journal.events) {
    if (event.what === 'caller-invited') sent += 1;
    if (event.what === 'phone-answered') answered.add(event.caller);
  }
  return { sent, answered: answered.size };
}

/** The two sockets are read one after the other: the order of the journal is not quite that of time. */
function inOrder(journal: Journal): FarmEvent[] {
  return [...journal.events].sort((a, b) => a.atMs - b.atMs);
}
