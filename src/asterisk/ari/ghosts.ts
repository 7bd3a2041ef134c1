/**
 * Connections that we gave up before Asterisk had opened them. An Asterisk that stood still finds their requests in its socket
 * later, in any order, and takes each for a new connection: it then tells the one that works `ApplicationReplaced`. Each of
 * them is forgiven one such message; any other comes from another daemon.
 */
export type Ghosts = {
  add(): void;
  /** Asterisk is there: all of them will have been told of by then (ms of the caller's clock), and are forgotten. */
  areToldBy(atMs: number): void;
  /** Whether the message can be the doing of one of them, which is then done with. */
  take(nowMs: number): boolean;
};

export function createGhosts(): Ghosts {
  let count = 0;
  let untilMs = Number.POSITIVE_INFINITY;
  return {
    add() {
      count += 1;
      untilMs = Number.POSITIVE_INFINITY;
    },
    areToldBy(atMs) {
      untilMs = atMs;
    },
    take(nowMs) {
      if (nowMs > untilMs) count = 0;
      if (count === 0) return false;
      count -= 1;
      return true;
    },
  };
}
