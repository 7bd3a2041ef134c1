import { existsSync, readdirSync, readFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { queueOf } from '../../src/core/queue-settings.ts';
import { HANG_UP_CAUSES, parseDestination, printDestination } from '../../src/directory/destination.ts';
import { ha1Of } from '../../src/directory/password.ts';
import { Refusal } from '../../src/directory/refusal.ts';
import { addUser, importUsers, removeUser, setUser } from '../../src/directory/users.ts';
import { openDirectoryDb } from '../../src/storage/directory/database.ts';
import { migrate } from '../../src/storage/directory/migrate.ts';
import { MIGRATIONS } from '../../src/storage/directory/migrations.ts';
import { createStore } from '../../src/storage/directory/store.ts';
import {
  addGroup,
  addMembers,
  type LabDirectory,
  newUser,
  openLabDirectory,
  removeGroup,
  removeMembers,
  setGroup,
} from '../lab/directory.ts';

let lab: LabDirectory;
beforeEach(() => {
  lab = openLabDirectory();
});
afterEach(() => lab.close());

const who = 'root(0)';
const add = (username: string, extension?: string) => addUser(lab.context, newUser(username, extension), who);
const group = (name: string, extension: string, rest = {}) => addGroup(lab.context, { name, extension, ...rest }, who);

function refusal(work: () => unknown): { code: string; field: string | undefined; message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, field: error.field, message: error.message };
    throw error;
  }
  throw new Error('it was not refused');
}

describe('users', () => {
  test('given_no_password_when_a_user_is_added_then_a_long_random_one_is_told_once_and_only_its_hash_is_kept', () => {
    const first = add('anna', '1001');
    const second = add('bert', '1002');
    expect(first.password).toMatch(/^[A-Za-z0-9]{20,}$/);
    expect(second.password).not.toBe(first.password);
    expect(lab.store.phones.find('1001')?.ha1).toBe(ha1Of('1001', first.password ?? ''));
    const files = readdirSync(lab.home).map((name) => readFileSync(`${lab.home}/${name}`, 'latin1'));
    expect(files.join('')).toContain('anna');
    expect(files.join('')).not.toContain(first.password);
  });

  test.each(['112', '911', '999'])(
    'given_an_emergency_number_%s_when_it_is_asked_for_as_an_extension_then_it_is_refused_whoever_asks',
    (number) => {
      const range = { from: '100', to: '999' };
      const context = {
        ...lab.context,
        config: { ...lab.config, extensions: { users: range, groups: range, queues: range } },
      };
      const asks = [
        () => addUser(context, newUser('anna', number), who),
        () => addGroup(context, { name: 'desk', extension: number }, who),
      ];
      for (const ask of asks)
        expect(refusal(ask)).toEqual({
          code: 'out-of-range',
          field: 'extension',
          message: `extension: expected a number that nobody dials in need; ${number} is an emergency number`,
        });
    },
  );

  test('given_a_country_when_the_next_free_number_is_taken_then_its_emergency_numbers_are_left_out', () => {
    const extensions = { ...lab.config.extensions, users: { from: '109', to: '113' } };
    const numbering = { ...lab.config.numbering, country: 'DE' };
    const context = { ...lab.context, config: { ...lab.config, extensions, numbering } };
    const taken = ['anna', 'bert', 'cleo'].map(
      (name) => addUser(context, { ...newUser(name), extension: 'next' }, who).user.extension,
    );
    expect(taken).toEqual(['109', '111', '113']);
  });

  test('given_an_import_with_next_and_numbers_by_name_then_each_has_their_own_and_what_is_taken_is_read_once', () => {
    const between = vi.spyOn(lab.store.extensions, 'between');
    const asked = ['next', '1002', 'next', 'next', '1000', 'next'];
    const users = (extensions: readonly string[]) =>
      extensions.map((extension, i) => ({ ...newUser(`u${extension}-${i}`), extension }));
    expect(refusal(() => importUsers(lab.context, users(asked), who)).field, '1000 was the first next').toBe(
      'users.4.extension',
    );
    between.mockClear();
    const made = importUsers(lab.context, users(asked.filter((each) => each !== '1000')), who);
    expect(made.map(({ user }) => user.extension)).toEqual(['1000', '1002', '1001', '1003', '1004']);
    expect(between).toHaveBeenCalledTimes(1);
  });

  test('given_a_password_when_a_user_is_added_then_it_is_md5_of_extension_realm_and_password', () => {
    addUser(lab.context, { ...newUser('anna', '1001'), sipPassword: 'correct-horse-1' }, who);
    // printf '1001:asterisk:correct-horse-1' | md5sum
    expect(lab.store.phones.find('1001')?.ha1).toBe('c6455d44a104609ee1306fa595f1a27c');
  });

  test('given_taken_and_wrong_numbers_then_each_is_refused_with_its_field', () => {
    add('anna', '1001');
    group('support', '8001');
    expect(refusal(() => add('anna', '1002'))).toMatchObject({ code: 'taken', field: 'username' });
    expect(refusal(() => add('bert', '1001'))).toMatchObject({
      code: 'taken',
      field: 'extension',
      message: expect.stringContaining('the user anna'),
    });
    expect(refusal(() => add('bert', '8002'))).toMatchObject({ code: 'out-of-range', field: 'extension' });
    expect(refusal(() => add('bert', '10010'))).toMatchObject({ code: 'out-of-range', field: 'extension' });
    expect(refusal(() => group('sales', '8001'))).toMatchObject({ code: 'taken', field: 'extension' });
    expect(refusal(() => group('sales', '1001'))).toMatchObject({ code: 'out-of-range', field: 'extension' });
    expect(lab.store.users.count()).toBe(1);
  });

  test('given_one_wrong_user_in_an_import_then_none_is_added_and_the_refusal_says_which', () => {
    const users = [newUser('anna', '1001'), newUser('bert', '1002'), newUser('cleo', '1001')];
    expect(refusal(() => importUsers(lab.context, users, who))).toMatchObject({
      code: 'taken',
      field: 'users.2.extension',
    });
    expect(lab.store.users.count()).toBe(0);
    expect(lab.store.revision()).toBe(0);
    expect(lab.pushed).toEqual([]);
  });

  test('given_a_user_with_an_extension_when_another_one_is_asked_for_then_it_is_refused_and_the_same_one_is_not', () => {
    add('anna', '1001');
    for (const extension of ['1005', 'next']) {
      expect(refusal(() => setUser(lab.context, 'anna', { extension }, who))).toMatchObject({
        code: 'unchangeable',
        field: 'extension',
      });
    }
    expect(setUser(lab.context, 'anna', { extension: '1001', name: 'A' }, who).user.extension).toBe('1001');
    expect(lab.store.extensions.owner('1005')).toBeNull();
  });

  test('given_no_number_when_the_next_one_is_asked_for_then_it_is_the_lowest_that_nobody_has', () => {
    add('anna', '1001');
    const next = (name: string, avoid: string[] = []) =>
      addUser(lab.context, { ...newUser(name), extension: 'next' }, who, { avoid: new Set(avoid) }).user.extension;
    expect(next('bert')).toBe('1000');
    expect(next('cleo')).toBe('1002');
    // What Asterisk has from somebody else would be refused when it is pushed.
    expect(next('dora', ['1003', '1004'])).toBe('1005');
    const full = openLabDirectory('extensions: {users: 10-11}');
    addUser(full.context, { ...newUser('a'), extension: 'next' }, who);
    addUser(full.context, { ...newUser('b'), extension: 'next' }, who);
    expect(refusal(() => addUser(full.context, { ...newUser('c'), extension: 'next' }, who))).toMatchObject({
      code: 'taken',
      field: 'extension',
    });
    full.close();
  });

  test('given_another_name_or_transport_then_the_password_stays', () => {
    add('anna', '1001');
    const ha1 = lab.store.phones.find('1001')?.ha1;
    expect(setUser(lab.context, 'anna', { name: 'Anna Ant', transport: 'wss' }, who).password).toBeNull();
    expect(lab.store.phones.find('1001')).toMatchObject({ ha1, transport: 'wss', userName: 'Anna Ant', applied: null });
    expect(setUser(lab.context, 'anna', { newPassword: true }, who).password).not.toBeNull();
    expect(lab.store.phones.find('1001')?.ha1).not.toBe(ha1);
  });

  test('given_a_member_when_they_are_removed_then_they_leave_the_group_and_their_number_is_free', () => {
    add('anna', '1001');
    group('support', '8001');
    addMembers(lab.context, 'support', ['anna'], who);
    const before = lab.store.queues.find('support')?.revision ?? 0;
    expect(removeUser(lab.context, 'anna', who)).toEqual({ leftGroup: 'support', leftQueues: [] });
    expect(lab.store.queues.find('support')).toMatchObject({ members: [], revision: before + 1 });
    expect(lab.store.phones.removed()).toEqual(['1001']);
    expect(lab.store.extensions.owner('1001')).toBeNull();
  });

  test('given_a_user_with_no_extension_then_phone_settings_are_refused', () => {
    add('boss');
    expect(lab.store.phones.all()).toEqual([]);
    expect(refusal(() => addUser(lab.context, { ...newUser('b2'), sipPassword: 'x'.repeat(12) }, who))).toMatchObject({
      code: 'no-extension',
      field: 'sipPassword',
    });
  });
});

describe('groups', () => {
  beforeEach(() => {
    for (const [i, name] of ['anna', 'bert', 'cleo'].entries()) add(name, `100${i + 1}`);
    group('support', '8001');
  });

  test('given_nothing_said_when_a_group_is_added_then_it_is_as_the_configuration_says', () => {
    const { ladder: _, ...wanted } = queueOf({ ...lab.config.groups, id: 'support', kind: 'group', extension: '8001' });
    expect(lab.store.queues.find('support')).toEqual({ ...wanted, ladder: null, revision: lab.store.revision() });
  });

  test('given_a_ring_time_shorter_than_the_patience_with_silence_then_each_stands_by_itself', () => {
    expect(group('fast', '8002', { ringMs: 3_000 })).toMatchObject({ ringMs: 3_000, unreachableAfterMs: 5_000 });
    const odd = group('odd', '8003', { ringMs: 3_000, unreachableAfterMs: 9_000 });
    expect(odd).toMatchObject({ ringMs: 3_000, unreachableAfterMs: 9_000 });
  });

  test('given_members_then_they_stay_in_the_order_in_which_they_were_added', () => {
    addMembers(lab.context, 'support', ['cleo', 'anna'], who);
    const { changed, unchanged } = addMembers(lab.context, 'support', ['anna', 'bert', 'bert'], who);
    expect({ changed, unchanged }).toEqual({ changed: ['bert'], unchanged: ['anna'] });
    expect(lab.store.queues.find('support')?.members.map(({ user }) => user)).toEqual(['cleo', 'anna', 'bert']);
    removeMembers(lab.context, 'support', ['cleo'], who);
    addMembers(lab.context, 'support', ['cleo'], who);
    expect(lab.store.queues.find('support')?.members.map(({ user }) => user)).toEqual(['anna', 'bert', 'cleo']);
  });

  test('given_a_member_of_another_group_or_nobody_or_one_with_no_phone_then_nobody_is_added', () => {
    group('sales', '8002');
    add('boss');
    addMembers(lab.context, 'sales', ['bert'], who);
    for (const [user, code] of [
      ['bert', 'in-another-group'],
      ['nobody', 'unknown-user'],
      ['boss', 'no-extension'],
    ] as const) {
      expect(refusal(() => addMembers(lab.context, 'support', ['anna', user], who)).code).toBe(code);
    }
    expect(lab.store.queues.find('support')?.members.map(({ user }) => user)).toEqual([]);
  });

  test('given_an_overflow_that_leads_nowhere_or_back_then_it_is_refused', () => {
    const overflow = (to: string) => () =>
      setGroup(lab.context, 'support', { overflow: parseDestination(to) ?? undefined }, who);
    expect(refusal(overflow('group:support'))).toMatchObject({ code: 'invalid', field: 'overflow' });
    expect(refusal(overflow('group:none'))).toMatchObject({ code: 'unknown-group', field: 'overflow' });
    expect(refusal(overflow('user:none'))).toMatchObject({ code: 'unknown-user', field: 'overflow' });
    overflow('user:anna')();
    expect(refusal(() => removeUser(lab.context, 'anna', who))).toMatchObject({ code: 'in-use' });
    group('sales', '8002', { overflow: { to: 'group', group: 'support' } });
    expect(refusal(() => removeGroup(lab.context, 'support', who))).toMatchObject({ code: 'in-use' });
  });

  test('given_a_group_with_members_when_it_is_removed_then_they_are_free_for_another', () => {
    addMembers(lab.context, 'support', ['anna', 'bert'], who);
    expect(removeGroup(lab.context, 'support', who)).toEqual({ membersFreed: 2 });
    group('sales', '8001');
    addMembers(lab.context, 'sales', ['anna'], who);
    expect(lab.store.users.find('anna')?.group).toBe('sales');
  });
});

test('given_changes_then_each_has_an_audit_row_with_who_what_before_and_after_and_no_secret', () => {
  const { password } = add('anna', '1001');
  setUser(lab.context, 'anna', { name: 'Anna Ant', newPassword: true }, 'eve(1000)');
  removeUser(lab.context, 'anna', who);
  const rows = lab.store.audit.last(10);
  expect(rows.map((row) => [row.who, row.action, row.subject])).toEqual([
    ['root(0)', 'user.remove', 'anna'],
    ['eve(1000)', 'user.set', 'anna'],
    ['root(0)', 'user.add', 'anna'],
  ]);
  expect(rows[1]).toMatchObject({ before: { name: 'Name of anna' }, after: { name: 'Anna Ant', newPassword: true } });
  expect(rows[2]).toMatchObject({ before: null, after: { extension: '1001', phone: { transport: 'udp' } } });
  expect(JSON.stringify(rows)).not.toContain(password);
  expect(JSON.stringify(rows)).not.toContain('ha1');
});

describe('destinations', () => {
  test.each([
    'group:support',
    'queue:billing',
    'user:anna.b',
    'dialplan:vm,8001,2',
    'hang-up',
    ...HANG_UP_CAUSES.slice(1).map((cause) => `hang-up:${cause}`),
  ])('given_%s_when_read_and_written_then_it_is_the_same', (text) => {
    const to = parseDestination(text);
    expect(to === null ? null : printDestination(to)).toBe(text);
  });

  test.each([
    '',
    'group',
    'group:',
    'group:Big',
    'hang-up:maybe',
    'dialplan:vm',
    'dialplan:vm,1,0',
    'dialplan:a b,1,1',
    'user:a/b',
  ])('given_%s_then_it_is_none', (text) => {
    expect(parseDestination(text)).toBeNull();
  });
});

describe('migrations', () => {
  const next = { number: MIGRATIONS.length + 1, name: 'next', sql: 'CREATE TABLE next (id TEXT) STRICT;' };

  test('given_a_directory_with_data_when_it_is_migrated_then_a_whole_copy_was_made_first', () => {
    add('anna', '1001');
    migrate(lab.db, [...MIGRATIONS, next], lab.paths.backups);
    const [copy, ...more] = readdirSync(lab.paths.backups);
    expect(more).toEqual([]);
    const backup = new Sqlite(`${lab.paths.backups}/${copy}`, { readonly: true });
    expect(backup.prepare('SELECT id FROM users').pluck().all()).toEqual(['anna']);
    expect(() => backup.prepare('SELECT * FROM next')).toThrow(/no such table/);
    backup.close();
    expect(lab.db.prepare('SELECT count(*) FROM next').pluck().get()).toBe(0);
  });

  test('given_a_directory_of_the_first_version_when_it_is_migrated_then_groups_keep_settings_members_and_numbers', () => {
    const db = new Sqlite(':memory:');
    db.pragma('foreign_keys = ON');
    migrate(db, MIGRATIONS.slice(0, 1), lab.paths.backups);
    db.exec(`
      INSERT INTO users VALUES ('anna', 'Anna', '1001', 1, 0), ('bert', 'Bert', '1002', 1, 0);
      INSERT INTO extensions VALUES ('1001', 'user', 'anna'), ('1002', 'user', 'bert'), ('8001', 'group', 'support');
      INSERT INTO groups VALUES ('support', '8001', 'linear', 'next', 'wait', 15000, 5000, 120000, 10000, 10000, 10, 20000,
        'hang-up:congestion', 3, 0);
      INSERT INTO members VALUES ('anna', 'support', 2), ('bert', 'support', 1);
    `);
    migrate(db, MIGRATIONS, lab.paths.backups);
    const store = createStore(db);
    expect(store.queues.find('support')).toMatchObject({
      extension: '8001',
      strategy: 'linear',
      ringMs: 15_000,
      overflow: { to: 'hang-up', cause: 'congestion' },
      members: [{ user: 'bert' }, { user: 'anna' }],
      revision: 3,
    });
    expect(store.users.find('anna')?.group).toBe('support');
    expect(store.extensions.owner('8001')).toEqual({ kind: 'group', owner: 'support' });
    db.close();
  });

  test('given_an_up_to_date_directory_then_nothing_is_copied_and_nothing_done', () => {
    migrate(lab.db, MIGRATIONS, lab.paths.backups);
    expect(existsSync(lab.paths.backups)).toBe(false);
  });

  test('given_a_migration_that_fails_half_way_then_nothing_of_it_stays', () => {
    const broken = { ...next, sql: 'CREATE TABLE next (id TEXT) STRICT; CREATE TABLE users (id TEXT);' };
    expect(() => migrate(lab.db, [...MIGRATIONS, broken], lab.paths.backups)).toThrow(/users already exists/);
    migrate(lab.db, [...MIGRATIONS, next], lab.paths.backups);
    expect(lab.db.prepare('SELECT max(number) FROM migrations').pluck().get()).toBe(next.number);
  });

  test('given_an_altered_migration_or_a_newer_file_then_it_is_not_opened', () => {
    const altered = MIGRATIONS.map((each) => ({ ...each, sql: `${each.sql} ` }));
    expect(() => migrate(lab.db, altered, lab.paths.backups)).toThrow(/not the one that was applied/);
    migrate(lab.db, [...MIGRATIONS, next], lab.paths.backups);
    lab.db.close();
    expect(() => openDirectoryDb(lab.paths.directoryDb, lab.paths.backups)).toThrow(
      `made by a newer version (migration ${next.number})`,
    );
  });
});
