/** Probes until `probe` gives something truthy, and returns it; rejects with `what` after `deadlineMs`. */
export async function waitUntil<T>(
  probe: () => T | Promise<T>,
  what: string,
  deadlineMs = 15_000,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const found = await probe();
    if (found) return found as Exclude<T, false | null | undefined | 0 | ''>;
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
