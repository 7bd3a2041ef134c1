import { InvalidArgumentError } from 'commander';
import { readCsv } from './csv.ts';
import { Failure } from './failure.ts';
import { durationOrNoneArgument, orNull } from './queue-text.ts';

/** What the cells of one column are: the name of the field, and how its text is read. */
type Column = { readonly field: string; readonly read?: (cell: string) => unknown };
type Columns = Readonly<Record<string, Column>>;

const MEMBER_COLUMNS: Columns = {
  queue: { field: 'queue' },
  username: { field: 'username' },
  penalty: { field: 'penalty', read: numberOf },
  weight: { field: 'weight', read: numberOf },
  'wrap-up': { field: 'wrapUpMs', read: (cell) => orNull(durationOrNoneArgument(cell)) },
};

const SKILL_COLUMNS: Columns = {
  username: { field: 'username' },
  skill: { field: 'skill' },
  level: { field: 'level', read: numberOf },
};

/** Reads members of queues and groups. An empty cell is what a new member has, or what a known one had. */
export function readMembersCsv(text: string): readonly Record<string, unknown>[] {
  return readRows(text, MEMBER_COLUMNS, ['queue', 'username']);
}

/** Reads levels of skills. An empty level takes the skill away. */
export function readSkillsCsv(text: string): readonly Record<string, unknown>[] {
  return readRows(text, SKILL_COLUMNS, ['username', 'skill', 'level']).map((row) => ({ level: null, ...row }));
}

/** The rows by the names of the fields. What an empty cell means is the daemon's to say: the field is left out. */
function readRows(text: string, known: Columns, needed: readonly string[]): readonly Record<string, unknown>[] {
  const [head, ...rows] = readCsv(text.replace(/^\uFEFF/, ''));
  const titles = (head ?? []).map((title) => title.trim().toLowerCase());
  if (titles.some((title) => known[title] === undefined) || needed.some((title) => !titles.includes(title))) {
    const rest = Object.keys(known).filter((title) => !needed.includes(title));
    const also = rest.length === 0 ? '' : ` and any of ${rest.join(', ')}`;
    throw new Failure('wrong-file', `expected a head line with ${needed.join(', ')}${also}; got ${titles.join(', ')}`);
  }
  return rows.map((row, i) =>
    Object.fromEntries(
      titles.flatMap((title, column) => {
        const cell = row[column]?.trim() ?? '';
        const { field, read } = known[title] ?? { field: title };
        return cell === '' ? [] : [[field, readCell(i, title, cell, read)]];
      }),
    ),
  );
}

function readCell(row: number, title: string, cell: string, read: Column['read']): unknown {
  try {
    return read === undefined ? cell : read(cell);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new Failure('wrong-file', `row ${row + 1}, ${title}: ${error.message}; got ${cell}`);
  }
}

/** What is no number stays a text, which the daemon refuses with the name of the field. */
function numberOf(cell: string): unknown {
  return /^\d+$/.test(cell) ? Number(cell) : cell;
}
