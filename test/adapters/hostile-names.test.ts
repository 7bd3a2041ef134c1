import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountProblems, type PhoneAccount } from '../../src/asterisk/provisioning/account.ts';
import { phoneObjects } from '../../src/asterisk/provisioning/endpoint.ts';
import { readUsersCsv } from '../../src/cli/csv.ts';
import { newPhoneSchema } from '../../src/protocol/phones.ts';
import { newUserSchema } from '../../src/protocol/users.ts';
import { account } from './accounts.ts';

// Whatever people write as a name or a number, it stays data: refused by its field, or passed on as it is.

/** Every sort of trouble, alone and in between of what is none. */
const nasty = fc.constantFrom(
  ...['\r\nAction: Originate\r\n\r\n', '\n', '\0', '"', '\\', '<', '>', ';', ',', '|', '&', '=', '%0d%0a', "'"],
  ...[`$\{SHELL(id)}`, `$\{EXTEN}`, '$[1+1]', 'sip:x@y', '<sip:evil@192.0.2.1>', '@', '#', '*8', '[', ']', '/', '..'],
  ...['😀', 'Zoë', 'Łukasz', '\u202e', '\ud800', 'x'.repeat(4096), ' ', '\t', '\u001b[31m'],
);
const text = fc.array(fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ maxLength: 12 })), {
  maxLength: 4,
});
const hostile = text.map((parts) => parts.join(''));

test('given_any_name_then_it_is_refused_by_its_field_or_has_nothing_that_could_end_it_early', () => {
  fc.assert(
    fc.property(hostile, (name) => {
      const user = newUserSchema.safeParse({ username: 'a', name, extension: '1001' });
      if (!user.success)
        expect(user.error.issues.map(({ path }) => path[0])).toEqual(user.error.issues.map(() => 'name'));
      else {
        expect(name).not.toMatch(/[\p{Cc}\p{Cs}"<>]/u);
        expect([...name].length).toBeLessThanOrEqual(80);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each(['x', 'ю', '😀', 'e\u0301'])(
  'given_the_longest_name_of_%s_when_it_is_accepted_then_it_can_be_pushed_too',
  (letters) => {
    const name = letters.repeat(80 / [...letters].length);
    expect(newUserSchema.safeParse({ username: 'a', name, extension: '1001' }).success).toBe(true);
    expect(newUserSchema.safeParse({ username: 'a', name: `${name}x`, extension: '1001' }).success).toBe(false);
    expect(accountProblems(account('1001', { callerName: name }))).toEqual([]);
    expect(accountProblems(account('1001', { callerName: `${name}x` })).map(({ field }) => field)).toEqual([
      'callerName',
    ]);
  },
);

test('given_any_setting_of_a_phone_then_what_is_accepted_here_is_accepted_where_it_is_pushed_and_each_value_is_one_line', () => {
  const any = fc.record(
    {
      callerName: hostile,
      callerNumber: fc.oneof(hostile, fc.stringMatching(/^\+?\d{0,40}$/)),
      context: fc.oneof(hostile, fc.stringMatching(/^[\w-]{1,90}$/)),
      callGroups: fc.array(fc.oneof(hostile, fc.nat(99).map(String), fc.stringMatching(/^[A-Za-z][\w.-]{0,5}$/)), {
        maxLength: 3,
      }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(any, (settings) => {
      const phone = newPhoneSchema.safeParse(settings);
      if (!phone.success) return;
      const full = { ...account('1001'), ...settings } as PhoneAccount;
      expect(accountProblems(full)).toEqual([]);
      for (const [name, value] of [...phoneObjects(full).endpoint, ...phoneObjects(full).auth]) {
        expect([name, value]).toEqual([name, value.replace(/[\p{Cc}\p{Cs}]/gu, '')]);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('given_any_name_that_a_push_takes_then_the_caller_id_is_one_quoted_name_and_the_number_behind_it', () => {
  fc.assert(
    fc.property(hostile, (callerName) => {
      const full = account('1001', { callerName });
      if (accountProblems(full).length > 0) return;
      const callerId = phoneObjects(full).endpoint.find(([name]) => name === 'callerid')?.[1] ?? '';
      // A quote or a backslash inside would end the name early (RFC 3261 section 25.1).
      expect(callerId).toMatch(/^(?:"[^"\\]*" )?<1001>$/);
    }),
    { numRuns: 2_000 },
  );
});

test('given_any_cells_then_a_csv_of_them_is_read_as_they_were_written', () => {
  const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
  // Spaces around a cell are not part of it, and an empty one is none.
  const cell = hostile.filter((each) => each.trim() === each && each !== '');
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 4 }), (rows) => {
      const file = ['username,name', ...rows.map((row) => row.map(quoted).join(','))].join('\r\n');
      expect(readUsersCsv(file)).toEqual(rows.map(([username, name]) => ({ username, name })));
    }),
    { numRuns: 1_000 },
  );
});
