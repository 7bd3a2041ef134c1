import type { LiveStore } from './store.ts';

/** So many steps of the journal go at once: a few milliseconds. */
const atOnce = 500;

/** How often a little of what is too old goes, and how often while there is more of it. */
const everyMs = 1_000;
const hurryMs = 100;

/**
 * Calls `prune` every second until closed, and sooner while it says that there is more. A failure (a full disk, a lock that
 * somebody else holds) is handed to `onFailed` and tried again: to forget the past is never worth the end of the process.
 */
export function keepPruned(prune: () => boolean, onFailed: (error: unknown) => void): { close(): void } {
  let timer = setTimeout(run, everyMs);
  function run(): void {
    let isMore = false;
    try {
      isMore = prune();
    } catch (error) {
      onFailed(error);
    }
    timer = setTimeout(run, isMore ? hurryMs : everyMs);
  }
  return { close: () => clearTimeout(timer) };
}

/** Removes a portion of what `journal.keep-days` and `journal.keep-megabytes` no longer keep; true when there is more. */
export function pruneOld(
  store: Pick<LiveStore, 'prune'>,
  limits: { readonly keepDays: number; readonly keepMegabytes: number },
  now: number,
): boolean {
  const keep = { since: now - limits.keepDays * 86_400_000, mostBytes: limits.keepMegabytes * 1_000_000 };
  return store.prune(keep, atOnce) === atOnce;
}
