import type { AriResponse } from './port.ts';

/** What a request is told when no answer came. */
export const noAnswer: AriResponse = { status: 0, body: null };

/** The requests of one connection that wait for their answers. */
export type Requests = {
  /** Notes a request and gives its number; null when too many are in flight. */
  add(done: (response: AriResponse) => void): number | null;
  /** Passes an answer on; false when nobody waits for that number. */
  answer(id: number, response: AriResponse): boolean;
  /** Tells everyone who waits that no answer will come, in the order of asking. */
  fail(): void;
};

type Pending = { readonly done: (response: AriResponse) => void; readonly deadline: number };

/**
 * Makes the table. All requests have the same time limit, so the oldest is always the next to expire and one timer
 * serves them all. `requestMs` is that limit, `maxInFlight` the bound.
 */
export function createRequests(options: { requestMs: number; maxInFlight: number }): Requests {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let timer: NodeJS.Timeout | null = null;
  let sweeping: NodeJS.Immediate | null = null;

  function arm(): void {
    if (timer !== null || sweeping !== null) return;
    for (const first of pending.values()) {
      timer = setTimeout(due, Math.max(1, first.deadline - performance.now()));
      return;
    }
  }

  // After a stall Node fires a due timer before it reads the answers that lie in the socket. The sweep is put behind
  // the next poll, so that an answer that came in time counts.
  function due(): void {
    timer = null;
    sweeping = setImmediate(sweep);
  }

  function sweep(): void {
    sweeping = null;
    const now = performance.now();
    const late: Pending[] = [];
    for (const [id, request] of pending) {
      if (request.deadline > now) break;
      pending.delete(id);
      late.push(request);
    }
    arm();
    for (const request of late) request.done(noAnswer);
  }

  return {
    add(done) {
      if (pending.size >= options.maxInFlight) return null;
      lastId += 1;
      pending.set(lastId, { done, deadline: performance.now() + options.requestMs });
      arm();
      return lastId;
    },
    answer(id, response) {
      const request = pending.get(id);
      if (request === undefined) return false;
      pending.delete(id);
      request.done(response);
      return true;
    },
    fail() {
      if (timer !== null) clearTimeout(timer);
      if (sweeping !== null) clearImmediate(sweeping);
      timer = null;
      sweeping = null;
      const all = [...pending.values()];
      pending.clear();
      for (const request of all) request.done(noAnswer);
    },
  };
}
