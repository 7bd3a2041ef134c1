/** How often a little of what is too old goes. */
const everyMs = 1_000;

/**
 * Calls `prune` every second until closed. A failure (a full disk, a lock that somebody else holds) is handed to `onFailed`
 * and tried again: to forget the past is never worth the end of the process.
 */
export function keepPruned(prune: () => void, onFailed: (error: unknown) => void): { close(): void } {
  const timer = setInterval(() => {
    try {
      prune();
    } catch (error) {
      onFailed(error);
    }
  }, everyMs);
  return { close: () => clearInterval(timer) };
}
