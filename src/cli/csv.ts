import { Failure } from './failure.ts';

const COLUMNS = ['username', 'name', 'extension', 'transport', 'codecs', 'sip-password'] as const;
type Column = (typeof COLUMNS)[number];

/** Reads users from CSV (RFC 4180) with a head line; codecs are separated by spaces. What an empty cell means is the daemon's. */
export function readUsersCsv(text: string): readonly Record<string, unknown>[] {
  const [head, ...rows] = readCsv(text.replace(/^\uFEFF/, ''));
  const columns = (head ?? []).map((title) => title.trim().toLowerCase());
  const unknown = columns.filter((title) => !(COLUMNS as readonly string[]).includes(title));
  if (unknown.length > 0 || !columns.includes('username') || !columns.includes('name')) {
    const got = columns.join(', ');
    throw new Failure(
      'wrong-file',
      `expected a head line with username, name and any of ${COLUMNS.slice(2).join(', ')}; got ${got}`,
    );
  }
  return rows.map((row) => {
    const cell = (column: Column): string | undefined => row[columns.indexOf(column)]?.trim() || undefined;
    const user: Record<string, unknown> = {
      username: cell('username'),
      name: cell('name'),
      extension: cell('extension'),
      transport: cell('transport'),
      codecs: cell('codecs')?.split(/\s+/),
      sipPassword: cell('sip-password'),
    };
    return Object.fromEntries(Object.entries(user).filter(([, value]) => value !== undefined));
  });
}

function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let rest = text;
  while (rest !== '') {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/.exec(rest);
    if (match === null) {
      throw new Failure('wrong-file', `line ${rows.length + 1} is no CSV: a quote is in the wrong place`);
    }
    const [whole, quoted, bare, end] = match;
    row.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'));
    rest = rest.slice(whole.length);
    if (end !== ',') {
      if (row.some((cell) => cell !== '')) rows.push(row);
      row = [];
    }
    if (whole === '') break;
  }
  return rows;
}
