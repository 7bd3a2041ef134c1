const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Reads a duration such as `500ms`, `15s`, `2m`, `1h` or `1m30s` into milliseconds; null when it is not one. */
export function parseDuration(text: string): number | null {
  if (!/^(\d{1,9}(ms|s|m|h))+$/.test(text)) {
    return null;
  }
  let total = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)(ms|s|m|h)/g)) {
    total += Number(digits) * (UNITS[unit ?? ''] ?? 0);
  }
  return total;
}

/** Writes milliseconds the way `parseDuration` reads them: `90000` is `1m30s`. */
export function formatDuration(totalMs: number): string {
  let rest = Math.round(totalMs);
  let text = '';
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const size = UNITS[unit] ?? 1;
    const count = Math.floor(rest / size);
    if (count > 0) {
      text += `${count}${unit}`;
    }
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}
