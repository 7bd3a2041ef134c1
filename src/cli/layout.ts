import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Between two columns. */
const GAP = '  ';
/** A longer word may be cut before a column is left out. */
const LONG_WORD = 20;
/** What is narrower than this says nothing. */
const LEAST = 4;

export type Grid = {
  readonly head: readonly string[];
  /** How a title is coloured. */
  readonly paint: (title: string) => string;
  readonly rows: readonly (readonly string[])[];
  /** Numbers stand at the right of their columns: all but the first. */
  readonly isRight: boolean;
  /** Titles of the columns that can be done without, the least important first. */
  readonly spare: readonly string[];
};

/** How wide a line may be: as the terminal is; a pipe or a file takes all of it. */
export function roomOf({ isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : Number.POSITIVE_INFINITY;
}

/** A text that begins at the `indent`th character of a line, and is broken at words before the end of the terminal. */
export function wrapped(text: string, indent: number, room: number = roomOf(process.stdout)): string {
  const own = Math.max(LONG_WORD, room - indent);
  if (own >= stringWidth(text)) return text;
  return wrapAnsi(text, own)
    .split('\n')
    .join(`\n${' '.repeat(indent)}`);
}

/**
 * The lines of a table. What does not fit into `room` is wrapped at words; then long words are cut; then columns are left out, those
 * in which nothing stands first. `leftOut` names the others of them.
 */
export function layOut(grid: Grid, room: number): { readonly lines: readonly string[]; readonly leftOut: string[] } {
  const all = grid.head.map((_title, place) => place);
  const natural = all.map((place) => widest(grid, place, stringWidth));
  if (fits(natural, room)) return { lines: linesOf(grid, all, natural), leftOut: [] };

  const words = all.map((place) => widest(grid, place, longestWord));
  const short = words.map((width, place) => (place === 0 ? width : Math.min(width, LONG_WORD)));
  const isEmpty = (place: number): boolean => grid.rows.every((row) => row[place] === '-' || row[place] === '');
  const spare = grid.spare.map((title) => grid.head.indexOf(title)).filter((place) => place >= 0);
  const order = [...all.filter((place) => place > 0 && isEmpty(place)), ...spare];

  let floors = fits(words, room) ? words : short;
  let kept = all;
  const without = new Set<number>();
  for (const place of order) {
    if (fits(of(kept, floors), room)) break;
    without.add(place);
    kept = all.filter((one) => !without.has(one));
  }
  if (!fits(of(kept, floors), room)) floors = floors.map((floor) => Math.min(floor, LEAST));
  const widths = narrowed(of(kept, natural), of(kept, floors), room);
  const leftOut = [...without].filter((place) => !isEmpty(place)).sort((a, b) => a - b);
  return { lines: linesOf(grid, kept, widths), leftOut: leftOut.map((place) => grid.head[place] ?? '') };
}

function of(places: readonly number[], widths: readonly number[]): readonly number[] {
  return places.map((place) => widths[place] ?? 0);
}

function widest({ head, rows }: Grid, place: number, measure: (text: string) => number): number {
  return rows.reduce((most, row) => Math.max(most, measure(row[place] ?? '')), measure(head[place] ?? ''));
}

function longestWord(text: string): number {
  return text.split(' ').reduce((most, word) => Math.max(most, stringWidth(word)), 0);
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
}

function fits(widths: readonly number[], room: number): boolean {
  return total(widths) <= room;
}

/** The widest columns lose, down to one width for all of them, but none below its floor. */
function narrowed(widths: readonly number[], floors: readonly number[], room: number): readonly number[] {
  const below = (most: number): readonly number[] =>
    widths.map((width, i) => Math.min(width, Math.max(floors[i] ?? 0, most)));
  let most = room;
  while (most > LEAST && !fits(below(most), room)) most -= 1;
  return below(most);
}

function linesOf(grid: Grid, places: readonly number[], widths: readonly number[]): readonly string[] {
  return [grid.head.map(grid.paint), ...grid.rows].flatMap((row) => {
    const cells = places.map((place, i) => cellOf(row[place] ?? '', widths[i] ?? 0));
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) => {
      const line = cells.map((lines, i) => padded(lines[at] ?? '', widths[i] ?? 0, grid.isRight && i > 0));
      return line.join(GAP).trimEnd();
    });
  });
}

function cellOf(text: string, width: number): readonly string[] {
  if (stringWidth(text) <= width) return [text];
  return wrapAnsi(text, width)
    .split('\n')
    .map((line) => (stringWidth(line) <= width ? line : cut(line, width)));
}

/** Colours go on to the end of what is left. */
function cut(line: string, width: number): string {
  const [begin = ''] = wrapAnsi(line, width - 1, { hard: true, wordWrap: false }).split('\n');
  return `${begin}…`;
}

function padded(text: string, width: number, isRight: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return isRight ? blanks + text : text + blanks;
}
