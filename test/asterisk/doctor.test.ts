import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { CheckName, Finding } from '../../src/doctor/finding.ts';
import type { StatusView } from '../../src/protocol/status.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { waitUntil } from '../lab/deadline.ts';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const run = promisify(execFile);

let lab: LabCordboard;
beforeAll(async () => {
  lab = await startCordboard();
  const users = [
    ['ana', '1001', 'udp'],
    ['ben', '1002', 'wss'],
    ['cleo', '1003', 'tls'],
  ];
  for (const [username, extension, transport] of users) {
    await lab.api('POST', '/v1/users', { username, name: `Name of ${username}`, extension, transport });
  }
  await lab.api('POST', '/v1/groups', { name: 'team', extension: '8001' });
  await lab.api('POST', '/v1/groups/team/members', { users: ['ana', 'ben'] });
  await waitUntil(async () => (await bad('fallback')).length === 0, 'the fallback lists to be written');
});
afterAll(() => lab?.stop());

async function findings(elsewhere: readonly string[] = []): Promise<readonly Finding[]> {
  const config = loadConfig(undefined, lab.home);
  return diagnose(await examine(config, { status: () => lab.api<StatusView>('GET', '/v1/status'), elsewhere }));
}
const bad = async (check: CheckName, elsewhere?: readonly string[]): Promise<readonly string[]> =>
  (await findings(elsewhere))
    .filter((finding) => finding.check === check && finding.level !== 'ok')
    .map(({ level, found }) => `${level}: ${found}`);

/** Changes a file of Asterisk's configuration for the length of `look`. */
async function withLine(file: string, from: RegExp, to: string, look: () => Promise<void>): Promise<void> {
  const path = join(lab.home, 'asterisk/etc', file);
  const before = await readFile(path, 'utf8');
  expect(before).toMatch(from);
  await writeFile(path, before.replace(from, to));
  try {
    await look();
  } finally {
    await writeFile(path, before);
  }
}

test('given_an_installation_as_scripts_make_it_when_examined_then_nothing_is_wrong_but_the_self_signed_certificate_and_the_missing_way_to_112', async () => {
  const told = (await findings()).filter(({ level }) => level !== 'ok');
  expect(told.map(({ check, found }) => [check, found.includes('self-signed')])).toEqual([
    ['certificate', true],
    ['certificate', true],
    // There is no trunk yet, so nowhere to send them to: that is to be known before somebody needs it.
    ['emergency', false],
  ]);
});

test('given_other_settings_in_asterisk_when_examined_then_they_are_told', async () => {
  await withLine('http.conf', /^sessionlimit = .*$/m, 'sessionlimit = 2', async () => {
    expect(await bad('session-limit')).toEqual(['error: 2: not all phones can be connected']);
  });
  await withLine('ari.conf', /^websocket_write_timeout = .*$/m, '', async () => {
    expect(await bad('write-timeout')).toEqual(['warning: 100 ms: a daemon that pauses so long is cut off']);
  });
  await withLine('features.conf', /^pickupexten =.*$/m, '', async () => {
    expect((await bad('pickup-code'))[0]).toMatch(/^warning: \*8/);
  });
});

test('given_a_phone_that_was_changed_removed_or_made_by_other_hands_when_examined_then_each_is_told', async () => {
  const object = (type: string, id: string) => `asterisk/config/dynamic/res_pjsip/${type}/${id}`;
  const fields = (attribute: string, value: string) => ({ fields: [{ attribute, value }] });
  await lab.asterisk.ari('PUT', object('endpoint', '1001'), fields('direct_media', 'yes'));
  await lab.asterisk.ari('PUT', object('auth', '1001'), fields('password_digest', `MD5:${'f'.repeat(32)}`));
  await lab.asterisk.ari('DELETE', object('endpoint', '1002'));
  await lab.asterisk.ari('PUT', object('endpoint', '1999'), fields('callerid_tag', 'cordboard'));
  const told = await bad('phones');
  expect(told).toEqual([
    'error: missing in Asterisk: 1002',
    'warning: 1001 differs in auth.password_digest, endpoint.direct_media',
    'warning: nobody in the directory has 1999, but these can register',
  ]);
  expect(JSON.stringify(await findings())).not.toContain('ffffffff');
  await lab.asterisk.ari('DELETE', object('endpoint', '1999'));
  for (const name of ['ana', 'ben']) await lab.api('PATCH', `/v1/users/${name}`, { name: `${name} again` });
  expect(await bad('phones')).toEqual([]);
});

test('given_a_fallback_list_that_is_gone_when_examined_then_it_is_told', async () => {
  await lab.asterisk.rx('database put cordboard/fallback 8009 PJSIP/1');
  await lab.asterisk.rx('database del cordboard/fallback 8001');
  expect(await bad('fallback')).toEqual([
    'error: missing or old for 8001',
    'warning: there are lists for 8009, which nobody has',
  ]);
  await lab.asterisk.rx('database del cordboard/fallback 8009');
  expect(await lab.api('POST', '/v1/phones/check')).toMatchObject({ fallbacks: ['8001'] });
  expect(await bad('fallback')).toEqual([]);
});

test('given_a_site_when_examined_then_nothing_is_too_many_and_an_address_that_is_gone_is_told_and_put_right_by_a_check', async () => {
  const site = { callback: '+33170000000', location: '12 rue de la Paix: Paris', isDefault: true, users: [] };
  await lab.api('PUT', '/v1/sites/paris', site);
  const key = 'emergency/1001/location';
  const value = () => lab.asterisk.rx(`database get cordboard/fallback ${key}`);
  // Written in their order, so the last of them is awaited.
  const isTold = async () =>
    (await lab.asterisk.rx('database show cordboard/fallback')).match(/rue de la Paix/g)?.length;
  await waitUntil(async () => (await isTold()) === 4, 'Asterisk to be told of the site');
  expect(await bad('fallback')).toEqual([]);
  expect((await bad('emergency')).filter((found) => found.startsWith('error'))).toEqual([]);
  await lab.asterisk.rx(`database del cordboard/fallback ${key}`);
  expect((await bad('emergency'))[0]).toBe(
    `error: whom to call back or where help must come is missing or old in Asterisk: ${key}`,
  );
  expect(await bad('fallback')).toEqual([]);
  expect(await lab.api('POST', '/v1/phones/check')).toMatchObject({ fallbacks: [key] });
  expect(await value()).toContain('rue de la Paix');
  // With nothing there at all it is no question that cannot be answered.
  await lab.asterisk.rx('database deltree cordboard/fallback');
  expect((await bad('fallback'))[0]).toMatch(/^error: missing or old for /);
  await lab.api('POST', '/v1/phones/check');
  expect(await bad('fallback')).toEqual([]);
  await lab.api('DELETE', '/v1/sites/paris');
});

test('given_an_ari_that_answers_on_another_address_when_examined_then_it_is_an_error', async () => {
  const server = createServer((_, response) => response.writeHead(401).end());
  await new Promise<void>((resolve) => server.listen(lab.asterisk.ports.http, '127.0.0.2', resolve));
  expect(await bad('ari-exposure', ['127.0.0.2', '127.0.0.3'])).toEqual([
    `error: http://127.0.0.2:${lab.asterisk.ports.http}/ari/asterisk/ping answers 401`,
  ]);
  await new Promise((resolve) => server.close(resolve));
});

test('given_a_readable_secret_and_no_daemon_and_no_asterisk_when_the_command_runs_then_it_ends_with_1_and_says_what_to_do', async () => {
  await chmod(join(lab.home, 'secrets/ami'), 0o644);
  await lab.terminate();
  await lab.asterisk.kill9();
  const ran = await run(process.execPath, [cli, '--home', lab.home, '--json', 'doctor']).catch(
    (error: unknown) => error,
  );
  const { code, stdout, stderr } = ran as { code: number; stdout: string; stderr: string };
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'unwell' } });
  const { findings: told } = JSON.parse(stdout) as { findings: readonly Finding[] };
  const level = (check: CheckName) => told.filter((one) => one.check === check).map((one) => one.level);
  expect([level('asterisk'), level('daemon'), level('secrets')]).toEqual([['error'], ['warning'], ['error']]);
  expect(level('ports')).toContain('error');
  expect(told.find(({ check }) => check === 'version')?.found).toMatch(/^not checked: /);
  expect(level('databases')).toEqual(['ok', 'ok']);
  await chmod(join(lab.home, 'secrets/ami'), 0o600);
  await lab.asterisk.startAgain();
});
