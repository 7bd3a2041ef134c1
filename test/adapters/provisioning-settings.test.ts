import { afterAll, beforeAll, expect, test } from 'vitest';
import { codecs, nats, type PhoneAccount, transports } from '../../src/asterisk/provisioning/account.ts';
import type { Provisioner } from '../../src/asterisk/provisioning/provisioner.ts';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { account, provisionerOf } from './accounts.ts';

// Each value of each setting, as Asterisk itself shows it: after creation, after a change, after a restart, and gone.
let lab: LabAsterisk;
let provisioner: Provisioner;

beforeAll(async () => {
  lab = await startAsterisk();
  provisioner = provisionerOf(lab);
});
afterAll(() => lab?.stop());

type Shown = Readonly<Record<string, string>>;
/** What a setting is, and what `pjsip show endpoint`, `auth` and `aor` must say of it, type and attribute. */
type Case = { readonly name: string; readonly setting: Partial<PhoneAccount>; readonly shows: Shown };

const nat = (rtp_symmetric: boolean, force_rport: boolean, rewrite_contact: boolean): Shown => ({
  'endpoint.rtp_symmetric': String(rtp_symmetric),
  'endpoint.force_rport': String(force_rport),
  'endpoint.rewrite_contact': String(rewrite_contact),
});
const natShows: Readonly<Record<(typeof nats)[number], Shown>> = {
  yes: nat(true, true, true),
  no: nat(false, false, false),
  force_rport: nat(false, true, true),
  comedia: nat(true, false, false),
  never: nat(false, false, false),
  route: nat(true, false, true),
};
const groups = (kind: 'call' | 'pickup', numbers: string, names: string): Shown => ({
  [`endpoint.${kind}_group`]: numbers,
  [`endpoint.named_${kind}_group`]: names,
});
const media: Readonly<
  Record<(typeof transports)[number], readonly [webrtc: string, encryption: string, qualify: string]>
> = {
  udp: ['no', 'no', '30'],
  tcp: ['no', 'no', '60'],
  tls: ['no', 'sdes', '60'],
  ws: ['yes', 'dtls', '60'],
  wss: ['yes', 'dtls', '60'],
};

const cases: readonly Case[] = [
  ...nats.map((value) => ({ name: `nat ${value}`, setting: { nat: value }, shows: natShows[value] })),
  ...nats.map((value) => ({
    name: `nat ${value} of a browser`,
    setting: { nat: value, transport: 'wss' as const },
    shows: { ...natShows[value], 'endpoint.rewrite_contact': 'true' },
  })),
  ...transports.map((transport) => {
    const [webrtc, encryption, qualify] = media[transport];
    const shows = {
      'endpoint.webrtc': webrtc,
      'endpoint.media_encryption': encryption,
      'aor.qualify_frequency': qualify,
    };
    return { name: `transport ${transport}`, setting: { transport }, shows: { ...shows, 'endpoint.transport': '' } };
  }),
  ...codecs.map((codec) => ({
    name: `codec ${codec} first`,
    setting: { codecs: [codec, ...codecs.filter((other) => other !== codec).slice(0, 2)] },
    shows: { 'endpoint.allow': `(${[codec, ...codecs.filter((other) => other !== codec).slice(0, 2)].join('|')})` },
  })),
  { name: 'one codec', setting: { codecs: ['g729'] }, shows: { 'endpoint.allow': '(g729)' } },
  { name: 'context', setting: { context: 'from-home_2' }, shows: { 'endpoint.context': 'from-home_2' } },
  { name: 'call groups by number', setting: { callGroups: ['0', '7', '63'] }, shows: groups('call', '0, 7, 63', '') },
  {
    name: 'call groups by name',
    setting: { callGroups: ['sales', 'a.b-c'] },
    shows: groups('call', '', 'a.b-c, sales'),
  },
  { name: 'both kinds', setting: { callGroups: ['1', 'sales'] }, shows: groups('call', '1', 'sales') },
  { name: 'no call groups', setting: { callGroups: [] }, shows: groups('call', '', '') },
  { name: 'pickup groups by number', setting: { pickupGroups: ['0', '63'] }, shows: groups('pickup', '0, 63', '') },
  { name: 'pickup groups by name', setting: { pickupGroups: ['sales'] }, shows: groups('pickup', '', 'sales') },
  { name: 'no mailboxes named', setting: {}, shows: { 'aor.mailboxes': 'ID@cordboard', 'endpoint.mailboxes': '' } },
  {
    name: 'mailboxes of ours and of the PBX',
    setting: { mailboxes: ['8001', '1001@default'] },
    shows: {
      'aor.mailboxes': '8001@cordboard,1001@default',
      'endpoint.mailboxes': '8001@cordboard,1001@default',
      'endpoint.mwi_subscribe_replaces_unsolicited': 'yes',
    },
  },
  {
    name: 'no mailboxes',
    setting: { mailboxes: [] },
    shows: { 'aor.mailboxes': '', 'endpoint.mailboxes': '' },
  },
  { name: 'caller name', setting: { callerName: 'Zoë' }, shows: { 'endpoint.callerid': '"Zoë" <ID>' } },
  {
    name: 'caller number',
    setting: { callerName: 'Hotline', callerNumber: '+4930123' },
    shows: { 'endpoint.callerid': '"Hotline" <+4930123>' },
  },
  {
    name: 'caller number alone',
    setting: { callerName: '', callerNumber: '030' },
    shows: { 'endpoint.callerid': '030' },
  },
  {
    name: 'all lists at once',
    setting: {
      codecs: ['opus', 'g722', 'alaw', 'ulaw', 'h264', 'vp8'],
      transport: 'wss',
      callGroups: ['63', 'sales', '2', 'office', '10', 'Back-office'],
      pickupGroups: ['office', '9', 'sales', '1', 'Back-office'],
      mailboxes: ['8001', '1001@default', '1002@other'],
      callerName: 'Zoë "the \\ boss", <1> (of | all)',
      callerNumber: '+4930123',
    },
    shows: {
      ...groups('call', '2, 10, 63', 'Back-office, office, sales'),
      'endpoint.allow': '(opus|g722|alaw|ulaw|h264|vp8)',
    },
  },
  { name: 'digest', setting: { ha1: 'a'.repeat(32) }, shows: { 'auth.password_digest': `MD5:${'a'.repeat(32)}` } },
  { name: 'user of the digest', setting: { userName: 'other.name' }, shows: { 'auth.username': 'other.name' } },
];

const accountOf = ({ setting }: Case, place: number): PhoneAccount =>
  account(String(3000 + place), { transport: 'udp', ...setting });

/** `type.attribute` → value, of the three objects. */
async function shown(id: string): Promise<Shown> {
  const all: [string, string][] = [];
  for (const type of ['endpoint', 'auth', 'aor']) {
    const text = await lab.rx(`pjsip show ${type} ${id}`);
    for (const [, name, value] of text.matchAll(/^ (\w+) +: (.*?) *$/gm)) {
      // Asterisk keeps names in no order of its own.
      const sorted = name?.startsWith('named_') ? (value ?? '').split(', ').sort().join(', ') : (value ?? '');
      all.push([`${type}.${name}`, sorted]);
    }
  }
  return Object.fromEntries(all);
}

async function expectAllShown(): Promise<void> {
  for (let first = 0; first < cases.length; first += 6) {
    await Promise.all(
      cases.slice(first, first + 6).map((each, place) => expectShown(each, String(3000 + first + place))),
    );
  }
}

async function expectShown({ name, shows }: Case, id: string): Promise<void> {
  const wanted = Object.fromEntries(Object.entries(shows).map(([key, value]) => [key, value.replace('ID', id)]));
  const got = await shown(id);
  const looked = Object.fromEntries(Object.keys(wanted).map((key) => [key, got[key]]));
  expect([name, looked]).toEqual([name, wanted]);
  // Whatever else is set, media never goes round Asterisk.
  expect([name, got['endpoint.direct_media']]).toEqual([name, 'false']);
}

test('given_each_value_of_each_setting_when_a_phone_is_made_then_asterisk_shows_it', async () => {
  for (const [place, each] of cases.entries()) await provisioner.apply(accountOf(each, place));
  await expectAllShown();
});

test('given_each_value_when_the_phones_are_compared_twice_then_nothing_of_them_is_called_changed', async () => {
  for (let time = 0; time < 2; time++) {
    const told: string[] = [];
    for (const [place, each] of cases.entries())
      for (const name of await provisioner.drift(accountOf(each, place))) told.push(`${each.name}: ${name}`);
    expect(told).toEqual([]);
  }
});

test('given_another_group_codec_or_mailbox_in_asterisk_when_compared_then_each_is_told', async () => {
  const many = account('2999', {
    codecs: ['alaw', 'ulaw'],
    callGroups: ['1', 'office', 'sales'],
    pickupGroups: ['2', 'office'],
    mailboxes: ['8001'],
  });
  await provisioner.apply(many);
  const fields = [
    ['allow', '!all,ulaw,alaw'],
    ['call_group', '1,3'],
    ['named_call_group', 'office'],
    ['pickup_group', '3'],
    ['named_pickup_group', 'office,sales'],
    ['mailboxes', '8002@cordboard'],
  ].map(([attribute, value]) => ({ attribute, value }));
  await lab.ari('PUT', 'asterisk/config/dynamic/res_pjsip/endpoint/2999', { fields });
  expect((await provisioner.drift(many)).toSorted()).toEqual(
    fields.map((one) => `endpoint.${one.attribute}`).toSorted(),
  );
  await provisioner.remove('2999');
});

test('given_phones_with_quite_other_settings_when_each_is_changed_to_a_value_then_asterisk_shows_that_and_nothing_of_before', async () => {
  for (const [place, each] of cases.entries()) {
    const before = cases[(place + 7) % cases.length] ?? each;
    await provisioner.apply({ ...accountOf(before, place), callGroups: ['5', 'old'], pickupGroups: ['6', 'older'] });
    await provisioner.apply(accountOf(each, place));
  }
  await expectAllShown();
});

test('given_each_value_when_asterisk_is_restarted_then_it_still_shows_it', async () => {
  await lab.startAgain();
  await expectAllShown();
});

test('given_each_value_when_the_phone_is_removed_then_no_object_of_it_is_left_even_after_a_restart', async () => {
  for (const [place] of cases.entries()) await provisioner.remove(String(3000 + place));
  const left = async (): Promise<string> =>
    (await Promise.all(['endpoints', 'auths', 'aors'].map((type) => lab.rx(`pjsip show ${type}`)))).join('\n');
  expect(await left()).not.toMatch(/\b3\d\d\d\b/);
  await lab.startAgain();
  expect(await left()).not.toMatch(/\b3\d\d\d\b/);
  expect(await lab.rx('database show ps_endpoints')).toMatch(/^0 results found/m);
});
