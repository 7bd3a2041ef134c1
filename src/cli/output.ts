import Table from 'cli-table3';
import pc from 'picocolors';

/** Where a command's answer goes. */
export type Output = {
  readonly json: boolean;
  /** Prints `value` as JSON, or what `human` makes of it. */
  result<T>(value: T, human: (value: T) => string): void;
  /** One line of a stream: NDJSON, or what `human` makes of it. */
  line<T>(value: T, human: (value: T) => string): void;
};

/** `write` is standard output, or a test's. */
export function createOutput(json: boolean, write: (text: string) => void): Output {
  return {
    json,
    result: (value, human) => write(json ? `${JSON.stringify(value, null, 2)}\n` : `${human(value)}\n`),
    line: (value, human) => write(json ? `${JSON.stringify(value)}\n` : `${human(value)}\n`),
  };
}

/** A table without lines: it can be read, and cut with awk. `empty` is said where there are no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], empty: string): string {
  if (rows.length === 0) {
    return empty;
  }
  const made = new Table({
    head: head.map((title) => pc.bold(title)),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '',
    },
  });
  made.push(...rows.map((row) => [...row]));
  return made.toString().replace(/ +$/gm, '');
}

/** Names and values, one a line, the values in a column of their own. */
export function fields(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 2;
  return pairs.map(([name, value]) => `${pc.dim(name.padEnd(width))}${value}`).join('\n');
}

/** `-` where there is nothing. */
export function orDash(value: string | number | null | undefined): string {
  return value === null || value === undefined || value === '' ? '-' : String(value);
}
