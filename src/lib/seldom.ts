/** Says true at the first call and then at most once in `everyMs`: for a log line about something that lasts. */
export function seldom(everyMs: number, now: () => number): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() - last < everyMs) return false;
    last = now();
    return true;
  };
}
