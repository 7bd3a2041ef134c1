import { callerIdArgument } from './arguments.ts';
import { Failure } from './failure.ts';
import { levelsOf } from './levels.ts';

const PHONE_COLUMNS = [
  'transport',
  'codecs',
  'nat',
  'context',
  'call-groups',
  'pickup-groups',
  'mailboxes',
  'caller-id',
  'sip-password',
] as const;
const COLUMNS = ['username', 'name', 'extension', 'forwards', 'label', ...PHONE_COLUMNS, 'skills'] as const;
type Column = (typeof COLUMNS)[number];
type Cell = (column: Column) => string | undefined;
type User = Record<string, unknown> & { username?: unknown; phones?: Record<string, unknown>[] };

/**
 * Reads users from CSV (RFC 4180) with a head line; lists have spaces between. A line with a label is a further phone of the
 * user of that name, who comes before it. What an empty cell means is the daemon's.
 */
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
  const users: User[] = [];
  for (const [place, row] of rows.entries()) {
    const cell: Cell = (column) => row[columns.indexOf(column)]?.trim() || undefined;
    const label = cell('label');
    if (label === undefined) {
      users.push(
        present({
          username: cell('username'),
          name: cell('name'),
          extension: cell('extension'),
          forwards: cell('forwards'),
          skills: levelsOf(cell('skills')?.split(/\s+/)),
          ...phoneOf(cell),
        }),
      );
      continue;
    }
    const owner = users.find((user) => user.username === cell('username'));
    if (owner === undefined) {
      const why = `the phone ${label} of ${cell('username') ?? 'nobody'} comes before its user`;
      throw new Failure('wrong-file', `line ${place + 2}: ${why}`);
    }
    owner.phones = [...(owner.phones ?? []), present({ label, ...phoneOf(cell) })];
  }
  return users;
}

function phoneOf(cell: Cell): Record<string, unknown> {
  const list = (column: Column): readonly string[] | undefined => cell(column)?.split(/\s+/);
  const callerId = cell('caller-id');
  return {
    transport: cell('transport'),
    codecs: list('codecs'),
    nat: cell('nat'),
    context: cell('context'),
    callGroups: list('call-groups'),
    pickupGroups: list('pickup-groups'),
    mailboxes: list('mailboxes'),
    ...(callerId === undefined ? {} : callerIdArgument(callerId)),
    sipPassword: cell('sip-password'),
  };
}

function present(record: Record<string, unknown>): User {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** The cells of CSV (RFC 4180), row by row; a `Failure` names the line where it is none. */
export function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let rest = text;
  let more = rest !== '';
  while (more) {
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
    // Behind a comma there is one more cell, be it empty and the last of the file.
    more = rest !== '' || end === ',';
  }
  return rows;
}
