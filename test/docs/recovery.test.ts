import { expect, test } from 'vitest';
import { perform } from '../../src/asterisk/perform.ts';
import { cell, columnUnder, fileText, tableUnder } from './page.ts';
import { literalsOf, membersOf, typeText } from './types.ts';

const page = 'docs/internals/recovery.md';
const text = fileText(page);

test('the_differences_when_compared_with_the_page_then_each_is_there_and_what_the_periodic_survey_leaves_alone', () => {
  const kinds = membersOf(typeText(fileText('src/core/topology.ts'), 'Difference')).map(
    (member) => literalsOf(member)[0],
  );
  expect(columnUnder(page, 'Differences', 'Kind').toSorted()).toEqual(kinds.toSorted());
  const left =
    fileText('src/core/reconcile.ts').match(/case '[^']+':[^\n]*\n\s*case '[^']+':[^\n]*\n\s*return false;/)?.[0] ?? '';
  const rows = tableUnder(page, 'Differences').rows.filter((row) => cell(row, 'Periodic').startsWith('no'));
  expect(rows.map((row) => cell(row, 'Kind'))).toEqual([...left.matchAll(/case '([^']+)'/g)].map(([, kind]) => kind));
});

test('the_dialplan_when_compared_with_the_page_then_its_first_lease_and_its_attempts_are_the_same', () => {
  const dialplan = fileText('asterisk-conf/extensions_cordboard.conf');
  const number = (pattern: RegExp): string => dialplan.match(pattern)?.[1] ?? 'none';
  const entry = tableUnder(page, 'Leases').rows.find((row) => cell(row, 'Channel') === 'Caller, at entry') ?? {};
  const untold = number(
    /TIMEOUT\(absolute\)=\$\{IF\(\$\["\$\{CB_LEASE\}" = ""\]\?(\d+):\$\{CB_LEASE\}\)\}\)\n(?:;[^\n]*\n)* same => n\(ask\)/,
  );
  const key = number(/CB_LEASE=\$\{DB\(([\w/]+)\)\}/);
  expect(cell(entry, 'Length')).toBe(`limits.lease, as AstDB ${key} says; ${untold} s without`);
  const hangUp = tableUnder(page, 'Leases').rows.find((row) => cell(row, 'Channel').startsWith('The same')) ?? {};
  expect(cell(hangUp, 'Length')).toBe(`${number(/exten => h,[\s\S]*?TIMEOUT\(absolute\)\)=(\d+)\)/)} s`);
  const tries = number(/\$\{CB_TRY\} > (\d+)/);
  expect(text).toContain(`every ${number(/Wait\(([\d.]+)\)/)} s, ${tries} times`);
  expect(text).toContain(`all at once and for ${number(/Dial\(\$\{CB_FREE:1\},(\d+),/)} s`);
});

test('a_lease_with_and_without_a_partner_when_it_is_sent_then_it_is_the_request_of_the_page', () => {
  const sent: unknown[] = [];
  const link = { request: (request: unknown) => void sent.push(request) };
  const port = {
    link,
    lists: link,
    early: { ring: () => undefined, drop: () => undefined },
    app: 'cordboard',
    isAgreed: () => false,
    numberFor: (number: string) => number,
    post: () => undefined,
  };
  perform({ do: 'lease', leg: 'one', leaseMs: 30_000, peer: null, talked: false }, port);
  perform({ do: 'lease', leg: 'one', leaseMs: 45_000, peer: 'two', talked: true }, port);
  const variables = (peer: string, talked: string, seconds: string) => {
    return { variables: { PEER: peer, CB_TALKED: talked, 'TIMEOUT(absolute)': seconds } };
  };
  expect(sent).toEqual([
    { method: 'POST', uri: 'channels/one/variables', body: variables('', '', '30') },
    { method: 'POST', uri: 'channels/one/variables', body: variables('two', '1', '45') },
  ]);
  expect(text).toContain('`POST /channels/ID/variables`');
});

test('the_exit_codes_of_the_page_when_compared_with_the_source_then_they_are_the_same', () => {
  const source = fileText('src/exits.ts');
  const codes = [...source.matchAll(/const exit\w+ = (\d+)/g)].map(([, code = '']) => code);
  expect(new Set([...text.matchAll(/exits (\d+)/g)].map(([, code]) => code))).toEqual(new Set(codes));
});
