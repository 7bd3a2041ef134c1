import { expect, test } from 'vitest';
import { accountProblems, type PhoneAccount, transports } from '../../src/asterisk/provisioning/account.ts';
import { phoneObjects } from '../../src/asterisk/provisioning/endpoint.ts';
import { cell, columnUnder, fileText, tablesOf, tableUnder } from './page.ts';
import { literalsOf, typeText } from './types.ts';

const page = 'docs/internals/provisioning.md';
const ha1 = '0123456789abcdef0123456789abcdef';
const account: PhoneAccount = {
  id: '1001',
  extension: '1001',
  transport: 'udp',
  codecs: ['opus', 'ulaw'],
  ha1,
  callerName: 'Ada',
};

test.each(transports)(
  'given_a_%s_phone_when_its_objects_are_made_then_each_value_is_as_on_the_page_in_that_order',
  (transport) => {
    const made = Object.entries(phoneObjects({ ...account, transport })).flatMap(([type, attributes]) =>
      attributes.map(([name, value]) => [type, name, value]),
    );
    const said = tableUnder(page, 'The values').rows.map((row) => [
      cell(row, 'Type'),
      cell(row, 'Attribute'),
      cell(row, transport)
        .replace('EXT', '1001')
        .replace('NAME', 'Ada')
        .replace('CODECS', 'opus,ulaw')
        .replace('HA1', ha1),
    ]);
    expect(said).toEqual(made);
  },
);

test('given_an_account_with_everything_wrong_when_it_is_checked_then_the_page_names_each_field', () => {
  const wrong = {
    ...{ id: ' ', userName: ' ', extension: 'x', transport: 'x', codecs: [], ha1: 'x', callerName: '\n' },
    ...{ callerNumber: 'x', nat: 'x', context: ' ', callGroups: ['64'], pickupGroups: ['-'], mailboxes: ['-'] },
  };
  const named = accountProblems(wrong as unknown as PhoneAccount).map(({ field }) => field);
  const fields = tablesOf(page)
    .filter(({ columns }) => columns[0] === 'Field')
    .flatMap(({ rows }) => rows);
  expect(fields.map((row) => cell(row, 'Field')).toSorted()).toEqual([...new Set<string>(named)].sort());
});

test('the_errors_of_provisioning_when_compared_with_the_page_then_each_is_there_and_no_other', () => {
  const text = typeText(fileText('src/asterisk/provisioning/provisioner.ts'), 'ProvisioningError');
  const codes = tablesOf(page)
    .filter(({ columns }) => columns[0] === 'Error')
    .flatMap(({ rows }) => rows);
  expect(codes.map((row) => cell(row, 'Error'))).toEqual(literalsOf(text));
  expect(columnUnder(page, 'The values', 'Type').length).toBeGreaterThan(20);
});
