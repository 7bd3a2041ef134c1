/** Delays between attempts: they double from the first to the last, and each is drawn from its upper half. */
export type Backoff = {
  /** The next delay in ms; each call counts as one more failed attempt. */
  next(): number;
  /** Attempts since the last reset. */
  attempts(): number;
  /** Whether the attempt just counted is worth a line in the log: 1, 2, 4 … 32, and then every 32nd. */
  worthSaying(): boolean;
  reset(): void;
};

/**
 * Makes a back-off for something that is tried for ever. The jitter keeps many clients of one server that restarted
 * from coming back in the same instant. `random` gives a number in [0, 1).
 */
export function createBackoff(options: { firstMs: number; lastMs: number; random?: () => number }): Backoff {
  const random = options.random ?? Math.random;
  let count = 0;
  return {
    next() {
      // The exponent is bounded so that the power stays a finite number for ever.
      const fullMs = Math.min(options.lastMs, options.firstMs * 2 ** Math.min(count, 30));
      count += 1;
      return Math.round(fullMs / 2 + (fullMs / 2) * random());
    },
    attempts: () => count,
    worthSaying: () => (count < 32 ? (count & (count - 1)) === 0 : count % 32 === 0),
    reset() {
      count = 0;
    },
  };
}
