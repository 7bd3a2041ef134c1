import pc from 'picocolors';
import { layOut, roomOf, wrapped } from './layout.ts';

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
    result: (value, human) => write(json ? `${JSON.stringify(value, null, 2)}\n` : `${printable(human(value))}\n`),
    line: (value, human) => write(json ? `${JSON.stringify(value)}\n` : `${printable(oneLine(human(value)))}\n`),
  };
}

/** The colours that picocolors makes for us: all that may come through of what a terminal would obey. */
const colours = `${String.fromCharCode(0x1b)}\\[(?:1|2|22|3[0-7]|39|90)m`;
const obeyed = new RegExp(`${colours}|[\\p{Cc}\u202a-\u202e\u2066-\u2069]`, 'gu');

/**
 * What a caller, a carrier or a phone has called itself must not steer the terminal of who looks: its control characters are shown as
 * pictures (U+2400), and what would turn the direction of writing as a question mark.
 */
export function printable(text: string): string {
  return text.replace(obeyed, (found) => (found === '\n' || found.length > 1 ? found : pictureOf(found)));
}

/** A name with a line break in it must not look like two rows. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\t]/g, pictureOf);
}

function pictureOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd';
}

type TableOptions = {
  /** Titles of the columns that a narrow terminal can do without, the least important first. */
  readonly spare?: readonly string[];
  /** Numbers: all columns but the first stand at the right. */
  readonly isRight?: boolean;
  /** How wide a line may be: as the terminal is, and without a bound where there is none. */
  readonly room?: number;
};

/** A table without lines: it can be read, and cut with awk. `empty` is said where there are no rows. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  empty: string,
  { spare = [], isRight = false, room = roomOf(process.stdout) }: TableOptions = {},
): string {
  if (rows.length === 0) return empty;
  const cells = rows.map((row) => row.map((cell) => printable(oneLine(cell))));
  const { lines, leftOut } = layOut({ head, rows: cells, isRight, spare, paint: pc.bold }, room);
  const note = leftOut.length === 0 ? [] : [pc.dim(`(no room for ${leftOut.join(', ')}: --json has all)`)];
  return [...lines, ...note].join('\n');
}

/** Names and values, one a line, the values in a column of their own. */
export function fields(pairs: readonly (readonly [string, string])[], room: number = roomOf(process.stdout)): string {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 2;
  return pairs.map(([name, value]) => `${pc.dim(name.padEnd(width))}${wrapped(value, width, room)}`).join('\n');
}

/** `-` where there is nothing. */
export function orDash(value: string | number | null | undefined): string {
  return value === null || value === undefined || value === '' ? '-' : String(value);
}
