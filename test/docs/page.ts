import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One table of a page: the heading it stands under, its columns, and its rows by column. */
export type PageTable = {
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
};

/** The text of a file of the repository. */
export function fileText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The texts of all TypeScript files below a folder of the repository, by path. */
export function sources(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => name.endsWith('.ts')).sort();
  return new Map(files.map((name) => [`${folder}/${name}`, fileText(`${folder}/${name}`)]));
}

/** All tables of a page. Cells come without backticks, and with `\|` as the bar that it stands for. */
export function tablesOf(path: string): readonly PageTable[] {
  const tables: { heading: string; columns: string[]; rows: Record<string, string>[] }[] = [];
  let heading = '';
  let open: (typeof tables)[number] | null = null;
  for (const line of fileText(path).split('\n')) {
    if (line.startsWith('#')) heading = plain(line.replace(/^#+/, ''));
    if (!line.startsWith('|')) {
      open = null;
      continue;
    }
    const cells = line
      .slice(1, line.lastIndexOf('|'))
      .split(/(?<!\\)\|/)
      .map(plain);
    if (open === null) {
      open = { heading, columns: cells, rows: [] };
      tables.push(open);
    } else if (!cells.every((cell) => /^:?-+:?$/.test(cell))) {
      if (cells.length !== open.columns.length) throw new Error(`${path}: a row with ${cells.length} cells: ${line}`);
      open.rows.push(Object.fromEntries(open.columns.map((column, place) => [column, cells[place] ?? ''])));
    }
  }
  return tables;
}

/** The only table under a heading. Throws when there is none, or more than one. */
export function tableUnder(path: string, heading: string): PageTable {
  const found = tablesOf(path).filter((table) => table.heading === heading);
  const [table] = found;
  if (table === undefined || found.length > 1) throw new Error(`${path}: ${found.length} tables under "${heading}"`);
  return table;
}

/** The cells of one column of the table under a heading. */
export function columnUnder(path: string, heading: string, column: string): readonly string[] {
  return tableUnder(path, heading).rows.map((row) => cell(row, column));
}

/** One cell. Throws when the row has no such column. */
export function cell(row: Readonly<Record<string, string>>, column: string): string {
  const value = row[column];
  if (value === undefined) throw new Error(`no column "${column}" in ${JSON.stringify(row)}`);
  return value;
}

/** The words of a list such as "`a`, `b`" (its backticks are gone already); none for a dash. */
export function wordsOf(list: string): readonly string[] {
  return list === '-' ? [] : list.split(',').map((word) => word.trim());
}

function plain(text: string): string {
  return text.trim().replaceAll('\\|', '|').replaceAll('`', '');
}
