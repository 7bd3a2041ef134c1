import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import type { AuditUndone } from '../../src/protocol/audit.ts';
import { queueFields } from '../../src/protocol/queue-fields.ts';
import type { SiteView } from '../../src/protocol/sites.ts';
import { done, entriesOf } from '../lab/audit.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type LabFront, startLabFront } from '../lab/front.ts';

/*
 * One change is put back through the front, as a person would: with all checks, and in the audit.
 */

let lab: LabFront;
beforeEach(async () => {
  lab = await startLabFront();
});
afterEach(() => lab.stop());

const said = (method: string, path: string, body?: unknown) => done(lab, method, path, body);
const entries = () => entriesOf(lab);

/** The number of the newest entry of this action. */
async function newest(action: string): Promise<number> {
  const entry = (await entries()).find((one) => one.action === action);
  expect(entry, action).toBeDefined();
  return entry?.id ?? 0;
}

const undo = (id: number | string, query = '') => lab.ask('POST', `/v1/audit/${encodeURIComponent(id)}/undo${query}`);

async function undone(id: number, query = ''): Promise<AuditUndone> {
  const { status, body } = await undo(id, query);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as AuditUndone;
}

async function read(path: string): Promise<unknown> {
  return Object.values((await lab.ask('GET', path)).body as object)[0];
}

async function team(...names: readonly string[]): Promise<void> {
  for (const [place, username] of names.entries())
    await said('POST', '/v1/users', { username, name: username, extension: String(1001 + place) });
  await said('POST', '/v1/groups', { name: 'support', extension: '8001', overflow: 'hang-up:busy' });
  if (names.length > 0) await said('POST', '/v1/groups/support/members', { users: names });
}

describe('what is put back', () => {
  test('given_a_changed_group_when_it_is_undone_then_only_those_fields_are_as_before_the_engine_hears_it_and_the_audit_says_so', async () => {
    await team('anna');
    await said('PATCH', '/v1/groups/support', { ringMs: 5_000, strategy: 'linear', overflow: 'user:anna' });
    const id = await newest('group.set');
    const told = lab.engine.settings().length;
    const tried = await undone(id, '?dryRun=true');
    expect(tried).toMatchObject({
      dryRun: true,
      entry: null,
      undone: { id, action: 'group.set', subject: 'support' },
      queue: {
        before: { ringMs: 5_000 },
        after: { ringMs: 15_000, strategy: 'longest-idle', overflow: 'hang-up:busy' },
      },
    });
    expect(tried.changes.toSorted((a, b) => (a.field < b.field ? -1 : 1))).toEqual([
      { field: 'overflow', from: 'user:anna', to: 'hang-up:busy' },
      { field: 'ringMs', from: 5_000, to: 15_000 },
      { field: 'strategy', from: 'linear', to: 'longest-idle' },
    ]);
    expect(await read('/v1/groups/support')).toMatchObject({ ringMs: 5_000, strategy: 'linear' });
    expect(lab.engine.settings().length, 'a trial is not told to the engine').toBe(told);
    expect(await newest('group.set'), 'nor is it in the audit').toBe(id);

    expect(await undone(id)).toMatchObject({ dryRun: false, entry: { undoes: id, action: 'group.set' }, warnings: [] });
    expect(await read('/v1/groups/support')).toMatchObject({
      ringMs: 15_000,
      strategy: 'longest-idle',
      overflow: 'hang-up:busy',
      members: [{ username: 'anna' }],
    });
    expect(lab.engine.settings().at(-1)?.queues).toMatchObject([{ id: 'support', ringMs: 15_000 }]);
    const [last] = await entries();
    expect(last).toMatchObject({ action: 'group.set', subject: 'support', undoes: id });
    await undone(last?.id ?? 0);
    expect(await read('/v1/groups/support'), 'an undoing is undone like any other change').toMatchObject({
      ringMs: 5_000,
      strategy: 'linear',
    });
    expect((await undone(id)).entry).toMatchObject({ undoes: id });
  });

  test('given_every_setting_of_a_queue_changed_at_once_when_it_is_undone_then_each_is_as_before', async () => {
    await team('anna');
    await said('POST', '/v1/queues', { name: 'billing', extension: '9001' });
    const before = await read('/v1/queues/billing');
    const other: Record<keyof typeof queueFields, unknown> = {
      strategy: 'ring-all',
      ringMs: 7_000,
      unreachableAfterMs: 900,
      maxWaitMs: 9_000,
      wrapUpMs: 1,
      backOffMs: 2,
      maxRinging: 3,
      waves: { size: 2, everyMs: 4_000 },
      targetMs: 5,
      priority: 9,
      rises: [{ afterMs: 6, priority: 10 }],
      needs: 'es>=3,~vip',
      relax: [{ afterMs: 7, skill: null, lowerBy: null }],
      tiers: { afterMs: 8, whenTried: false },
      announce: 'whisper',
      announceSound: 'custom/billing',
      maxLength: 10,
      maxTalking: 11,
      keepFree: { agents: 1, fromPriority: 7 },
      onMiss: 'overflow',
      refuseWhen: 'nobody-ready',
      leaveWhen: 'nobody-signed-in',
      climbs: ['declined'],
      ringAllMissEvery: 12,
      backOffs: { declined: 13 },
      ladder: [{ misses: 2, withinMs: null, restMs: null, untilReady: true, notify: 'agent' }],
      overflow: 'number:+33170123456,else=user:anna',
    };
    await said('PATCH', '/v1/queues/billing', { ...other, extension: '9002' });
    const id = await newest('queue.set');
    expect((await entries())[0]?.fields.toSorted()).toEqual([...Object.keys(queueFields), 'extension'].sort());
    await undone(id);
    expect(await read('/v1/queues/billing')).toEqual(before);
    await undone(await newest('queue.set'));
    expect(await read('/v1/queues/billing')).toMatchObject({ ...other, extension: '9002' });
  });

  test('given_a_member_taken_out_of_a_team_when_it_is_undone_then_they_are_back_at_their_place_with_what_was_said_of_them', async () => {
    await team('anna', 'bert', 'cleo');
    await said('PATCH', '/v1/groups/support/members/bert', { penalty: 2, weight: 7, wrapUpMs: 9_000 });
    await said('POST', '/v1/groups/support/members/remove', { users: ['bert', 'anna'] });
    await undone(await newest('group.member.remove'));
    const { members } = (await read('/v1/groups/support')) as { members: unknown };
    expect(members).toEqual([
      { username: 'anna', penalty: 0, weight: 1, wrapUpMs: null },
      { username: 'bert', penalty: 2, weight: 7, wrapUpMs: 9_000 },
      { username: 'cleo', penalty: 0, weight: 1, wrapUpMs: null },
    ]);
    expect(await read('/v1/users/bert')).toMatchObject({ group: 'support' });
    expect(lab.engine.settings().at(-1)?.queues).toMatchObject([
      { members: [{ user: 'anna' }, { user: 'bert', penalty: 2, weight: 7 }, { user: 'cleo' }] },
    ]);
    await undone(await newest('group.member.put'));
    expect(await read('/v1/groups/support')).toMatchObject({ members: [{ username: 'cleo' }] });
  });

  test('given_others_of_the_team_who_changed_since_when_a_member_comes_back_then_they_stay_as_they_are', async () => {
    await team('anna', 'bert', 'cleo', 'dora');
    await said('POST', '/v1/groups/support/members/remove', { users: ['bert'] });
    const out = await newest('group.member.remove');
    await said('PATCH', '/v1/groups/support/members/cleo', { penalty: 3 });
    await said('POST', '/v1/groups/support/members/remove', { users: ['anna'] });
    expect(await undo(out)).toMatchObject({ status: 409, body: { error: { code: 'costly' } } });
    const { changes } = await undone(out, '?confirmed=true');
    expect(changes).toEqual([
      { field: 'members', from: [], to: [{ user: 'bert', penalty: 0, weight: 1, wrapUpMs: null, place: 1 }] },
    ]);
    expect(await read('/v1/groups/support')).toMatchObject({
      members: [{ username: 'cleo', penalty: 3 }, { username: 'bert' }, { username: 'dora' }],
    });
  });

  test('given_entries_of_before_that_keep_all_members_and_name_no_fields_then_they_are_listed_and_put_back_as_ever', async () => {
    await team('anna', 'bert');
    const member = (user: string, penalty = 0) => ({ user, penalty, weight: 1, wrapUpMs: null });
    await said('PATCH', '/v1/groups/support/members/bert', { penalty: 4 });
    const db = new Sqlite(join(lab.home, 'directory.db'));
    const add = db.prepare(
      "INSERT INTO audit (at, who, action, subject, before, after) VALUES (0, 'eve', ?, 'support', ?, ?)",
    );
    const members = JSON.stringify([member('anna'), member('bert', 4)]);
    add.run('group.member.set', JSON.stringify([member('bert'), member('anna')]), members);
    add.run('group.member.add', members, members);
    db.close();
    const [nothing, set] = await entries();
    expect([nothing?.fields, set?.fields]).toEqual([[], ['members']]);
    expect(await undo(nothing?.id ?? 0)).toMatchObject({
      status: 409,
      body: { error: { code: 'not-undoable', message: expect.stringContaining('altered nothing') } },
    });
    await undone(set?.id ?? 0, '?confirmed=true');
    expect(await read('/v1/groups/support')).toMatchObject({ members: [{ username: 'bert' }, { username: 'anna' }] });
    const put = await newest('group.member.put');
    await undone(put);
    expect(await read('/v1/groups/support'), 'another order is kept whole').toMatchObject({
      members: [{ username: 'anna' }, { username: 'bert', penalty: 4 }],
    });
  });

  test('given_a_user_with_another_name_and_phone_settings_when_it_is_undone_then_both_are_as_before_and_asterisk_has_them', async () => {
    await team('anna');
    await said('PATCH', '/v1/users/anna', { name: 'Hanna', codecs: ['ulaw'], nat: 'no', context: 'from-home' });
    const id = await newest('user.set');
    expect((await entries())[0]?.fields).toEqual(['name', 'phone.codecs', 'phone.nat', 'phone.context']);
    await undone(id);
    expect(await read('/v1/users/anna')).toMatchObject({
      name: 'anna',
      phones: [{ codecs: ['opus', 'g722', 'alaw', 'ulaw'], nat: 'yes', context: 'from-sip', provisioned: true }],
    });
    await waitUntil(() => lab.asterisk.phones.get('1001')?.callerName === 'anna', 'the phone in Asterisk');
  });

  test('given_skills_a_phone_a_trunk_a_number_rules_a_site_and_a_reason_when_each_is_undone_then_each_is_as_before', async () => {
    await team('anna');
    await said('PATCH', '/v1/users/anna/skills', { skills: { es: 5, billing: 2 } });
    await said('PATCH', '/v1/users/anna/skills', { skills: { es: null, billing: 9, fr: 1 } });
    await undone(await newest('user.skills'));
    expect(await read('/v1/users/anna')).toMatchObject({ skills: { es: 5, billing: 2 } });

    await said('PATCH', '/v1/phones/1001', { nat: 'no', callerNumber: '+33170123456' });
    await undone(await newest('phone.set'));
    expect(await read('/v1/phones/1001')).toMatchObject({ nat: 'yes', callerNumber: '1001' });

    await said('POST', '/v1/trunks', { name: 'carrier', host: 'sip.example.net', maxCalls: 10 });
    await said('PATCH', '/v1/trunks/carrier', { host: 'sip2.example.net', maxCalls: null, headers: ['X-A: 1'] });
    await undone(await newest('trunk.set'));
    expect(await read('/v1/trunks/carrier')).toMatchObject({ host: 'sip.example.net', maxCalls: 10, headers: [] });
    expect(lab.asterisk.trunkBodies.get('carrier')).toMatchObject({ host: 'sip.example.net' });

    await said('POST', '/v1/numbers', { name: 'main', number: '+33170123456', to: 'group:support' });
    await said('PATCH', '/v1/numbers/main', { to: 'number:+33170999999,else=hang-up:busy', trunk: 'carrier' });
    await undone(await newest('number.set'));
    expect(await read('/v1/numbers')).toMatchObject([{ name: 'main', to: 'group:support', trunk: null }]);

    await said('PATCH', '/v1/outbound/group:support', { outbound: true, classes: ['national'], maxCalls: 3 });
    await said('PATCH', '/v1/outbound/group:support', { classes: ['premium'], maxCalls: null, bar: ['+338'] });
    await undone(await newest('outbound.set'));
    expect(await read('/v1/outbound/group:support')).toMatchObject({
      ...{ classes: ['national'], maxCalls: 3, bar: [], own: ['classes', 'maxCalls', 'outbound'] },
    });

    const paris = { callback: '+33170123456', location: 'Paris', users: ['anna'] };
    await said('PUT', '/v1/sites/paris', paris);
    await said('PUT', '/v1/sites/lyon', { callback: '+33470123456', location: 'Lyon', users: ['anna'] });
    const lost = (await entries()).find(({ action, subject }) => action === 'site.set' && subject === 'paris');
    expect(lost?.fields, 'what another site lost by it is a change of its own').toEqual(['users']);
    await undone(lost?.id ?? 0);
    expect(await read('/v1/sites')).toMatchObject([
      { name: 'lyon', users: [] },
      { name: 'paris', users: ['anna'] },
    ]);

    await said('POST', '/v1/reasons', { name: 'lunch', limitMs: 60_000 });
    await said('PATCH', '/v1/reasons/lunch', { limitMs: null });
    await undone(await newest('reason.set'));
    expect(await read('/v1/reasons')).toMatchObject([{ name: 'lunch', limitMs: 60_000 }]);
  });

  test('given_removed_things_that_hold_no_secret_when_it_is_undone_then_they_are_made_again_as_they_were', async () => {
    await team('anna', 'bert');
    await said('POST', '/v1/queues', { name: 'billing', extension: '9001', needs: 'es>=3', priority: 7, ladder: [] });
    await said('POST', '/v1/queues/billing/members', { users: ['bert', 'anna'], penalty: 3 });
    await said('PATCH', '/v1/outbound/queue:billing', { outbound: true });
    const before = await read('/v1/queues/billing');
    await said('DELETE', '/v1/queues/billing?confirmed=true');
    const [removed, rights] = await entries();
    expect([rights?.action, removed?.action]).toEqual(['outbound.set', 'queue.remove']);
    const back = await undone(removed?.id ?? 0);
    expect(back.warnings).toEqual([
      expect.stringContaining(`went with it: cordboard audit undo ${rights?.id} gives it back`),
      expect.stringContaining('no member of billing has es'),
    ]);
    expect(await read('/v1/queues/billing')).toEqual(before);
    await undone(rights?.id ?? 0);
    expect(await read('/v1/outbound/queue:billing')).toMatchObject({ outbound: true });

    await said('POST', '/v1/trunks', { name: 'carrier', host: 'sip.example.net', maxCalls: 10 });
    await said('POST', '/v1/numbers', { name: 'main', number: '*', to: 'group:support', caller: 'withheld' });
    const [numbers, trunk] = [await read('/v1/numbers'), await read('/v1/trunks/carrier')];
    await said('DELETE', '/v1/numbers/main');
    await said('DELETE', '/v1/trunks/carrier');
    await undone(await newest('trunk.remove'));
    await undone(await newest('number.remove'));
    expect([await read('/v1/numbers'), await read('/v1/trunks/carrier')]).toEqual([numbers, trunk]);

    await said('PUT', '/v1/sites/paris', { callback: '+33170123456', location: 'Paris', users: ['anna'] });
    await said('DELETE', '/v1/sites/paris');
    await said('PUT', '/v1/sites/lyon', { callback: '+33470123456', location: 'Lyon', users: ['anna'] });
    const site = await newest('site.remove');
    expect(await undo(site)).toMatchObject({
      status: 409,
      body: { error: { code: 'changed-since', message: expect.stringContaining('anna is at lyon by now') } },
    });
    await said('DELETE', '/v1/sites/lyon');
    await undone(site);
    expect(await read('/v1/sites')).toMatchObject([{ name: 'paris', users: ['anna'] }]);

    await said('POST', '/v1/reasons', { name: 'lunch', limitMs: 60_000 });
    await said('DELETE', '/v1/reasons/lunch');
    await undone(await newest('reason.remove'));
    expect(await read('/v1/reasons')).toMatchObject([{ name: 'lunch', limitMs: 60_000 }]);
  });
});

describe('a site that took users and the default from another', () => {
  const paris = { callback: '+33170123456', location: 'Paris' };
  const lyon = { callback: '+33470123456', location: 'Lyon' };
  const sites = async () =>
    ((await read('/v1/sites')) as SiteView[]).map(({ name, users, isDefault, location }) => [
      ...[name, users.join(), isDefault, location],
    ]);
  const siteEntries = async (): Promise<readonly string[]> =>
    (await entries())
      .filter(({ action }) => action === 'site.set')
      .map(({ id, subject, undoes }) => `#${id} ${subject}${undoes === null ? '' : ` undoes ${undoes}`}`);

  /** Lyon takes two of Paris and one of Nice, and the default. Its entry. */
  async function taken(): Promise<number> {
    await team('anna', 'bert', 'cleo', 'dora');
    await said('PUT', '/v1/sites/paris', { ...paris, users: ['anna', 'bert', 'cleo'], isDefault: true });
    await said('PUT', '/v1/sites/nice', { callback: '+33493123456', location: 'Nice', users: ['dora'] });
    await said('PUT', '/v1/sites/lyon', { ...lyon, location: 'Old quay' });
    await said('PUT', '/v1/sites/lyon', { ...lyon, users: ['dora', 'cleo', 'anna'], isDefault: true });
    expect(await sites()).toEqual([
      ['lyon', 'dora,cleo,anna', true, 'Lyon'],
      ['nice', '', false, 'Nice'],
      ['paris', 'bert', false, 'Paris'],
    ]);
    return newest('site.set');
  }
  const before = [
    ['lyon', '', false, 'Old quay'],
    ['nice', 'dora', false, 'Nice'],
    ['paris', 'anna,bert,cleo', true, 'Paris'],
  ];

  test('given_that_when_it_is_undone_then_each_has_again_what_was_taken_and_it_can_be_undone_in_turn', async () => {
    const id = await taken();
    const [warnings, was] = [(await undone(id, '?dryRun=true')).warnings, await sites()];
    expect(warnings).toEqual([
      `paris gets back what #${id} took from it (#${id - 1}): anna, cleo, and that it is the default`,
      `nice gets back what #${id} took from it (#${id - 2}): dora`,
    ]);
    expect(await sites()).toEqual(was);
    const back = await undone(id);
    expect(back).toMatchObject({ warnings, entry: { subject: 'lyon', undoes: id } });
    expect(await sites()).toEqual(before);
    expect((await siteEntries()).slice(0, 3)).toEqual([
      `#${id + 3} nice undoes ${id - 2}`,
      `#${id + 2} paris undoes ${id - 1}`,
      `#${id + 1} lyon undoes ${id}`,
    ]);
    for (const one of [id, id - 1, id - 2])
      expect(await undo(one)).toMatchObject({
        status: 409,
        body: { error: { code: 'changed-since', message: expect.stringContaining(`#${one} was undone already`) } },
      });
    await undone(id + 2);
    expect(await sites(), 'what paris got is at lyon again').toEqual([
      ['lyon', 'cleo,anna', true, 'Old quay'],
      ['nice', 'dora', false, 'Nice'],
      ['paris', 'bert', false, 'Paris'],
    ]);
  });

  test('given_that_when_the_other_site_was_changed_since_then_it_keeps_that_and_when_it_is_gone_it_is_refused', async () => {
    const id = await taken();
    await said('PUT', '/v1/sites/paris', { ...paris, location: 'New street', users: ['bert'] });
    await said('DELETE', '/v1/sites/nice');
    for (const query of ['', '?dryRun=true', '?confirmed=true'])
      expect(await undo(id, query)).toMatchObject({
        status: 409,
        body: {
          error: { code: 'changed-since', field: 'users', message: expect.stringContaining('nice, from which') },
        },
      });
    await undone(await newest('site.remove'));
    await undone(id, '?confirmed=true');
    expect(await sites()).toEqual([...before.slice(0, 2), ['paris', 'anna,bert,cleo', true, 'New street']]);
  });

  test('given_users_who_were_at_no_site_since_a_change_just_before_then_they_are_at_none_again_and_it_says_so', async () => {
    await team('anna');
    await said('PUT', '/v1/sites/paris', { ...paris, users: ['anna'], isDefault: true });
    await said('PUT', '/v1/sites/lyon', lyon);
    await said('PUT', '/v1/sites/paris', paris);
    await said('PUT', '/v1/sites/lyon', { ...lyon, users: ['anna'], isDefault: true });
    const id = await newest('site.set');
    expect((await undone(id)).warnings).toEqual([
      `as before #${id}, at no site: anna`,
      `as before #${id}, no site is the default: who is at none has no emergency address`,
    ]);
    expect(await sites()).toEqual([
      ['lyon', '', false, 'Lyon'],
      ['paris', '', false, 'Paris'],
    ]);
  });

  test('given_entries_of_before_that_do_not_say_of_which_change_they_are_then_those_of_one_moment_are_one', async () => {
    const id = await taken();
    const db = new Sqlite(join(lab.home, 'directory.db'));
    db.prepare('UPDATE audit SET revision = NULL, at = (SELECT at FROM audit WHERE id = ?)').run(id);
    db.close();
    await undone(id);
    expect(await sites()).toEqual(before);
  });

  test('given_a_site_that_took_them_when_it_was_made_then_it_says_what_gives_them_back', async () => {
    await team('anna');
    await said('PUT', '/v1/sites/paris', { ...paris, users: ['anna'], isDefault: true });
    await said('PUT', '/v1/sites/lyon', { ...lyon, users: ['anna'], isDefault: true });
    const id = await newest('site.set');
    expect(await undo(id)).toMatchObject({
      status: 409,
      body: {
        error: { code: 'not-undoable', message: expect.stringContaining(`cordboard audit undo ${id - 1} gives`) },
      },
    });
    await undone(id - 1);
    expect(await sites()).toEqual([
      ['lyon', '', false, 'Lyon'],
      ['paris', 'anna', true, 'Paris'],
    ]);
  });
});

describe('on the command line', () => {
  const cordboard = async (...args: readonly string[]): Promise<string> => {
    let said = '';
    const program = buildProgram({ CORDBOARD_HOME: lab.home }, (text) => {
      said += text;
    });
    await program.parseAsync(['node', 'cordboard', ...args]);
    return stripVTControlCharacters(said);
  };

  test('given_a_change_then_a_trial_says_what_would_be_in_the_words_of_set_and_the_table_says_what_was_undone', async () => {
    await team('anna', 'bert');
    await said('PATCH', '/v1/groups/support', { ringMs: 5_000, overflow: 'user:anna' });
    await said('PATCH', '/v1/groups/support', { wrapUpMs: 0 });
    const [last, set] = await entries();
    expect(await cordboard('audit', 'undo', String(set?.id), '--dry-run')).toBe(
      [
        `#${set?.id} (group.set support) could be undone; nothing was done`,
        '  ring: 5s → 15s',
        '  overflow: user:anna → hang-up:busy',
        `warning: since then: unknown at ${new Date(last?.at ?? 0).toISOString()} (#${last?.id} group.set)\n`,
      ].join('\n'),
    );
    await expect(cordboard('audit', 'undo', String(set?.id))).rejects.toMatchObject({ code: 'costly' });
    expect(await cordboard('audit', 'undo', String(set?.id), '--yes')).toMatch(
      /^#\d+ \(group\.set support\) undone, by #/,
    );
    await said('POST', '/v1/groups/support/members/remove', { users: ['bert'] });
    const removed = await newest('group.member.remove');
    expect(await cordboard('audit', 'undo', String(removed))).toContain('\n  members: anna → anna, bert\n');
    expect(await cordboard('audit', 'list', 'support')).toMatch(
      new RegExp(`group\\.member\\.put \\(undoes ${removed}\\)`),
    );
    await said('PATCH', '/v1/users/anna', { name: 'Hanna' });
    const renamed = String(await newest('user.set'));
    expect(await cordboard('audit', 'undo', renamed, '--dry-run')).toContain('\n  name: Hanna → anna\n');
    expect(JSON.parse(await cordboard('audit', 'undo', renamed, '--json'))).toMatchObject({
      changes: [{ field: 'name', from: 'Hanna', to: 'anna' }],
      entry: { undoes: Number(renamed) },
    });
  });

  test('given_a_machine_far_from_utc_when_changes_are_listed_then_their_times_are_local_and_since_reads_them_so', async () => {
    const [before, zone] = ['2026-01-31T14:03:07.249', '2026-01-31T14:03:07.250-08:00'];
    const at = Date.parse(zone);
    vi.stubEnv('TZ', 'America/Los_Angeles');
    try {
      await team();
      const db = new Sqlite(join(lab.home, 'directory.db'));
      db.prepare('UPDATE audit SET at = ?').run(at);
      db.close();
      const first = String((await entries()).at(-1)?.id);
      const list = await cordboard('audit', 'list', '--since', before);
      expect(
        list
          .trim()
          .split('\n')
          .slice(1)
          .every((line) => line.includes(` ${zone} `)),
        list,
      ).toBe(true);
      expect(await cordboard('audit', 'show', first)).toMatch(new RegExp(`^at +${zone}$`, 'm'));
      for (const since of [zone, '2026-01-31T14:03:07.250', '2026-01-31'])
        expect(await cordboard('audit', 'list', '--since', since), since).toBe(list);
      for (const since of ['2026-01-31T14:03:07.251', '2026-02-01'])
        expect(await cordboard('audit', 'list', '--since', since), since).toBe('No change is like that\n');
      expect(await cordboard('audit', 'list', '--until', '2026-01-31')).toBe('No change is like that\n');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('one change on the command line', () => {
  const show = async (id: number | string, ...more: string[]): Promise<readonly string[]> => {
    let text = '';
    const program = buildProgram({ CORDBOARD_HOME: lab.home }, (part) => {
      text += part;
    });
    await program.parseAsync(['node', 'cordboard', 'audit', 'show', String(id), ...more]);
    return stripVTControlCharacters(text).trimEnd().split('\n').slice(6);
  };

  test('given_a_change_when_it_is_shown_then_only_what_it_altered_is_there_in_the_units_of_people', async () => {
    await team('anna');
    const rises = [{ afterMs: 120_000, priority: 7 }];
    await said('PATCH', '/v1/groups/support', { ringMs: 90_000, rises, maxLength: 3 });
    const id = await newest('group.set');
    expect(await show(id)).toEqual(['  ring: 15s → 1m30s', '  rises: none → 2m=7', '  max length: - → 3']);
    const full = await show(id, '--full');
    expect(full).toEqual(expect.arrayContaining(['  ring: 15s → 1m30s', '  wrap-up: 10s', '  ladder: default']));
    expect(full.filter((line) => line.includes('→'))).toHaveLength(3);
    expect(await show(await newest('group.add'))).toEqual(
      expect.arrayContaining(['made as', '  max wait: 2m', '  waves: -', '  overflow: hang-up:busy']),
    );
    await said('PATCH', '/v1/users/anna', { nat: 'route' });
    expect(await show(await newest('user.set'))).toEqual(['  phone.nat: yes → route']);
  });

  test('given_a_queue_of_many_when_their_change_is_shown_or_undone_then_counts_say_it_with_who_came_and_went', async () => {
    const names = Array.from({ length: 24 }, (_, i) => `u${i + 10}`);
    await team(...names);
    await said('PATCH', '/v1/groups/support/members/u12', { penalty: 2 });
    const set = await newest('group.member.set');
    expect(await show(set)).toEqual(['  members: changed 1: u12 (penalty 2)']);
    await said('POST', '/v1/groups/support/members/remove', { users: ['u10', 'u11'] });
    const removed = await newest('group.member.remove');
    expect(await show(removed)).toEqual(['  members: removed 2: u10, u11']);
    expect(await show(await newest('group.member.add'))).toEqual([
      `  members: added 24: ${names.slice(0, 20).join(', ')} and 4 more`,
    ]);
  });
});

describe('what is refused', () => {
  test('given_a_field_that_is_another_one_since_then_it_is_named_with_what_it_is_now_and_by_whom', async () => {
    await team();
    await said('PATCH', '/v1/groups/support', { ringMs: 5_000, wrapUpMs: 1_000 });
    const id = await newest('group.set');
    await said('PATCH', '/v1/groups/support', { ringMs: 6_000 });
    const since = await newest('group.set');
    for (const query of ['', '?confirmed=true', '?dryRun=true']) {
      expect(await undo(id, query)).toMatchObject({
        status: 409,
        body: {
          error: {
            code: 'changed-since',
            field: 'ringMs',
            message: expect.stringMatching(
              new RegExp(
                `^ringMs: expected 5000, as #${id} left it; it is 6000 now, by unknown at .*\\(#${since} group.set\\)`,
              ),
            ),
          },
        },
      });
    }
    expect(await read('/v1/groups/support')).toMatchObject({ ringMs: 6_000, wrapUpMs: 1_000 });
    await undone(since);
    await undone(id);
    expect(await read('/v1/groups/support')).toMatchObject({ ringMs: 15_000, wrapUpMs: 10_000 });
    expect(await undo(id)).toMatchObject({
      status: 409,
      body: {
        error: { code: 'changed-since', message: expect.stringContaining(`#${id} was undone already, by unknown`) },
      },
    });
  });

  test('given_other_changes_of_the_same_since_then_they_are_told_and_want_to_be_confirmed', async () => {
    await team('anna');
    await said('PATCH', '/v1/groups/support', { ringMs: 5_000 });
    const id = await newest('group.set');
    await said('PATCH', '/v1/groups/support', { wrapUpMs: 0 });
    expect(await undo(id)).toMatchObject({
      status: 409,
      body: { error: { code: 'costly', message: expect.stringMatching(/group\.set\) \(wrapUpMs\).*--yes/) } },
    });
    expect((await undone(id, '?dryRun=true')).warnings).toEqual([expect.stringContaining('since then: unknown at')]);
    await undone(id, '?confirmed=true');
    expect(await read('/v1/groups/support')).toMatchObject({ ringMs: 15_000, wrapUpMs: 0 });
  });

  test('given_members_that_are_others_since_or_a_user_who_is_gone_then_it_says_by_whom', async () => {
    await team('anna', 'bert', 'cleo');
    const set = async (user: string, penalty: number): Promise<number> => {
      await said('PATCH', `/v1/groups/support/members/${user}`, { penalty });
      return newest('group.member.set');
    };
    const [anna, cleo] = [await set('anna', 4), await set('cleo', 7)];
    const since = await set('anna', 5);
    await set('bert', 3);
    await said('DELETE', '/v1/users/cleo');
    const gone = await newest('user.remove');
    for (const [id, by] of [
      [anna, `(#${since} group.member.set)`],
      [cleo, `(#${gone} user.remove)`],
    ] as const)
      expect(await undo(id, '?confirmed=true')).toMatchObject({
        status: 409,
        body: { error: { code: 'changed-since', field: 'members', message: expect.stringContaining(by) } },
      });
  });

  test('given_a_thing_that_was_removed_or_is_another_of_that_name_then_it_is_left_alone', async () => {
    await team('anna');
    await said('PATCH', '/v1/users/anna', { name: 'Hanna' });
    const named = await newest('user.set');
    await said('PATCH', '/v1/phones/1001', { nat: 'no' });
    const phone = await newest('phone.set');
    await said('PATCH', '/v1/outbound/user:anna', { outbound: true });
    const rights = await newest('outbound.set');
    await said('DELETE', '/v1/users/anna');
    const refused = async (id: number, what: string): Promise<void> =>
      expect(await undo(id, '?confirmed=true')).toMatchObject({
        status: 409,
        body: { error: { code: 'changed-since', message: expect.stringContaining(what) } },
      });
    for (const id of [named, phone, rights]) await refused(id, 'is gone since');
    await said('POST', '/v1/users', { username: 'anna', name: 'Hanna', extension: '1001', nat: 'no' });
    await said('PATCH', '/v1/outbound/user:anna', { outbound: true });
    for (const id of [named, phone, rights]) await refused(id, 'is another one since');
    expect(await read('/v1/users/anna')).toMatchObject({ name: 'Hanna', phones: [{ nat: 'no' }] });
  });

  test('given_users_of_a_site_who_were_removed_then_neither_they_nor_others_of_their_names_come_back_to_it', async () => {
    await team('anna', 'bert');
    const paris = { callback: '+33170123456', location: 'Paris' };
    await said('PUT', '/v1/sites/paris', { ...paris, users: ['anna', 'bert'] });
    await said('PUT', '/v1/sites/paris', { ...paris, users: ['bert'] });
    const out = await newest('site.set');
    await said('DELETE', '/v1/users/bert');
    const left = await newest('site.set');
    expect(left).not.toBe(out);
    await said('DELETE', '/v1/users/anna');
    const refused = async (id: number, what: string): Promise<void> =>
      expect(await undo(id, '?confirmed=true')).toMatchObject({
        status: 409,
        body: { error: { code: 'changed-since', message: expect.stringContaining(what) } },
      });
    await refused(left, 'bert is gone since');
    await refused(out, 'anna is gone since');
    await said('POST', '/v1/users', { username: 'bert', name: 'Another Bert', extension: '1005' });
    await refused(left, 'bert is another one since');
    await said('PUT', '/v1/sites/paris', { ...paris, users: ['bert'] });
    await said('DELETE', '/v1/sites/paris');
    await said('DELETE', '/v1/users/bert');
    await said('POST', '/v1/users', { username: 'bert', name: 'A third Bert', extension: '1006' });
    await refused(await newest('site.remove'), 'bert is another one since');
    expect(await read('/v1/sites')).toEqual([]);
  });

  test.each([
    ['user.add', 'remove it instead (cordboard user remove anna)'],
    ['group.add', 'remove it instead (cordboard group remove support)'],
    ['phone.set', 'Give a new one (cordboard phone rotate 1001)'],
    ['phone.rotate', 'changed a secret'],
    ['user.set', 'gave an extension, which never changes'],
    ['trunk.set', 'Give a new one (cordboard trunk set carrier --password)'],
    ['trunk.remove', 'changed a secret'],
    ['phone.remove', 'took a SIP password along'],
    ['user.remove', 'took a SIP password along'],
  ])('given_an_entry_%s_then_it_says_why_it_cannot_be_undone', async (action, why) => {
    await team('anna');
    await said('PATCH', '/v1/phones/1001', { nat: 'no', sipPassword: 'a-new-secret-of-hers' });
    await said('POST', '/v1/phones/1001/rotate');
    await said('POST', '/v1/users', { username: 'boss', name: 'Boss' });
    await said('PATCH', '/v1/users/boss', { extension: '1009' });
    await said('DELETE', '/v1/phones/1009');
    await said('DELETE', '/v1/users/boss');
    await said('POST', '/v1/trunks', { name: 'carrier', host: 'a.example.net', username: 'u', password: 'one-secret' });
    await said('PATCH', '/v1/trunks/carrier', { password: 'another-secret', maxCalls: 5 });
    await said('DELETE', '/v1/trunks/carrier');
    const all = (await entries()).filter((one) => one.action === action);
    const entry = all.at(action === 'user.add' ? -1 : 0);
    const answer = await undo(entry?.id ?? 0, '?confirmed=true');
    expect(answer).toMatchObject({
      status: 409,
      body: { error: { code: 'not-undoable', message: expect.stringContaining(why) } },
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/secret-of-hers|one-secret|another-secret/);
  });

  test('given_what_would_be_refused_to_anybody_then_it_is_refused_here_too', async () => {
    await team('anna', 'bert');
    await said('PATCH', '/v1/groups/support', { extension: '8002', overflow: 'user:bert' });
    await said('POST', '/v1/groups', { name: 'sales', extension: '8001' });
    expect(await undo(await newest('group.set'))).toMatchObject({
      status: 409,
      body: { error: { code: 'taken', field: 'extension', message: expect.stringContaining('the group sales') } },
    });
    await said('PATCH', '/v1/phones/1001', { context: 'from-home' });
    lab.asterisk.contexts.delete('from-sip');
    expect(await undo(await newest('phone.set'))).toMatchObject({
      status: 400,
      body: { error: { code: 'no-context' } },
    });
    expect(await read('/v1/phones/1001')).toMatchObject({ context: 'from-home' });

    await said('POST', '/v1/groups/support/members/remove', { users: ['bert'] });
    await said('POST', '/v1/groups/sales/members', { users: ['bert'] });
    const out = await newest('group.member.remove');
    expect(await undo(out)).toMatchObject({ status: 409, body: { error: { code: 'in-another-group' } } });
    expect(await read('/v1/groups/support'), 'nobody was lost on the way').toMatchObject({
      members: [{ username: 'anna' }],
    });
  });

  test.each(['999999', 'x', '-1', '1;', '1e3', '0x1', '9'.repeat(400), '../1', ' 1', '１'])(
    'given_%j_for_an_entry_then_it_is_not_found_and_nothing_is_done',
    async (id) => {
      await team();
      await said('PATCH', '/v1/groups/support', { ringMs: 5_000 });
      const count = (await entries()).length;
      const { status, body } = await undo(id);
      expect([400, 404], JSON.stringify(body)).toContain(status);
      expect(body).toMatchObject({ error: { code: expect.stringMatching(/^(unknown-entry|invalid)$/) } });
      expect((await entries()).length).toBe(count);
    },
  );

  test('given_a_query_that_is_no_yes_or_no_then_it_is_refused_and_nothing_is_done', async () => {
    await team();
    await said('PATCH', '/v1/groups/support', { ringMs: 5_000 });
    const id = await newest('group.set');
    expect(await undo(id, '?dryRun=perhaps')).toMatchObject({ status: 400, body: { error: { field: 'dryRun' } } });
    expect(await undo(id, '?confirmed=7')).toMatchObject({ status: 400, body: { error: { field: 'confirmed' } } });
    expect(await read('/v1/groups/support')).toMatchObject({ ringMs: 5_000 });
  });
});
