import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AuditDetails } from '../../src/protocol/audit.ts';
import { done, entriesOf } from '../lab/audit.ts';
import { waitUntil } from '../lab/deadline.ts';
import { openLabDirectory } from '../lab/directory.ts';
import { type LabFront, startLabFront } from '../lab/front.ts';

// What the audit keeps, and what a list of it reads: it grows with each change, for years.
let lab: LabFront;
beforeEach(async () => {
  lab = await startLabFront();
  for (const [username, extension] of [
    ['anna', '1001'],
    ['bert', '1002'],
    ['cleo', '1003'],
  ])
    await said('POST', '/v1/users', { username, name: username, extension });
  await said('POST', '/v1/queues', { name: 'billing' });
  await said('POST', '/v1/queues/billing/members', { users: ['anna', 'bert', 'cleo'] });
});
afterEach(() => lab.stop());

const said = (method: string, path: string, body?: unknown) => done(lab, method, path, body);
const entries = () => entriesOf(lab);

async function newest(): Promise<AuditDetails> {
  const [last] = await entries();
  return ((await lab.ask('GET', `/v1/audit/${last?.id}`)).body as { entry: AuditDetails }).entry;
}

const paris = { callback: '+33170123456', location: 'Paris', users: ['anna'] };

test('given_changes_that_alter_nothing_then_none_of_them_is_an_entry', async () => {
  const changes = [
    ['PATCH', '/v1/queues/billing', { ringMs: 7_000 }],
    ['PATCH', '/v1/queues/billing/members/bert', { penalty: 2 }],
    ['POST', '/v1/queues/billing/members', { users: ['bert'] }],
    ['POST', '/v1/members/import', { members: [{ queue: 'billing', username: 'bert', penalty: 2 }] }],
    ['PATCH', '/v1/users/anna', { name: 'Hanna', nat: 'no' }],
    ['PATCH', '/v1/users/anna/skills', { skills: { es: 3, fr: null } }],
    ['PATCH', '/v1/phones/1001', { callerNumber: '+33170123456' }],
    ['PATCH', '/v1/outbound/user:anna', { outbound: true }],
    ['PUT', '/v1/sites/paris', paris],
  ] as const;
  for (const [method, path, body] of changes) await said(method, path, body);
  const before = await entries();
  expect(before.map(({ action }) => action).slice(0, 7)).toEqual([
    ...['site.set', 'outbound.set', 'phone.set', 'user.skills', 'user.set', 'queue.member.set', 'queue.set'],
  ]);
  for (const [method, path, body] of changes) await said(method, path, body);
  expect(await entries()).toEqual(before);
});

test('given_a_queue_with_members_when_one_of_them_or_a_setting_changes_then_nobody_else_is_kept', async () => {
  const bert = { user: 'bert', weight: 1, wrapUpMs: null, place: 1 };
  await said('PATCH', '/v1/queues/billing/members/bert', { penalty: 2 });
  expect(await newest()).toMatchObject({ fields: ['members'] });
  expect(await newest()).toMatchObject({
    before: { members: [{ ...bert, penalty: 0 }] },
    after: { members: [{ ...bert, penalty: 2 }] },
  });
  await said('POST', '/v1/members/import', {
    members: ['anna', 'bert', 'cleo'].map((username) => ({ queue: 'billing', username, penalty: 2 })),
  });
  expect(await newest()).toMatchObject({ after: { members: [{ user: 'anna' }, { user: 'cleo' }] } });
  await said('POST', '/v1/queues/billing/members/remove', { users: ['bert'] });
  expect(await newest()).toMatchObject({ before: { members: [{ ...bert, penalty: 2 }] }, after: { members: [] } });
  await said('PATCH', '/v1/queues/billing', { ringMs: 7_000 });
  expect(JSON.stringify(await newest())).not.toContain('anna');
  await said('PUT', '/v1/sites/paris', paris);
  await said('PUT', '/v1/sites/paris', { ...paris, location: 'Old street' });
  const { fields, before, after } = await newest();
  expect(fields).toEqual(['location']);
  expect(JSON.stringify([before, after])).not.toContain('anna');
});

test('given_a_list_of_the_audit_then_it_reads_nothing_of_what_was_before_and_after', async () => {
  await said('PATCH', '/v1/users/anna', { name: 'Hanna', nat: 'no' });
  const before = await entries();
  expect(before[0]?.fields).toEqual(['name', 'phone.nat']);
  const db = new Sqlite(join(lab.home, 'directory.db'));
  db.exec("UPDATE audit SET before = 'no JSON', after = 'no JSON'");
  db.close();
  expect(await entries()).toEqual(before);
});

test('given_entries_that_are_older_than_they_are_kept_then_they_go_by_themselves_and_the_others_stay', async () => {
  const all = await entries();
  const old = all.slice(-2).map(({ id }) => id);
  const db = new Sqlite(join(lab.home, 'directory.db'));
  const age = db.prepare('UPDATE audit SET at = ? WHERE id = ?');
  const days = 86_400_000;
  for (const id of old) age.run(Date.now() - 1_096 * days, id);
  const [young] = all.slice(-3);
  age.run(Date.now() - 1_094 * days, young?.id);
  db.close();
  await waitUntil(async () => (await entries()).length < all.length, 'the old entries to go');
  expect((await entries()).map(({ id }) => id)).toEqual(all.slice(0, -2).map(({ id }) => id));
});

test('given_more_old_entries_than_go_at_once_then_the_oldest_go_and_it_says_that_there_are_more', () => {
  const { store, close } = openLabDirectory();
  for (let at = 1; at <= 5; at++)
    store.audit.add({ at, who: 'eve', action: 'user.add', subject: `u${at}`, before: null, after: {} });
  const subjects = () => store.audit.last(10).map(({ subject }) => subject);
  expect([store.audit.prune(5, 3), subjects()]).toEqual([true, ['u5', 'u4']]);
  expect([store.audit.prune(5, 3), subjects()]).toEqual([false, ['u5']]);
  expect([store.audit.prune(5, 3), subjects()]).toEqual([false, ['u5']]);
  close();
});
