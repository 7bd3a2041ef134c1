import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuditView } from '../../src/protocol/audit.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type LabFront, startLabFront } from '../lab/front.ts';

let lab: LabFront;
beforeEach(async () => {
  lab = await startLabFront();
});
afterEach(() => lab.stop());

const anna = { username: 'anna', name: 'Anna', extension: '1001', transport: 'wss' };
const asteriskHas = (id: string) => lab.asterisk.phones.get(id);

describe('phones over REST', () => {
  test('given_a_users_phone_then_its_access_can_be_had_and_a_user_with_none_is_refused', async () => {
    await lab.ask('POST', '/v1/users', { ...anna, sipPassword: 'correct-horse-1' });
    await lab.ask('POST', '/v1/users', { username: 'boss', name: 'Boss' });
    expect(await lab.ask('POST', '/v1/users/anna/phone-access')).toMatchObject({
      status: 200,
      body: {
        extension: '1001',
        realm: 'asterisk',
        wsUrl: 'ws://127.0.0.1:8088/ws',
        ha1: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    });
    expect((await lab.ask('POST', '/v1/users/boss/phone-access')).status).toBe(400);
  });

  test('given_several_phones_then_each_is_made_shown_changed_rotated_and_removed_and_asterisk_has_them', async () => {
    await lab.ask('POST', '/v1/users', anna);
    const made = await lab.ask('POST', '/v1/users/anna/phones', {
      label: 'mobile',
      transport: 'tcp',
      callGroups: ['1'],
    });
    expect(made).toMatchObject({
      status: 201,
      body: { phone: { id: '1001-mobile', label: 'mobile', provisioned: true }, sip: { user: '1001-mobile' } },
    });
    expect(asteriskHas('1001-mobile')).toMatchObject({ extension: '1001', transport: 'tcp', callGroups: ['1'] });
    const patched = await lab.ask('PATCH', '/v1/phones/1001-mobile', { nat: 'no', context: 'from-home' });
    expect(patched).toMatchObject({ status: 200, body: { phone: { nat: 'no', context: 'from-home' }, sip: null } });
    expect(asteriskHas('1001-mobile')).toMatchObject({ nat: 'no', context: 'from-home', callGroups: ['1'] });
    const ha1 = asteriskHas('1001-mobile')?.ha1;
    const rotated = await lab.ask('POST', '/v1/phones/1001-mobile/rotate');
    expect(rotated).toMatchObject({ body: { sip: { password: expect.stringMatching(/^.{20,}$/) } } });
    expect(asteriskHas('1001-mobile')?.ha1).not.toBe(ha1);
    const signedIn = await lab.ask('POST', '/v1/phones/1001/sign-in');
    expect(signedIn).toMatchObject({ body: { sip: { wsUrl: 'wss://127.0.0.1:8089/ws' } } });
    const access = await lab.ask('POST', '/v1/users/anna/phone-access', { label: 'mobile' });
    expect(access.body).toMatchObject({ extension: '1001-mobile', ha1: asteriskHas('1001-mobile')?.ha1 });
    expect(await lab.ask('DELETE', '/v1/phones/1001-mobile')).toMatchObject({ body: { username: 'anna' } });
    expect([...lab.asterisk.phones.keys()]).toEqual(['1001']);
    expect((await lab.ask('GET', '/v1/phones')).body).toMatchObject({ phones: [{ id: '1001', username: 'anna' }] });
  });

  test('given_an_id_that_asterisk_has_from_somebody_else_or_a_context_that_it_has_not_then_nothing_is_made', async () => {
    lab.asterisk.theirs.add('1001').add('1002-web').add('1000');
    expect(await lab.ask('POST', '/v1/users', anna)).toMatchObject({
      status: 409,
      body: { error: { code: 'not-ours', field: 'extension' } },
    });
    const bert = { username: 'bert', name: 'Bert', extension: '1002' };
    expect((await lab.ask('POST', '/v1/users', { ...bert, phones: [{ label: 'web' }] })).body).toMatchObject({
      error: { code: 'not-ours' },
    });
    expect(await lab.ask('POST', '/v1/users', { ...bert, context: 'nowhere' })).toMatchObject({
      status: 400,
      body: { error: { code: 'no-context', field: 'context' } },
    });
    expect((await lab.ask('GET', '/v1/users')).body).toEqual({ users: [] });
    expect(lab.asterisk.log).toEqual([]);
    // The next free one is free in Asterisk too.
    const next = await lab.ask('POST', '/v1/users', { ...bert, extension: 'next' });
    expect(next).toMatchObject({ status: 201, body: { user: { extension: '1002' } } });
    lab.asterisk.failure = 'down';
    expect(await lab.ask('PATCH', '/v1/phones/1002', { context: 'from-home' })).toMatchObject({
      status: 502,
      body: { error: { code: 'pbx-failed', field: 'context' } },
    });
  });

  test('given_a_phone_with_g729_alone_or_registered_by_another_transport_then_it_is_said_by_name', async () => {
    const made = await lab.ask('POST', '/v1/users', { ...anna, transport: 'tls', codecs: ['g729'] });
    expect(made.body).toMatchObject({ user: { phones: [{ warnings: [expect.stringContaining('g729 alone')] }] } });
    await lab.ask('PATCH', '/v1/phones/1001', { codecs: ['g729', 'ulaw'] });
    lab.row('phones', '1001', { id: '1001', user: 'anna', registered: true, suspectUntil: null });
    lab.asterisk.via.set('1001', 'tls');
    const shown = async () => (await lab.ask('GET', '/v1/phones/1001')).body;
    expect(await shown()).toMatchObject({ phone: { registeredBy: 'tls', warnings: [] } });
    lab.asterisk.via.set('1001', 'udp');
    const warning =
      '1001 is set to tls and registered by udp: change the phone, or cordboard phone set 1001 --transport udp';
    expect(await shown()).toMatchObject({ phone: { registeredBy: 'udp', warnings: [warning] } });
  });

  test('given_a_dry_run_then_it_is_answered_like_the_real_thing_with_no_secret_and_nothing_is_there', async () => {
    const web = { label: 'web', transport: 'wss' };
    const users = [anna, { username: 'bert', name: 'Bert', extension: 'next', phones: [web] }];
    const rehearsed = await lab.ask('POST', '/v1/users/import', { users, dryRun: true });
    const phones = [{ id: '1000' }, { id: '1000-web' }];
    expect(rehearsed).toMatchObject({
      status: 200,
      body: {
        users: [
          { sips: [], dryRun: true },
          { user: { phones }, sip: null },
        ],
      },
    });
    expect((await lab.ask('GET', '/v1/users')).body).toEqual({ users: [] });
    expect(lab.asterisk.log).toEqual([]);
    const done = await lab.ask('POST', '/v1/users/import', { users });
    const sips = [{ user: '1000' }, { user: '1000-web' }];
    expect(done).toMatchObject({ status: 201, body: { users: [{}, { sips }] } });
    expect([...lab.asterisk.phones.keys()].sort()).toEqual(['1000', '1000-web', '1001']);
  });

  test.each([
    ['nat', 'maybe'],
    ['codecs', []],
    ['codecs', ['mp3']],
    ['codecs', ['ulaw', 'ulaw']],
    ['context', 'a b'],
    ['callGroups', ['64']],
    ['pickupGroups', ['-x']],
    ['mailboxes', ['1001@a,b']],
    ['callerName', 'a\r\nb'],
    ['callerNumber', '12a'],
    ['label', 'Mobile'],
    ['transport', 'sctp'],
    ['sipPassword', 'short'],
  ])('given_a_wrong_%s_%j_then_it_is_refused_by_name_before_anything_is_sent', async (field, value) => {
    await lab.ask('POST', '/v1/users', anna);
    lab.asterisk.log.length = 0;
    const answer = await lab.ask('POST', '/v1/users/anna/phones', { label: 'x', [field]: value });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid' } } });
    expect((answer.body as { error: { field: string } }).error.field.split('.')[0]).toBe(field);
    expect(lab.asterisk.log).toEqual([]);
    expect((await lab.ask('GET', '/v1/phones')).body).toMatchObject({ phones: [{ id: '1001' }] });
  });

  test('given_a_trial_phone_then_asterisk_has_it_until_it_is_deleted', async () => {
    const made = await lab.ask('POST', '/v1/trial-phones');
    const { id } = made.body as { id: string };
    expect(made).toMatchObject({
      status: 201,
      body: { id: expect.stringMatching(/^trial-[0-9a-f]{12}$/), secret: expect.any(String) },
    });
    expect(lab.asterisk.phones.has(id)).toBe(true);
    expect((await lab.ask('DELETE', `/v1/trial-phones/${id}`)).status).toBe(200);
    expect(lab.asterisk.phones.has(id)).toBe(false);
    expect((await lab.ask('DELETE', `/v1/trial-phones/${id}`)).status).toBe(404);
    lab.asterisk.failure = 'no';
    expect(await lab.ask('POST', '/v1/trial-phones')).toMatchObject({
      status: 502,
      body: { error: { code: 'pbx-failed' } },
    });
  });
});

describe('what changes while Asterisk is asked', () => {
  const audited = async (): Promise<readonly string[]> => {
    const { body } = await lab.ask('GET', '/v1/audit?subject=anna');
    return (body as { entries: AuditView[] }).entries.map(({ action }) => action);
  };

  test('given_a_user_who_is_changed_while_a_phone_is_added_then_the_change_stays', async () => {
    await lab.ask('POST', '/v1/users', { ...anna, forwards: 'outside' });
    lab.asterisk.meanwhile = () => lab.ask('PATCH', '/v1/users/anna', { name: 'Hanna', forwards: 'refuse' });
    expect(await lab.ask('POST', '/v1/users/anna/phones', { label: 'mobile' })).toMatchObject({
      status: 201,
      body: { phone: { id: '1001-mobile', callerName: 'Hanna' } },
    });
    expect((await lab.ask('GET', '/v1/users/anna')).body).toMatchObject({
      user: { name: 'Hanna', forwards: 'refuse' },
    });
    expect(await audited()).toEqual(['user.set', 'user.add']);
  });

  test('given_two_phones_at_once_for_a_user_without_an_extension_then_both_have_the_same_and_it_is_free_again_afterwards', async () => {
    await lab.ask('POST', '/v1/users', { username: 'anna', name: 'Anna' });
    lab.asterisk.meanwhile = () => lab.ask('POST', '/v1/users/anna/phones', { label: 'desk' });
    expect((await lab.ask('POST', '/v1/users/anna/phones', { label: 'mobile' })).status).toBe(201);
    expect((await lab.ask('GET', '/v1/users/anna')).body).toMatchObject({
      user: { extension: '1000', phones: [{ id: '1000-desk' }, { id: '1000-mobile' }] },
    });
    await lab.ask('DELETE', '/v1/users/anna');
    expect((await lab.ask('POST', '/v1/users', { ...anna, extension: '1000' })).status).toBe(201);
  });

  test('given_a_user_who_is_removed_while_a_phone_is_added_then_they_are_not_found', async () => {
    await lab.ask('POST', '/v1/users', anna);
    lab.asterisk.meanwhile = () => lab.ask('DELETE', '/v1/users/anna');
    expect(await lab.ask('POST', '/v1/users/anna/phones', { label: 'mobile' })).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown-user', field: 'username' } },
    });
  });

  test('given_one_of_an_import_or_a_phone_that_is_removed_while_asterisk_is_told_then_each_password_is_still_answered', async () => {
    // The removal is answered only when Asterisk has let go of the phone.
    let removed: Promise<unknown> = Promise.resolve();
    const gone = (path: string) => async (): Promise<void> => {
      removed = lab.ask('DELETE', path);
      await waitUntil(async () => (await lab.ask('GET', path)).status === 404, `${path} to be gone`);
    };
    lab.asterisk.whileGiven = gone('/v1/users/anna');
    const users = [anna, { username: 'bert', name: 'Bert', extension: '1002' }];
    const imported = await lab.ask('POST', '/v1/users/import', { users });
    expect(imported).toMatchObject({ status: 201, body: { users: [{}, { sip: { user: '1002' } }] } });
    await removed;
    lab.asterisk.whileGiven = gone('/v1/phones/1002-mobile');
    expect(await lab.ask('POST', '/v1/users/bert/phones', { label: 'mobile' })).toMatchObject({
      status: 201,
      body: { phone: { id: '1002-mobile' }, sip: { user: '1002-mobile' } },
    });
    await removed;
  });
});
