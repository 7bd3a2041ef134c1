import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { PhoneAccount } from '../../src/asterisk/provisioning/account.ts';
import { phoneObjects } from '../../src/asterisk/provisioning/endpoint.ts';
import { createProvisioner, type Provisioner } from '../../src/asterisk/provisioning/provisioner.ts';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { openPhoneBox } from '../lab/phones.ts';
import { staticPhone } from '../lab/static-phone.ts';
import { account, password, phoneOf, provisionerOf } from './accounts.ts';

// What Asterisk says of the objects that we pushed, value by value.
let lab: LabAsterisk;
let provisioner: Provisioner;
const box = openPhoneBox();

beforeAll(async () => {
  lab = await startAsterisk({ extra: { 'pjsip.conf': staticPhone('trunk', null) } });
  provisioner = provisionerOf(lab);
});
afterAll(() => lab?.stop());
afterEach(async () => {
  await box.closeAll();
  for (const id of await provisioner.list()) await provisioner.remove(id);
});

/** The `name : value` lines of `pjsip show endpoint|aor|auth ID`. */
async function shown(type: 'endpoint' | 'aor' | 'auth', id: string): Promise<Record<string, string>> {
  const text = await lab.rx(`pjsip show ${type} ${id}`);
  return Object.fromEntries([...text.matchAll(/^ (\w+) +: (.*?) *$/gm)].map(([, name, value]) => [name, value]));
}

const plain = {
  ...{ webrtc: 'no', media_encryption: 'no', use_avpf: 'false', ice_support: 'false', rtcp_mux: 'false' },
  ...{ bundle: 'false', use_ptime: 'false', media_use_received_transport: 'false', dtls_auto_generate_cert: 'No' },
  ...{ rtp_timeout: '0', rtp_timeout_hold: '0' },
};
const webrtc = {
  ...{ webrtc: 'yes', media_encryption: 'dtls', use_avpf: 'true', ice_support: 'true', rtcp_mux: 'true' },
  ...{ bundle: 'true', use_ptime: 'true', media_use_received_transport: 'true', dtls_auto_generate_cert: 'Yes' },
  ...{ rtp_timeout: '30', rtp_timeout_hold: '1800' },
};
const media = { udp: plain, tcp: plain, tls: { ...plain, media_encryption: 'sdes' }, ws: webrtc, wss: webrtc };
const mediaCases = Object.entries(media) as [PhoneAccount['transport'], Record<string, string>][];

for (const [transport, expected] of mediaCases) {
  test(`given_a_${transport}_phone_when_applied_then_every_value_is_what_asterisk_shows`, async () => {
    const phone = account('1001', { transport, codecs: ['alaw', 'opus'], callerName: 'Zoë Łukasz' });
    await provisioner.apply(phone);
    expect(await shown('auth', '1001')).toMatchObject({
      ...{ auth_type: 'digest', username: '1001', realm: 'asterisk', password: '' },
      password_digest: `MD5:${phone.ha1}`,
    });
    expect(await shown('aor', '1001')).toMatchObject({
      ...{ mailboxes: '1001@cordboard', max_contacts: '1', remove_existing: 'true', qualify_timeout: '3.000000' },
      qualify_frequency: transport === 'udp' ? '30' : '60',
    });
    expect(await shown('endpoint', '1001')).toMatchObject({
      ...{ aors: '1001', auth: '1001', context: 'from-sip', identify_by: 'username', transport: '' },
      ...{ callerid: '"Zoë Łukasz" <1001>', callerid_tag: 'cordboard', allow: '(alaw|opus)' },
      ...{
        direct_media: 'false',
        dtmf_mode: 'rfc4733',
        allow_transfer: 'false',
        rtp_symmetric: 'true',
        force_rport: 'true',
        rewrite_contact: 'true',
      },
      ...{
        mailboxes: '',
        mwi_subscribe_replaces_unsolicited: 'yes',
        call_group: '',
        named_call_group: '',
        pickup_group: '',
        named_pickup_group: '',
      },
      ...expected,
    });
  });
}

test('given_every_attribute_that_we_push_when_shown_then_none_is_missing_from_these_tests', () => {
  const objects = phoneObjects(account('1001'));
  const tested = [
    ...['auth_type', 'username', 'realm', 'password_digest'],
    ...['max_contacts', 'remove_existing', 'qualify_frequency', 'qualify_timeout'],
    ...['mailboxes', 'mwi_subscribe_replaces_unsolicited'],
    ...['aors', 'auth', 'context', 'identify_by', 'callerid', 'callerid_tag', 'allow'],
    ...['call_group', 'named_call_group', 'pickup_group', 'named_pickup_group'],
    ...[
      'direct_media',
      'dtmf_mode',
      'allow_transfer',
      'rtp_symmetric',
      'force_rport',
      'rewrite_contact',
      ...Object.keys(webrtc),
    ],
  ];
  const pushed = [...objects.auth, ...objects.aor, ...objects.endpoint].map(([name]) => name);
  expect(pushed.filter((name) => !tested.includes(name))).toEqual([]);
});

for (const [from, to] of [
  ['wss', 'udp'],
  ['wss', 'tls'],
  ['tls', 'wss'],
  ['udp', 'wss'],
] as const) {
  test(`given_a_${from}_phone_when_it_becomes_${to}_then_nothing_of_the_old_is_left`, async () => {
    await provisioner.apply(account('1001', { transport: to }));
    const fresh = await shown('endpoint', '1001');
    await provisioner.remove('1001');
    await provisioner.apply(account('1001', { transport: from }));
    await provisioner.apply(account('1001', { transport: to }));
    const changed = await shown('endpoint', '1001');
    // Asterisk keeps these from webrtc=yes, and looks at neither without DTLS.
    for (const values of [fresh, changed]) {
      delete values.dtls_setup;
      delete values.dtls_verify;
    }
    expect(changed).toEqual(fresh);
  });
}

test('given_an_applied_phone_when_it_registers_with_its_password_then_it_is_let_in_and_with_another_not', async () => {
  await provisioner.apply(account('1001'));
  const right = await box.register(phoneOf(lab, '1001'));
  expect(right.registered).toBe(true);
  await expect(box.register({ ...phoneOf(lab, '1001'), password: `${password}!` })).rejects.toThrow();
});

test('given_names_that_could_break_the_caller_id_when_applied_then_the_number_is_still_the_number', async () => {
  await provisioner.apply(account('1001', { callerName: 'A "B" \\ <9999>, C' }));
  expect((await shown('endpoint', '1001')).callerid).toBe(`"A 'B' / <9999>, C" <1001>`);
  await provisioner.apply(account('1001', { callerName: '' }));
  expect((await shown('endpoint', '1001')).callerid).toBe('1001');
});

test.each([
  ['latin', 'x', 79],
  ['cyrillic', 'ю', 39],
  ['emoji', '😀', 19],
])(
  'given_a_name_of_80_%s_letters_when_applied_then_asterisk_has_whole_letters_of_it_and_can_be_asked',
  async (_what, letter, most) => {
    const phone = account('1001', { callerName: letter.repeat(80) });
    await provisioner.apply(phone);
    expect((await shown('endpoint', '1001')).callerid).toBe(`"${letter.repeat(most)}" <1001>`);
    expect(await provisioner.drift(phone)).toEqual([]);
    await provisioner.apply({ ...phone, callerName: `a${phone.callerName.slice(letter.length)}` });
    expect(await provisioner.list()).toEqual(['1001']);
  },
);

test('given_applied_phones_when_asterisk_is_restarted_then_they_are_there_and_unchanged', async () => {
  await provisioner.apply(account('1001', { transport: 'tls' }));
  await provisioner.apply(account('1002', { transport: 'wss' }));
  const before = [await shown('endpoint', '1001'), await shown('endpoint', '1002'), await shown('auth', '1001')];
  await lab.startAgain();
  expect([await shown('endpoint', '1001'), await shown('endpoint', '1002'), await shown('auth', '1001')]).toEqual(
    before,
  );
  expect(await provisioner.list()).toEqual(['1001', '1002']);
});

test('given_a_phone_when_removed_then_nothing_of_it_is_left_and_again_does_no_harm', async () => {
  await provisioner.apply(account('1001'));
  await provisioner.remove('1001');
  await provisioner.remove('1001');
  for (const type of ['endpoint', 'aor', 'auth'] as const) {
    expect(await lab.rx(`pjsip show ${type} 1001`)).toContain('Unable to find object');
  }
});

test('given_an_endpoint_of_an_administrator_when_applied_or_removed_then_it_is_refused_and_untouched', async () => {
  const pushed = await lab.ari('PUT', 'asterisk/config/dynamic/res_pjsip/endpoint/theirs', {
    fields: [{ attribute: 'context', value: 'their-context' }],
  });
  expect(pushed.status).toBe(200);
  for (const id of ['trunk', 'theirs']) {
    const before = await shown('endpoint', id);
    await expect(provisioner.apply(account(id, { extension: '1001' }))).rejects.toMatchObject({
      code: 'not-ours',
      field: 'id',
    });
    await expect(provisioner.remove(id)).rejects.toMatchObject({ code: 'not-ours' });
    expect(await shown('endpoint', id)).toEqual(before);
  }
  expect(await provisioner.list()).toEqual([]);
  await lab.ari('DELETE', 'asterisk/config/dynamic/res_pjsip/endpoint/theirs');
});

test('given_a_push_that_stopped_half_way_when_applied_again_then_it_is_made_whole', async () => {
  await provisioner.apply(account('1001'));
  await lab.ari('DELETE', 'asterisk/config/dynamic/res_pjsip/endpoint/1001');
  await provisioner.apply(account('1001', { codecs: ['ulaw'] }));
  expect((await shown('endpoint', '1001')).allow).toBe('(ulaw)');
});

test('given_a_hundred_phones_at_once_when_applied_then_all_are_listed', async () => {
  const ids = Array.from({ length: 100 }, (_, index) => String(2000 + index));
  await Promise.all(ids.map((id) => provisioner.apply(account(id))));
  expect(await provisioner.list()).toEqual(ids);
  await Promise.all(ids.map((id) => provisioner.remove(id)));
  expect(await provisioner.list()).toEqual([]);
});

const wrong: [field: keyof PhoneAccount, value: unknown, message: RegExp][] = [
  ['id', 'Anna Smith', /id: expected .* got Anna Smith/],
  ['id', '', /id: expected/],
  ['userName', 'a/b', /userName: expected .* got a\/b/],
  ['extension', '10x', /extension: expected 1 to 32 digits, got 10x/],
  ['transport', 'sctp', /transport: expected one of udp, .* got sctp/],
  ['codecs', [], /codecs: expected at least one codec, got none/],
  ['codecs', ['ulaw', 'mp3'], /codecs: expected only .* got mp3/],
  ['codecs', ['ulaw', 'ulaw'], /codecs: expected each codec once, got ulaw/],
  ['ha1', 'secret', /ha1: expected 32 lower-case hexadecimal digits, got 6 characters/],
  ['callerName', 'a\r\nb', /callerName: expected .* no control characters, got "a\\r\\nb"/],
];
for (const [field, value, message] of wrong) {
  test(`given_a_wrong_${field}_${JSON.stringify(value)}_when_applied_then_the_error_names_it`, async () => {
    const phone = { ...account('1001'), [field]: value } as PhoneAccount;
    await expect(provisioner.apply(phone)).rejects.toMatchObject({
      code: 'wrong-account',
      field,
      message: expect.stringMatching(message),
    });
    expect(await provisioner.list()).toEqual([]);
  });
}

test('given_nobody_listens_when_applied_then_it_is_unreachable_and_says_where_it_was', async () => {
  const nowhere = createProvisioner({ host: '127.0.0.1', port: 1, user: 'u', secret: 's' });
  await expect(nowhere.apply(account('1001'))).rejects.toMatchObject({ code: 'unreachable', field: null });
  await expect(nowhere.list()).rejects.toMatchObject({ code: 'unreachable' });
});

test('given_a_wrong_secret_when_applied_then_it_is_refused_with_asterisks_answer', async () => {
  const stranger = createProvisioner({ host: '127.0.0.1', port: lab.ports.http, user: 'cordboard', secret: 'wrong' });
  await expect(stranger.apply(account('1001'))).rejects.toThrow(/Asterisk answered 401/);
});
