import { performance } from 'node:perf_hooks';

/**
 * Engine time in whole ms: begins at the wall clock, or at `lastAt` when that is later, and then only follows the
 * monotonic clock. A step of the machine's clock moves nothing that is under way.
 */
export function engineClock(lastAt: number): () => number {
  const base = Math.max(Date.now(), lastAt) - performance.now();
  return () => Math.floor(base + performance.now());
}
