import { expect, test } from 'vitest';
import { isSameMatch } from '../../src/asterisk/provisioning/match-list.ts';
import { type TrunkAccount, trunkObjects } from '../../src/asterisk/provisioning/trunk.ts';
import { hoursArgument, printHours } from '../../src/cli/hours.ts';

const byAddress: TrunkAccount = {
  host: '198.51.100.7:5080',
  transport: 'udp',
  username: null,
  password: null,
  register: false,
  contactUser: null,
  addresses: ['198.51.100.0/28'],
  trusted: false,
  codecs: ['alaw', 'ulaw'],
  qualifyS: 60,
};

test('given_a_trunk_by_address_when_its_objects_are_made_then_each_value_is_what_its_settings_say', () => {
  const { auth, aor, endpoint, identify, registration } = trunkObjects('red', byAddress);
  expect([auth, registration]).toEqual([null, null]);
  expect(Object.fromEntries(aor)).toMatchObject({ contact: 'sip:198.51.100.7:5080', qualify_frequency: '60' });
  expect(Object.fromEntries(identify)).toEqual({
    endpoint: 'trunk-red',
    match: '198.51.100.7,198.51.100.0/28',
  });
  expect(Object.fromEntries(endpoint)).toMatchObject({
    aors: 'trunk-red',
    outbound_auth: '',
    context: 'from-trunk',
    identify_by: 'ip',
    from_user: '',
    allow: '!all,alaw,ulaw',
    direct_media: 'no',
    dtmf_mode: 'rfc4733',
    allow_transfer: 'no',
    trust_id_inbound: 'no',
    trust_id_outbound: 'no',
    media_encryption: 'no',
  });
});

test('given_a_trunk_that_registers_over_TLS_when_its_objects_are_made_then_account_and_encryption_are_there', () => {
  const account = { username: '33170', password: 'secret', register: true, contactUser: '+33170000000' };
  const trunk = { ...byAddress, ...account, host: 'sip.carrier.example', transport: 'tls', trusted: true } as const;
  const { auth, aor, endpoint, registration } = trunkObjects('gold', trunk);
  expect(auth).toEqual([
    ['auth_type', 'userpass'],
    ['username', '33170'],
    ['password', 'secret'],
  ]);
  expect(Object.fromEntries(aor).contact).toBe('sip:sip.carrier.example;transport=tls');
  expect(Object.fromEntries(endpoint)).toMatchObject({
    outbound_auth: 'trunk-gold',
    from_user: '33170',
    from_domain: 'sip.carrier.example',
    media_encryption: 'sdes',
    trust_id_inbound: 'yes',
    trust_id_outbound: 'yes',
  });
  expect(Object.fromEntries(registration ?? [])).toMatchObject({
    server_uri: 'sip:sip.carrier.example;transport=tls',
    client_uri: 'sip:33170@sip.carrier.example',
    outbound_auth: 'trunk-gold',
    contact_user: '+33170000000',
  });
});

test('given_hours_as_people_write_them_when_read_and_printed_then_they_are_the_same', () => {
  for (const text of ['mon-fri 8:00-18:00, sat 9:00-12:30', 'fri-mon 0:00-24:00', 'sun 10:00-11:00'])
    expect(printHours(hoursArgument(text))).toBe(text);
  expect(hoursArgument('always')).toEqual([]);
  for (const wrong of ['mon', 'mon 8-18', 'mon 18:00-8:00', 'xyz 8:00-9:00', 'mon 8:00-24:30'])
    expect(() => hoursArgument(wrong)).toThrow('Expected hours');
});

test.each([
  ['198.51.100.7', '198.51.100.7/255.255.255.255', true],
  ['198.51.100.7,203.0.113.0/24', '203.0.113.0/24,198.51.100.7/32', true],
  ['198.51.100.7', '198.51.100.7/32,203.0.113.9/32', false],
  ['198.51.100.7,203.0.113.9', '198.51.100.7/32', false],
  ['203.0.113.0/24', '203.0.113.0/25', false],
  ['sip.carrier.example,198.51.100.7', '203.0.113.9/32,198.51.100.7/32', true],
  ['sip.carrier.example,198.51.100.7', '203.0.113.9/32', false],
  ['2001:db8::7', '2001:DB8::7/128', true],
  ['198.51.100.7/24', '198.51.100.0/24', true],
  ['198.51.100.7/24', '198.51.101.0/24', false],
  ['2001:db8:0:0::1', '2001:db8::1/128', true],
  ['2001:db8::ffff/112', '2001:db8::/112', true],
  ['::ffff:198.51.100.7', '::ffff:c633:6407/128', true],
  ['::1', '0.0.0.1/32', false],
])('given_addresses_%s_when_asterisk_says_%s_then_that_they_are_the_same_is_%s', (wanted, got, is) => {
  expect(isSameMatch(wanted, got)).toBe(is);
});
