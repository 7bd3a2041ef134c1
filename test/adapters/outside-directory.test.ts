import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pathsOf } from '../../src/config/paths.ts';
import { trunkDefaults } from '../../src/protocol/trunks.ts';
import { openDirectoryDb } from '../../src/storage/directory/database.ts';
import { migrate } from '../../src/storage/directory/migrate.ts';
import { MIGRATIONS } from '../../src/storage/directory/migrations.ts';
import { createStore } from '../../src/storage/directory/store.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type LabFront, startLabFront } from '../lab/front.ts';

// Trunks, numbers, rights and sites over HTTP and by the command line: what is kept, what is refused and how that is said.
const entry = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
let lab: LabFront;
beforeEach(async () => {
  lab = await startLabFront();
  writeFileSync(join(lab.home, 'cordboard.yaml'), `http: {port: ${lab.port}}\n`);
});
afterEach(() => lab.stop());

/** Runs the command; its exit code with what it printed. */
function cli(...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', CORDBOARD_HOME: lab.home };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [entry, ...args], { env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

const red = {
  name: 'red',
  host: 'sip.carrier.example',
  username: '33170',
  password: 'secret-of-33170',
  register: true,
};
const errorOf = async (method: string, path: string, body?: unknown) => {
  const { status, body: said } = await lab.ask(method, path, body);
  return { status, ...(said as { error: { code: string; message: string; field?: string } }).error };
};

describe('a trunk', () => {
  test.each([
    [{ host: 'no host' }, 'host', /^host: expected a host or an address.*; got "no host"/],
    [{ transport: 'pigeon' }, 'transport', /^transport: expected one of udp, tcp, tls; got "pigeon"/],
    [{ maxCalls: 0 }, 'maxCalls', /^maxCalls: expected a whole number from 1 to 10000; got 0/],
    [{ codecs: [] }, 'codecs', /^codecs: expected at least one codec; got \[\]/],
    [{ headers: ['X-Bad: a\r\nEvil: b'] }, 'headers.0', /^headers\.0: expected a header such as .*; got "X-Bad/],
    [{ callerId: '0170' }, 'callerId', /^callerId: expected a number in E\.164.*; got "0170"/],
    [{ wings: 2 }, 'wings', /wings/],
    [{ username: null, password: null }, 'register', /^register: expected a username and a password with it/],
    [{ username: null }, 'register', /^register: expected a username and a password with it/],
  ])(
    'given_%j_when_it_is_added_then_it_is_refused_by_field_with_what_was_expected_and_got',
    async (wrong, field, said) => {
      const error = await errorOf('POST', '/v1/trunks', { ...red, ...wrong });
      expect(error).toMatchObject({ status: 400, code: 'invalid', field });
      expect(error.message).toMatch(said);
      expect((await lab.ask('GET', '/v1/trunks')).body).toEqual({ trunks: [] });
    },
  );

  test('given_a_dry_run_when_it_is_added_or_changed_then_it_is_checked_and_shown_and_nothing_is_done', async () => {
    const dry = await lab.ask('POST', '/v1/trunks', { ...red, dryRun: true });
    expect(dry).toMatchObject({ status: 200, body: { trunk: { name: 'red', provisioned: false, order: 10 } } });
    expect((await errorOf('POST', '/v1/trunks', { ...red, maxCalls: 0, dryRun: true })).field).toBe('maxCalls');
    expect((await lab.ask('GET', '/v1/trunks')).body).toEqual({ trunks: [] });
    await lab.ask('POST', '/v1/trunks', red);
    const patched = await lab.ask('PATCH', '/v1/trunks/red', { order: 3, dryRun: true });
    expect(patched.body).toMatchObject({ trunk: { order: 3 } });
    expect((await lab.ask('GET', '/v1/trunks/red')).body).toMatchObject({ trunk: { order: 10, provisioned: true } });
    expect(lab.asterisk.trunkBodies.get('red')).toMatchObject({ order: 10 });
  });

  test('given_one_when_it_is_shown_anywhere_then_never_with_its_password_and_a_second_of_its_name_is_refused', async () => {
    await lab.ask('POST', '/v1/trunks', red);
    expect(await errorOf('POST', '/v1/trunks', red)).toMatchObject({ status: 409, code: 'taken', field: 'name' });
    for (const path of ['/v1/trunks', '/v1/trunks/red'])
      expect(JSON.stringify((await lab.ask('GET', path)).body)).not.toContain('secret-of-33170');
    const [list, show] = [await cli('trunk', 'list', '--json'), await cli('trunk', 'show', 'red', '--json')];
    expect(JSON.parse(list.out)).toMatchObject({ trunks: [{ name: 'red', host: red.host, register: true }] });
    expect(JSON.parse(show.out)).toMatchObject({ trunk: { name: 'red', username: '33170', up: null } });
    expect(list.out + show.out).not.toContain('secret-of-33170');
  });

  test('given_an_asterisk_that_refuses_it_when_it_is_added_then_it_says_why_and_is_given_later', async () => {
    lab.asterisk.failure = 'Asterisk is down';
    const made = await lab.ask('POST', '/v1/trunks', red);
    expect(made.body).toMatchObject({ trunk: { provisioned: false, failure: 'Asterisk is down' } });
    lab.asterisk.failure = null;
    await lab.ask('PATCH', '/v1/trunks/red', { order: 2 });
    expect((await lab.ask('GET', '/v1/trunks/red')).body).toMatchObject({
      trunk: { provisioned: true, failure: null },
    });
  });

  test('given_one_that_somebody_changed_in_asterisk_when_it_is_checked_then_it_is_put_right_and_told_once', async () => {
    await lab.ask('POST', '/v1/trunks', red);
    lab.asterisk.trunks.changed.set('red', ['endpoint.allow', 'registration']);
    const checked = await cli('trunk', 'check', '--json');
    const repaired = [{ trunk: 'red', attributes: ['endpoint.allow', 'registration'] }];
    expect(JSON.parse(checked.out)).toEqual({ checked: 1, repaired, failed: [] });
    expect((await cli('trunk', 'check')).out).toMatch(/^1 trunks compared; 0 had been changed/);
    lab.asterisk.failure = 'Asterisk is down';
    expect(await errorOf('POST', '/v1/trunks/check')).toMatchObject({ status: 502, code: 'pbx-failed' });
  });

  test.each([
    [{ host: 'SIP.Carrier.example:5080' }, 'host', 'SIP.Carrier.example:5080', 'red'],
    [{ host: '198.51.100.7' }, 'host', '198.51.100.7', 'red'],
    [{ addresses: ['192.0.2.1', '2001:DB8::1'] }, 'addresses', '2001:DB8::1', 'six'],
    [{ addresses: ['198.51.100.0/24'] }, 'addresses', '198.51.100.0/24', 'red'],
    [{ addresses: ['sip.carrier.example'] }, 'addresses', 'sip.carrier.example', 'red'],
  ])(
    'given_a_place_that_another_trunk_has_when_one_is_added_or_changed_to_%j_then_it_is_refused_by_field',
    async (places, field, got, owner) => {
      await lab.ask('POST', '/v1/trunks', { ...red, addresses: ['198.51.100.7', '198.51.100.0/24'] });
      await lab.ask('POST', '/v1/trunks', { name: 'six', host: '[2001:db8::1]:5080' });
      const likely = { host: '198.51.100.70', addresses: ['carrier.example', '2001:db8::10', '198.51.100.0/25'] };
      expect((await lab.ask('POST', '/v1/trunks', { name: 'blue', ...likely })).status).toBe(201);
      const added = await lab.ask('POST', '/v1/trunks', { name: 'new', host: 'sip.new.example', ...places });
      const changed = await lab.ask('PATCH', '/v1/trunks/blue', places);
      for (const { status, body } of [added, changed]) {
        const { error } = body as { error: { code: string; field: string; message: string } };
        expect({ status, code: error.code, field: error.field }).toEqual({ status: 409, code: 'taken', field });
        expect(error.message).toMatch(/^\w+: expected one that no other trunk has, .*whatever the port; got /);
        expect(error.message.endsWith(`; got ${got}, which ${owner} has`)).toBe(true);
      }
    },
  );

  test('given_two_accounts_at_one_carrier_when_both_register_then_both_are_taken', async () => {
    const account = { host: 'sip.carrier.example', register: true, password: 'geheim' };
    for (const [name, username] of [
      ['one', '4711'],
      ['two', '4712'],
    ] as const)
      expect((await lab.ask('POST', '/v1/trunks', { ...account, name, username })).status).toBe(201);
    expect((await lab.ask('POST', '/v1/trunks', { name: 'three', host: account.host })).status).toBe(409);
  });

  test('given_two_at_one_place_from_before_when_one_is_changed_otherwise_then_it_may_keep_its_place', async () => {
    await lab.ask('POST', '/v1/trunks', red);
    await lab.ask('POST', '/v1/trunks', { name: 'blue', host: 'sip.blue.example' });
    const db = openDirectoryDb(pathsOf(lab.home).directoryDb, pathsOf(lab.home).backups);
    const { trunks } = createStore(db).outside;
    const { id: _, ...blue } = trunks.find('blue') ?? { ...trunkDefaults, id: '', host: '' };
    trunks.put('blue', { ...blue, host: `${red.host}:5080` });
    db.close();
    expect((await lab.ask('PATCH', '/v1/trunks/blue', { order: 3 })).status).toBe(200);
    expect((await lab.ask('PATCH', '/v1/trunks/blue', { host: red.host })).status).toBe(200);
    expect((await lab.ask('PATCH', '/v1/trunks/red', { addresses: [red.host] })).status).toBe(200);
  });

  test('given_one_that_asterisk_does_not_take_when_it_is_checked_then_it_is_named_with_why_and_the_command_fails', async () => {
    lab.asterisk.failure = 'sip.carrier.example does not resolve (ENOTFOUND): it is tried again';
    await lab.ask('POST', '/v1/trunks', red);
    const { code, out, err } = await cli('trunk', 'check');
    expect(out).toBe(
      `0 trunks compared; 0 had been changed in Asterisk and were put right\n  red could not be given to Asterisk: ${lab.asterisk.failure}\n`,
    );
    expect([code, err]).toEqual([1, expect.stringContaining('1 trunks could not be given to Asterisk')]);
    lab.asterisk.failure = null;
    expect((await lab.ask('POST', '/v1/trunks/check')).body).toMatchObject({ failed: [] });
    expect((await lab.ask('GET', '/v1/trunks/red')).body).toMatchObject({ trunk: { provisioned: true } });
  });

  test('given_a_route_for_it_alone_when_it_is_removed_then_that_is_refused_until_the_route_is_gone', async () => {
    await lab.ask('POST', '/v1/trunks', red);
    await lab.ask('POST', '/v1/numbers', { name: 'main', number: '*', trunk: 'red', to: 'hang-up' });
    const error = await errorOf('DELETE', '/v1/trunks/red');
    expect(error).toMatchObject({ status: 409, code: 'in-use' });
    expect(error.message).toMatch(/the number main is for red only/);
    await lab.ask('DELETE', '/v1/numbers/main');
    expect((await lab.ask('DELETE', '/v1/trunks/red')).status).toBe(200);
    expect(lab.asterisk.trunkBodies.has('red')).toBe(false);
  });
});

describe('a number', () => {
  test.each([
    [{ number: '+0170' }, 400, 'number', /^number: expected a number: E\.164.*; got "\+0170"/],
    [{ to: 'moon:1' }, 400, 'to', /^to: expected a destination: .*number:\+NUMBER.*; got "moon:1"/],
    [{ to: 'number:0170' }, 400, 'to', /^to: expected a destination/],
    [{ to: 'number:+33170000000,else=moon:1' }, 400, 'to', /^to: expected a destination/],
    [{ to: 'number:+33170000000,else=group:nobody' }, 404, 'to', /^to: there is no group nobody/],
    [{ to: 'group:nobody' }, 404, 'to', /^to: there is no group nobody; make it first/],
    [{ to: 'queue:nobody' }, 404, 'to', /^to: there is no queue nobody; make it first/],
    [{ to: 'user:bare' }, 400, 'to', /^to: bare has no extension and so cannot be rung/],
    [{ to: 'number:+33144556677,else=user:bare' }, 400, 'to', /^to: bare has no extension/],
    [{ to: 'number:+12345' }, 400, 'to', /^to: expected a number that somebody can have.*; got number:\+12345/],
    [{ to: 'number:+33144556677,else=number:+999123456' }, 400, 'to', /^to: .*; got number:\+999123456/],
    [{ to: 'user:nobody' }, 404, 'to', /^to: there is no user nobody/],
    [{ trunk: 'blue' }, 404, 'trunk', /^trunk: there is no trunk blue; make it first/],
    [{ answer: 'never' }, 400, 'answer', /^answer: expected one of on-agent, on-entry; got "never"/],
  ])('given_%j_when_it_is_added_then_it_is_refused_by_field', async (wrong, status, field, said) => {
    await lab.ask('POST', '/v1/users', { username: 'bare', name: 'Bare' });
    const error = await errorOf('POST', '/v1/numbers', { name: 'main', number: '*', to: 'hang-up', ...wrong });
    expect(error).toMatchObject({ status, field });
    expect(error.message).toMatch(said);
  });

  test('given_one_when_it_is_changed_to_lead_to_a_user_who_cannot_be_rung_then_it_is_refused_and_stays', async () => {
    await lab.ask('POST', '/v1/users', { username: 'bare', name: 'Bare' });
    await lab.ask('POST', '/v1/numbers', { name: 'main', number: '*', to: 'hang-up' });
    const refused = { status: 400, code: 'no-extension', field: 'to' };
    expect(await errorOf('PATCH', '/v1/numbers/main', { to: 'user:bare' })).toMatchObject(refused);
    expect((await lab.ask('GET', '/v1/numbers')).body).toMatchObject({ numbers: [{ name: 'main', to: 'hang-up' }] });
  });

  test('given_an_overflow_to_a_number_that_nobody_can_have_when_it_is_written_then_it_is_refused_there_and_not_barred_later', async () => {
    const night = { name: 'night', extension: '8001' };
    const wrong = { status: 400, code: 'invalid', field: 'overflow' };
    const error = await errorOf('POST', '/v1/groups', { ...night, overflow: 'number:+12345' });
    expect(error).toMatchObject(wrong);
    expect(error.message).toMatch(/^overflow: expected a number that somebody can have.*; got number:\+12345$/);
    await lab.ask('POST', '/v1/groups', night);
    expect(await errorOf('PATCH', '/v1/groups/night', { overflow: 'number:+12345,else=hang-up' })).toMatchObject(wrong);
    expect((await lab.ask('PATCH', '/v1/groups/night', { overflow: 'number:+33144556677' })).status).toBe(200);
  });

  test('given_a_group_that_a_number_falls_back_on_when_the_group_is_removed_then_that_is_refused', async () => {
    await lab.ask('POST', '/v1/groups', { name: 'night', extension: '8001' });
    const to = 'number:+33612345678,else=group:night';
    await lab.ask('POST', '/v1/numbers', { name: 'main', number: '*', to });
    expect((await lab.ask('GET', '/v1/numbers')).body).toMatchObject({ numbers: [{ name: 'main', to }] });
    expect(await errorOf('DELETE', '/v1/groups/night')).toMatchObject({ status: 409, code: 'in-use' });
  });
});

test.each([
  ['group:nobody', 404, 'unknown-group', 'to: there is no group nobody; make it first'],
  ['queue:nobody', 404, 'unknown-queue', 'to: there is no queue nobody; make it first'],
  ['user:nobody', 404, 'unknown-user', 'to: there is no user nobody; make them first'],
  ['user:bare', 400, 'no-extension', 'to: bare has no extension and so cannot be rung'],
  ['number:+33144556677,else=group:nobody', 404, 'unknown-group', 'to: there is no group nobody; make it first'],
])(
  'given_a_call_when_it_is_moved_to_%s_then_it_is_refused_by_the_field_of_the_move',
  async (to, status, code, message) => {
    lab.row('calls', 'c1', { id: 'c1' });
    await lab.ask('POST', '/v1/users', { username: 'bare', name: 'Bare' });
    expect(await errorOf('POST', '/v1/calls/c1/move', { to })).toEqual({ status, code, field: 'to', message });
  },
);

describe('rights', () => {
  beforeEach(async () => {
    await lab.ask('POST', '/v1/users', { username: 'ana', name: 'Ana', extension: '1001' });
    await lab.ask('POST', '/v1/groups', { name: 'support', extension: '8001' });
    await lab.ask('POST', '/v1/groups/support/members', { users: ['ana'] });
  });

  test.each([
    [
      'user:ana',
      { classes: ['lunar'] },
      'classes.0',
      /expected one of national, mobile, international, premium; got "lunar"/,
    ],
    ['user:ana', { allow: ['0033'] }, 'allow.0', /expected the start of numbers in E\.164/],
    [
      'user:ana',
      { minutesPerDay: 2_000 },
      'minutesPerDay',
      /expected a whole number from 1 to 1440, or 0 for no limit; got 2000/,
    ],
    ['user:ana', { hours: [{ days: [1], from: 600, to: 540 }] }, 'hours', /expected a time that ends after it begins/],
    ['user:ana', { groupMaxCalls: 3 }, 'groupMaxCalls', /expected only for a group; got 3 for a user/],
    ['user:ana', { groupMaxCalls: 0 }, 'groupMaxCalls', /expected only for a group; got 0 for a user/],
    ['user:ana', { maxCalls: -1 }, 'maxCalls', /expected a whole number from 1 to 1000, or 0 for no limit; got -1/],
    ['system', { groupMinutesPerDay: 3 }, 'groupMinutesPerDay', /expected only for a group; got 3 for a system/],
    [
      'planet:mars',
      { outbound: true },
      'subject',
      /expected user:NAME, group:NAME, queue:NAME or system; got planet:mars/,
    ],
  ])('given_%s_and_%j_when_they_are_set_then_they_are_refused_by_field', async (subject, wrong, field, said) => {
    const error = await errorOf('PATCH', `/v1/outbound/${subject}`, wrong);
    expect(error).toMatchObject({ status: 400, code: 'invalid', field });
    expect(error.message).toMatch(said);
  });

  test('given_rights_of_a_user_their_group_and_the_system_when_the_engine_is_told_then_each_payer_has_its_own', async () => {
    await cli(
      'outbound',
      'set',
      'group:support',
      '--on',
      '--classes',
      'national',
      '--max-calls',
      '2',
      '--group-max-calls',
      '10',
    );
    await cli('outbound', 'set', 'user:ana', '--classes', 'mobile');
    await cli('outbound', 'set', 'system', '--on', '--classes', 'national', '--max-calls', '3');
    const shown = JSON.parse((await cli('outbound', 'show', 'user:ana', '--json')).out);
    expect(shown.rights).toMatchObject({ outbound: true, classes: ['mobile'], maxCalls: 2, own: ['classes'] });
    const told = lab.engine.sent.flatMap((one) => (one.kind === 'outside' ? [one.event] : []));
    expect(told.at(-1)?.payers).toMatchObject([
      { id: 'group:support', rights: { outbound: true, maxCalls: 10 } },
      { id: 'system', rights: { outbound: true, maxCalls: 3 } },
    ]);
  });
});

describe('no limit', () => {
  const limits = { maxCalls: 2, callsPerMinute: 3, minutesPerDay: 60 };
  const none = { maxCalls: null, callsPerMinute: null, minutesPerDay: null };
  beforeEach(async () => {
    await lab.ask('POST', '/v1/users', { username: 'ana', name: 'Ana', extension: '1001' });
    await lab.ask('POST', '/v1/groups', { name: 'support', extension: '8001' });
    await lab.ask('POST', '/v1/groups/support/members', { users: ['ana'] });
    await lab.ask('PATCH', '/v1/outbound/group:support', { outbound: true, ...limits });
  });
  const rights = async () => ((await lab.ask('GET', '/v1/outbound/user:ana')).body as { rights: object }).rights;
  const toldOfAna = () =>
    lab.engine
      .settings()
      .flatMap((event) => event.users)
      .findLast(({ id }) => id === 'ana')?.calling;

  test('given_a_group_with_limits_when_0_is_said_of_a_user_then_they_have_none_and_null_gives_them_the_groups_again', async () => {
    expect(await rights()).toMatchObject({ ...limits, own: [] });
    await lab.ask('PATCH', '/v1/outbound/user:ana', { maxCalls: 0, callsPerMinute: 0, minutesPerDay: 0 });
    expect(await rights()).toMatchObject({ ...none, own: ['callsPerMinute', 'maxCalls', 'minutesPerDay'] });
    expect(toldOfAna()).toMatchObject({ outbound: true, ...none });
    await lab.ask('PATCH', '/v1/outbound/user:ana', { maxCalls: null, callsPerMinute: null, minutesPerDay: null });
    expect(await rights()).toMatchObject({ ...limits, own: [] });
    expect(toldOfAna()).toMatchObject(limits);
  });

  test('given_a_group_when_0_is_said_of_it_then_it_has_none_nor_have_all_its_members_together', async () => {
    const together = { groupMaxCalls: 10, groupCallsPerMinute: 20, groupMinutesPerDay: 600 };
    await lab.ask('PATCH', '/v1/outbound/group:support', together);
    const zero = (of: object) => Object.fromEntries(Object.keys(of).map((name) => [name, 0]));
    const { body } = await lab.ask('PATCH', '/v1/outbound/group:support', { ...zero(limits), ...zero(together) });
    const noneTogether = { groupMaxCalls: null, groupCallsPerMinute: null, groupMinutesPerDay: null };
    expect(body).toMatchObject({ rights: { ...none, ...noneTogether } });
    expect(await rights()).toMatchObject(none);
    const told = lab.engine.sent.flatMap((one) => (one.kind === 'outside' ? [one.event] : []));
    expect(told.at(-1)?.payers).toMatchObject([{ id: 'group:support', rights: none }]);
  });

  test('given_a_change_to_0_when_it_is_undone_and_that_too_then_the_limit_is_as_it_was_and_none_again', async () => {
    const newest = async () =>
      ((await lab.ask('GET', '/v1/audit?limit=1')).body as { entries: { id: number }[] }).entries[0]?.id;
    await lab.ask('PATCH', '/v1/outbound/user:ana', { maxCalls: 7 });
    await lab.ask('PATCH', '/v1/outbound/user:ana', { maxCalls: 0 });
    await lab.ask('POST', `/v1/audit/${await newest()}/undo`);
    expect(await rights()).toMatchObject({ maxCalls: 7, own: ['maxCalls'] });
    await lab.ask('POST', `/v1/audit/${await newest()}/undo`);
    expect(await rights()).toMatchObject({ maxCalls: null, own: ['maxCalls'] });
  });

  test('given_the_command_line_when_a_limit_is_0_or_taken_back_then_it_says_so', async () => {
    const set = (...args: string[]) => cli('outbound', 'set', 'user:ana', ...args);
    expect((await set('--max-calls', '0')).out).toMatch(/^calls at once +no limit \(their own\)\ncalls a minute +3$/m);
    expect((await set('--take-back', 'max-calls')).out).toMatch(/^calls at once +2$/m);
    expect((await set('--off')).out).toMatch(/^calls out +off/m);
    expect((await set('--take-back', 'on')).out).toMatch(/^calls out +on$/m);
    expect(await set('--take-back', 'moon')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/'moon' is invalid\. Expected some of on, classes, .*group-minutes-per-day\./),
    });
    expect(await set('--max-calls', '3', '--take-back', 'classes,max-calls')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--take-back: expected what is not said as well; got max-calls'),
    });
  });
});

test('given_sites_with_wrong_fields_when_they_are_set_then_each_is_refused_by_field', async () => {
  const paris = { callback: '+33170000000', location: '12 rue de la Paix' };
  const wrong = [
    [{ callback: '0170' }, 'callback'],
    [{ location: 'a;b' }, 'location'],
    [{ locationUri: 'not an address' }, 'locationUri'],
    [{ users: ['Nobody!'] }, 'users.0'],
  ] as const;
  for (const [one, field] of wrong)
    expect(await errorOf('PUT', '/v1/sites/paris', { ...paris, ...one })).toMatchObject({ status: 400, field });
  expect((await errorOf('PUT', '/v1/sites/paris', { ...paris, users: ['nobody'] })).status).toBe(404);
  expect((await lab.ask('GET', '/v1/sites')).body).toEqual({ sites: [] });
});

describe('a user who is removed', () => {
  const at = async (): Promise<readonly string[]> =>
    ((await lab.ask('GET', '/v1/sites')).body as { sites: { users: string[] }[] }).sites.flatMap(({ users }) => users);

  test('given_a_user_of_a_site_when_they_are_removed_then_the_next_of_that_name_has_not_its_address_and_the_audit_says_so', async () => {
    const paris = { callback: '+33170000000', location: 'Paris' };
    for (const [username, extension] of [
      ['ana', '1001'],
      ['bob', '1002'],
    ])
      await lab.ask('POST', '/v1/users', { username, name: username, extension });
    await lab.ask('PUT', '/v1/sites/paris', { ...paris, users: ['ana', 'bob'] });
    expect((await lab.ask('DELETE', '/v1/users/ana')).status).toBe(200);
    expect(await at()).toEqual(['bob']);
    await lab.ask('POST', '/v1/users', { username: 'ana', name: 'Another Ana', extension: '1003' });
    await waitUntil(() => lab.asterisk.fallbacks.has('1003'), 'the fallback of the new user');
    expect([...lab.asterisk.fallbacks.keys()].filter((key) => key.startsWith('emergency/'))).toEqual([
      'emergency/1002/callback',
      'emergency/1002/location',
    ]);
    expect((await lab.ask('GET', '/v1/audit?subject=paris&limit=1')).body).toMatchObject({
      entries: [{ action: 'site.set', fields: ['users'] }],
    });
  });
});

test('given_a_directory_of_before_with_removed_users_at_a_site_when_it_is_opened_then_they_have_left_it', () => {
  const db = new Sqlite(':memory:');
  db.pragma('foreign_keys = ON');
  migrate(db, MIGRATIONS.slice(0, 8), lab.home);
  db.exec("INSERT INTO users (id, name, revision, created_at) VALUES ('ana', 'Ana', 1, 0)");
  const paris = { callback: '+33170000000', location: 'Paris', locationUri: null, isDefault: true };
  const put = db.prepare('INSERT INTO sites (id, body) VALUES (?, ?)');
  put.run('paris', JSON.stringify({ ...paris, users: ['zoe', 'ana', 'bob'] }));
  put.run('rome', JSON.stringify({ ...paris, isDefault: false, users: [] }));
  migrate(db, MIGRATIONS, lab.home);
  expect(createStore(db).outside.sites.all()).toEqual([
    { ...paris, id: 'paris', users: ['ana'] },
    { ...paris, id: 'rome', isDefault: false, users: [] },
  ]);
  db.close();
});
