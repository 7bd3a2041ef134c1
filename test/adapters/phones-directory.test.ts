import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fallbacks } from '../../src/directory/fallback-keeper.ts';
import { ha1Of } from '../../src/directory/password.ts';
import { hashOf, specOf } from '../../src/directory/phone-spec.ts';
import { addPhone, removePhone, rotatePhone, setPhone, signInPhone } from '../../src/directory/phones.ts';
import { Refusal } from '../../src/directory/refusal.ts';
import { addUser, existingUser, importUsers, setUser } from '../../src/directory/users.ts';
import type { PhonePatch } from '../../src/protocol/phones.ts';
import { migrate } from '../../src/storage/directory/migrate.ts';
import { MIGRATIONS } from '../../src/storage/directory/migrations.ts';
import { phoneRows } from '../../src/storage/directory/phones.ts';
import { addGroup, addMembers, type LabDirectory, newUser, openLabDirectory } from '../lab/directory.ts';

let lab: LabDirectory;
beforeEach(() => {
  lab = openLabDirectory();
  addUser(lab.context, newUser('anna', '1001'), who);
  lab.pushed.length = 0;
});
afterEach(() => lab.close());

const who = 'root(0)';
const anna = () => existingUser(lab.context, 'anna');
const refusal = (work: () => unknown): { code: string; field: string | undefined } => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, field: error.field };
    throw error;
  }
  throw new Error('it was not refused');
};

test('given_a_label_when_a_phone_is_added_then_its_id_is_extension_label_and_it_has_a_secret_of_its_own', () => {
  const { phone, password } = addPhone(lab.context, 'anna', { label: 'mobile', transport: 'tls', nat: 'no' }, who);
  expect(phone).toMatchObject({ id: '1001-mobile', user: 'anna', extension: '1001', label: 'mobile', nat: 'no' });
  expect(password).toMatch(/^[A-Za-z0-9]{20,}$/);
  expect(phone.ha1).toBe(ha1Of('1001-mobile', password ?? ''));
  expect(lab.pushed).toEqual(['1001-mobile']);
  expect(specOf(phone)).toMatchObject({ extension: '1001', callerName: 'Name of anna', context: 'from-sip' });
  expect(lab.store.phones.ofUser('anna').map(({ id }) => id)).toEqual(['1001', '1001-mobile']);
});

test('given_a_label_that_is_taken_or_none_beside_a_first_phone_when_added_then_it_is_refused', () => {
  addPhone(lab.context, 'anna', { label: 'mobile' }, who);
  expect(refusal(() => addPhone(lab.context, 'anna', { label: 'mobile' }, who))).toEqual({
    code: 'taken',
    field: 'label',
  });
  expect(refusal(() => addPhone(lab.context, 'anna', {}, who))).toEqual({ code: 'taken', field: 'label' });
});

test('given_a_user_with_no_extension_when_a_phone_is_added_then_they_get_the_next_free_one', () => {
  addUser(lab.context, newUser('boss'), who);
  const { phone } = addPhone(lab.context, 'boss', {}, who);
  expect(phone).toMatchObject({ id: '1000', extension: '1000', label: null });
  expect(lab.store.extensions.owner('1000')).toEqual({ kind: 'user', owner: 'boss' });
});

test('given_a_prefix_when_phones_are_made_then_their_ids_have_it_and_those_of_before_keep_theirs', () => {
  const shared = { ...lab.context, config: { ...lab.config, sip: { ...lab.config.sip, prefix: 'cb-' } } };
  expect(addPhone(shared, 'anna', { label: 'web' }, who).phone.id).toBe('cb-1001-web');
  expect(addUser(shared, newUser('bert', '1002'), who).phones[0]?.phone).toMatchObject({
    id: 'cb-1002',
    extension: '1002',
  });
  expect(lab.store.phones.find('1001')?.id).toBe('1001');
});

test('given_each_setting_when_it_is_changed_then_it_alone_changes_and_the_phone_is_pushed_again', () => {
  const patches: readonly PhonePatch[] = [
    { transport: 'wss' },
    { codecs: ['ulaw'] },
    { nat: 'route' },
    { context: 'from-home' },
    { callGroups: ['1', 'sales'] },
    { pickupGroups: ['63'] },
    { callerName: 'Hotline' },
    { callerNumber: '+4930' },
  ];
  for (const patch of patches) {
    const before = lab.store.phones.find('1001');
    if (before === null) throw new Error('there is no phone');
    lab.store.phones.mark('1001', hashOf(before), null);
    const { phone, password } = setPhone(lab.context, '1001', patch, who);
    expect(password).toBeNull();
    expect(phone).toEqual({ ...before, ...patch, applied: null });
    expect(hashOf(phone)).not.toBe(hashOf(before));
  }
  expect(lab.pushed).toEqual(patches.map(() => '1001'));
  expect(setPhone(lab.context, '1001', { callerName: null }, who).phone.callerName).toBeNull();
});

test('given_a_rotated_phone_then_only_its_digest_is_another_and_the_audit_has_no_secret', () => {
  const before = lab.store.phones.find('1001');
  const { phone, password } = rotatePhone(lab.context, '1001', who);
  expect(phone.ha1).toBe(ha1Of('1001', password ?? ''));
  expect({ ...phone, ha1: '' }).toEqual({ ...before, ha1: '' });
  const audit = JSON.stringify(lab.store.audit.last(10));
  expect(audit).toContain('phone.rotate');
  expect(audit).not.toContain(password);
  expect(audit).not.toContain(phone.ha1);
});

test('given_a_browser_phone_when_it_signs_in_twice_then_each_secret_is_new_and_a_desk_phone_is_refused', () => {
  expect(refusal(() => signInPhone(lab.context, '1001', who))).toEqual({
    code: 'no-browser-phone',
    field: 'transport',
  });
  addPhone(lab.context, 'anna', { label: 'web', transport: 'wss' }, who);
  const first = signInPhone(lab.context, '1001-web', who);
  const second = signInPhone(lab.context, '1001-web', who);
  expect(second.password).not.toBe(first.password);
  expect(lab.store.phones.find('1001-web')?.ha1).toBe(ha1Of('1001-web', second.password ?? ''));
});

test('given_two_phones_when_one_is_removed_then_the_user_keeps_extension_and_the_other_and_asterisk_is_told', () => {
  addPhone(lab.context, 'anna', { label: 'mobile' }, who);
  const before = anna().revision;
  expect(removePhone(lab.context, '1001', who)).toMatchObject({ id: '1001', user: 'anna' });
  expect(anna()).toMatchObject({ extension: '1001', revision: before + 1 });
  expect(lab.store.phones.removed()).toEqual(['1001']);
  expect(fallbacks(lab.store).get('1001')).toBe('PJSIP/1001-mobile');
  expect(refusal(() => removePhone(lab.context, '1001', who))).toEqual({ code: 'unknown-phone', field: 'id' });
  // It may come back as the first one.
  expect(addPhone(lab.context, 'anna', {}, who).phone.id).toBe('1001');
  expect(lab.store.phones.removed()).toEqual([]);
});

test('given_several_phones_then_without_us_all_of_them_ring_for_the_user_and_for_the_group', () => {
  addPhone(lab.context, 'anna', { label: 'mobile' }, who);
  addUser(lab.context, newUser('bert', '1002'), who);
  addGroup(lab.context, { name: 'support', extension: '8001' }, who);
  addMembers(lab.context, 'support', ['bert', 'anna'], who);
  expect(Object.fromEntries(fallbacks(lab.store))).toEqual({
    1001: 'PJSIP/1001&PJSIP/1001-mobile',
    1002: 'PJSIP/1002',
    8001: 'PJSIP/1002&PJSIP/1001&PJSIP/1001-mobile',
  });
});

test('given_another_name_when_the_user_has_several_phones_then_each_is_pushed_since_each_shows_it', () => {
  addPhone(lab.context, 'anna', { label: 'mobile' }, who);
  lab.pushed.length = 0;
  setUser(lab.context, 'anna', { name: 'Anna Ant' }, who);
  expect(lab.pushed).toEqual(['1001', '1001-mobile']);
  lab.pushed.length = 0;
  setUser(lab.context, 'anna', { nat: 'no' }, who);
  expect(lab.pushed).toEqual(['1001']);
});

test('given_a_dry_run_then_everything_is_checked_and_told_and_nothing_is_there_afterwards', () => {
  const revision = lab.store.revision();
  const audit = lab.store.audit.last(100).length;
  const dryRun = { dryRun: true };
  expect(addUser(lab.context, newUser('bert', '1002'), who, dryRun).phones[0]?.phone.id).toBe('1002');
  expect(addPhone(lab.context, 'anna', { label: 'x' }, who, dryRun).phone.id).toBe('1001-x');
  expect(setPhone(lab.context, '1001', { nat: 'no', ...dryRun }, who).phone.nat).toBe('no');
  const users = [newUser('c1', '1003'), { ...newUser('c2', '1004'), phones: [{ label: 'web' }] }];
  expect(importUsers(lab.context, users, who, dryRun).flatMap(({ phones }) => phones)).toHaveLength(3);
  expect(refusal(() => addUser(lab.context, newUser('bert', '1001'), who, dryRun)).code).toBe('taken');
  expect(lab.store.users.ids()).toEqual(['anna']);
  expect(lab.store.phones.all().map(({ id, nat }) => [id, nat])).toEqual([['1001', 'yes']]);
  expect([lab.store.revision(), lab.store.audit.last(100).length]).toEqual([revision, audit]);
  expect(lab.pushed).toEqual([]);
});

test('given_a_directory_of_the_release_before_when_it_is_opened_then_its_phones_load_with_the_defaults', () => {
  const db = new Sqlite(':memory:');
  const [first, second] = MIGRATIONS;
  if (first === undefined || second === undefined) throw new Error('there are fewer migrations');
  migrate(db, [first], lab.home);
  db.exec(`INSERT INTO users VALUES ('old', 'Old', '1009', 1, 0);
    INSERT INTO phones (id, user, transport, codecs, ha1) VALUES ('1009', 'old', 'tls', '["ulaw"]', 'x');`);
  migrate(db, MIGRATIONS, lab.home);
  expect(phoneRows(db).find('1009')).toMatchObject({
    ...{ id: '1009', extension: '1009', label: null, transport: 'tls', nat: 'yes', context: 'from-sip' },
    ...{ callGroups: [], pickupGroups: [], callerName: null, callerNumber: null, drift: null },
  });
  db.close();
});
