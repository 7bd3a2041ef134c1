/** What was thrown, as the reason that people read. */
export function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
