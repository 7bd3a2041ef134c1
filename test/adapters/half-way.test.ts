import { createServer, request, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createProvisioner } from '../../src/asterisk/provisioning/provisioner.ts';
import { createPhoneKeeper, type PhoneKeeper } from '../../src/directory/phone-keeper.ts';
import { setPhone } from '../../src/directory/phones.ts';
import { addUser } from '../../src/directory/users.ts';
import { silentLog } from '../../src/lib/log.ts';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { waitUntil } from '../lab/deadline.ts';
import { type LabDirectory, newUser, openLabDirectory } from '../lab/directory.ts';
import { takePorts } from '../lab/ports.ts';
import { createVoicePhone } from '../lab/voice/phone.ts';

// A push that stops half-way: between us and the real Asterisk something refuses, or cuts, one of the three objects.
let asterisk: LabAsterisk;
let between: Server;
let port: number;
let release: () => void;
/** Which type of object is not let through, and how. */
let broken: { readonly type: 'auth' | 'aor' | 'endpoint'; readonly how: 'refused' | 'cut' } | null = null;
let lab: LabDirectory;
let keeper: PhoneKeeper;

beforeAll(async () => {
  asterisk = await startAsterisk();
  const block = await takePorts(1);
  [port = 0] = block.ports;
  release = block.release;
  between = createServer((from, answer) => {
    const isBroken = broken !== null && from.method === 'PUT' && from.url?.includes(`/res_pjsip/${broken.type}/`);
    if (isBroken && broken?.how === 'cut') return void from.socket.destroy();
    if (isBroken) return void answer.writeHead(500).end('{"message":"not now"}');
    const { method, url, headers } = from;
    const to = request({ host: '127.0.0.1', port: asterisk.ports.http, method, path: url, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    from.pipe(to);
  });
  await new Promise<void>((resolve) => between.listen(port, '127.0.0.1', resolve));
});
afterEach(() => {
  broken = null;
  keeper?.close();
  lab?.close();
});
afterAll(async () => {
  between?.closeAllConnections();
  between?.close();
  release?.();
  await asterisk?.stop();
});

const cases = (['auth', 'aor', 'endpoint'] as const).flatMap((type) =>
  (['refused', 'cut'] as const).map((how) => [type, how] as const),
);

test.each(cases)(
  'given_that_the_%s_of_a_new_phone_is_%s_then_it_is_marked_with_the_reason_cannot_register_and_is_whole_later',
  async (type, how) => {
    lab = openLabDirectory();
    const access = { host: '127.0.0.1', port, user: 'cordboard', secret: asterisk.ariSecret };
    keeper = createPhoneKeeper(lab.store, createProvisioner(access), silentLog());
    const id = `10${cases.findIndex(([a, b]) => a === type && b === how)}1`;
    const { password } = addUser(lab.context, { ...newUser('anna', id), codecs: ['ulaw'] }, 'test');
    broken = { type, how };
    await keeper.push([id], 5_000);
    const row = () => lab.store.phones.find(id);
    expect(row()).toMatchObject({ applied: null, failure: expect.stringContaining(`writing ${type} "${id}"`) });
    // Whatever is there of it, there is no endpoint: it does not look whole to anybody.
    expect(await asterisk.rx(`pjsip show endpoint ${id}`)).toContain('Unable to find object');
    broken = null;
    await waitUntil(() => row()?.applied !== null, 'the phone to be tried again by itself');
    expect(row()?.failure).toBeNull();
    const account = { user: id, password: password ?? '' };
    const phone = createVoicePhone({ transport: 'udp', host: '127.0.0.1', port: asterisk.ports.sip, ...account });
    await phone.register();
    await phone.close();
  },
);

test('given_a_change_that_stops_half_way_then_the_phone_is_unprovisioned_until_all_of_it_is_there', async () => {
  lab = openLabDirectory();
  const access = { host: '127.0.0.1', port, user: 'cordboard', secret: asterisk.ariSecret };
  keeper = createPhoneKeeper(lab.store, createProvisioner(access), silentLog());
  addUser(lab.context, newUser('bert', '1009'), 'test');
  await keeper.push(['1009'], 5_000);
  expect(lab.store.phones.find('1009')?.applied).not.toBeNull();
  broken = { type: 'endpoint', how: 'refused' };
  setPhone(lab.context, '1009', { nat: 'no' }, 'test');
  await keeper.push(['1009'], 5_000);
  expect(lab.store.phones.find('1009')).toMatchObject({ applied: null, failure: expect.stringContaining('not now') });
  broken = null;
  await waitUntil(() => lab.store.phones.find('1009')?.applied !== null, 'the change to be there');
  expect(await asterisk.rx('pjsip show endpoint 1009')).toMatch(/rtp_symmetric +: false/);
});
