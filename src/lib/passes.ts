import { type Backoff, createBackoff } from './backoff.ts';
import { whyOf } from './why.ts';

/** Work that is done again and again, one pass at a time. */
export type Passes = {
  /** A pass in so many ms; one that is due already stands. Asked for during a pass: soon after it. */
  soon(delayMs: number): void;
  /** As `soon`, but no back-off is waited for: what made the passes fail may be over. */
  anew(delayMs: number): void;
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
  let dueAt = 0;
  let running = false;
  let again = false;
  let afresh = false;
  let closed = false;

  function soon(delayMs: number): void {
    if (closed || timer !== null) return;
    dueAt = performance.now() + delayMs;
    timer = setTimeout(() => {
      timer = null;
      void run();
    }, delayMs);
  }

  function anew(delayMs: number): void {
    backoff.reset();
    afresh = running;
    // What is due sooner stands: wishes that follow each other put nothing off.
    if (timer !== null && dueAt > performance.now() + delayMs) {
      clearTimeout(timer);
      timer = null;
    }
    soon(delayMs);
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
      failed(whyOf(error), delayMs, backoff);
      soon(delayMs);
    }
    running = false;
    if (afresh) anew(coalesceMs);
    else if (again) soon(coalesceMs);
    again = false;
  }

  return {
    soon,
    anew,
    isClosed: () => closed,
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
