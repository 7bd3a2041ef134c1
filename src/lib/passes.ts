import { type Backoff, createBackoff } from './backoff.ts';

/** Work that is done again and again, one pass at a time. */
export type Passes = {
  /** A pass in so many ms; one that is due already stands. Asked for during a pass: soon after it. */
  soon(delayMs: number): void;
  isClosed(): boolean;
  close(): void;
};

/**
 * Runs `pass` when asked to, never twice at once. What is asked for meanwhile makes one more after `coalesceMs`. A pass that rejects is
 * told to `failed` and tried again with back-off, from 1 s to a minute.
 */
export function createPasses(
  pass: () => Promise<void>,
  coalesceMs: number,
  failed: (why: string, delayMs: number, backoff: Backoff) => void,
): Passes {
  const backoff = createBackoff({ firstMs: 1_000, lastMs: 60_000 });
  let timer: NodeJS.Timeout | null = null;
  let running = false;
  let again = false;
  let closed = false;

  function soon(delayMs: number): void {
    if (closed || timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      void run();
    }, delayMs);
  }

  async function run(): Promise<void> {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await pass();
      backoff.reset();
    } catch (error) {
      const delayMs = backoff.next();
      failed(error instanceof Error ? error.message : String(error), delayMs, backoff);
      soon(delayMs);
    }
    running = false;
    if (again) soon(coalesceMs);
    again = false;
  }

  return {
    soon,
    isClosed: () => closed,
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
