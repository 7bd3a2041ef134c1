import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../src/doctor/finding.ts';
import type { Rendering } from '../../src/doctor/render.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';
import { staticPhone } from '../lab/static-phone.ts';

// An Asterisk that was there before us, with phones, a dialplan and features of its own.
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let lab: LabCordboard;
beforeAll(async () => {
  lab = await startCordboard("sip: {prefix: 'cb-'}", {
    extra: {
      'pjsip.conf': `${staticPhone('1001', null, 'theirs')}${staticPhone('their-trunk', null, 'theirs')}`,
      'extensions.conf': '[theirs]\nexten => 1001,1,Dial(PJSIP/1001)\nexten => *8,1,Pickup()\n',
      'features.conf': '[applicationmap]\ntheirs => *9,peer,Playback,tt-weasels\n',
    },
  });
});
afterAll(() => lab?.stop());

type Ran = { readonly code: number; readonly out: string; readonly err: string };
const run = (...args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [cli, '--home', lab.home, ...args], { maxBuffer: 1 << 24 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err }),
    );
  });

/** All of theirs, as Asterisk shows it. */
async function theirs(): Promise<string> {
  const looks = [
    'pjsip show endpoint 1001',
    'pjsip show endpoint their-trunk',
    'pjsip show aor 1001',
    'dialplan show theirs',
  ];
  const shown = await Promise.all(looks.map((look) => lab.asterisk.rx(look)));
  const features = (await lab.asterisk.rx('features show')).split('\n').filter((line) => line.includes('*9'));
  const files = ['pjsip.conf', 'extensions.conf', 'features.conf', 'sorcery.conf', 'modules.conf'];
  const texts = await Promise.all(files.map((file) => readFile(join(lab.home, 'asterisk/etc', file), 'utf8')));
  return [...shown, ...features, ...texts].join('\n');
}

async function found(): Promise<readonly Finding[]> {
  const ran = await run('asterisk', 'check', '--json');
  return (JSON.parse(ran.out) as { findings: readonly Finding[] }).findings;
}

test('given_phones_dialplan_and_features_of_others_when_users_come_change_and_go_then_nothing_of_theirs_changes', async () => {
  const before = await theirs();
  const refused = lab.api('POST', '/v1/users/zed/phones', {}).catch((error: Error) => error.message);
  expect(await refused).toContain('There is no user zed');
  await lab.api('POST', '/v1/users', { username: 'ana', name: 'Ana', extension: '1001' });
  await lab.api('POST', '/v1/users/ana/phones', { label: 'web', transport: 'wss', context: 'theirs' });
  expect(await lab.asterisk.rx('pjsip show endpoints')).toMatch(/cb-1001\/1001[\s\S]*cb-1001-web\/1001/);
  expect(await theirs()).toBe(before);
  await lab.api('PATCH', '/v1/phones/cb-1001', { nat: 'no', callGroups: ['1'] });
  expect(await lab.api('POST', '/v1/phones/check')).toMatchObject({ repaired: [], failed: [], strangers: [] });
  await lab.api('DELETE', '/v1/users/ana');
  expect(await theirs()).toBe(before);
  const left = await lab.asterisk.rx('pjsip show endpoints');
  expect(left).not.toContain('cb-');
  expect(left).toMatch(/1001[\s\S]*their-trunk/);
});

test('given_a_phone_that_others_changed_or_removed_when_checked_then_it_is_put_right_and_named', async () => {
  await lab.api('POST', '/v1/users', { username: 'ben', name: 'Ben', extension: '1002', codecs: ['ulaw'] });
  await lab.api('POST', '/v1/users/ben/phones', { label: 'web', transport: 'wss' });
  const before = await lab.asterisk.rx('pjsip show endpoint cb-1002');
  const object = (type: string, id: string) => `asterisk/config/dynamic/res_pjsip/${type}/${id}`;
  const fields = [
    { attribute: 'allow', value: '!all,gsm' },
    { attribute: 'context', value: 'theirs' },
  ];
  await lab.asterisk.ari('PUT', object('endpoint', 'cb-1002'), { fields });
  await lab.asterisk.ari('DELETE', object('aor', 'cb-1002-web'));
  expect(await lab.api('POST', '/v1/phones/check')).toEqual({
    ...{ checked: 2, failed: [], strangers: [], fallbacks: [] },
    repaired: [
      { phone: 'cb-1002', attributes: ['endpoint.context', 'endpoint.allow'] },
      { phone: 'cb-1002-web', attributes: ['aor'] },
    ],
  });
  expect(await lab.asterisk.rx('pjsip show endpoint cb-1002')).toBe(before);
  expect(await lab.asterisk.rx('pjsip show aor cb-1002-web')).toMatch(/max_contacts +: 1/);
  expect((await run('phone', 'show', 'cb-1002')).out).toContain('endpoint.context, endpoint.allow');
  await lab.api('DELETE', '/v1/users/ben');
});

test('given_an_id_that_is_theirs_or_a_context_that_is_not_there_when_a_phone_is_added_then_it_is_refused_by_the_real_asterisk', async () => {
  const add = (body: object) =>
    lab.api('POST', '/v1/users', { name: 'X', ...body }).catch((error: Error) => error.message);
  await writeFile(
    join(lab.home, 'cordboard.yaml'),
    (await readFile(join(lab.home, 'cordboard.yaml'), 'utf8')).replace("prefix: 'cb-'", "prefix: ''"),
  );
  await lab.terminate();
  await lab.serve();
  expect(await add({ username: 'cleo', extension: '1001' })).toContain(
    '1001 is in Asterisk already and was not made by Cordboard',
  );
  expect(await add({ username: 'cleo', extension: '1003', context: 'nowhere' })).toContain('there is no [nowhere]');
  expect(await lab.api('GET', '/v1/users')).toEqual({ users: [] });
});

test('given_an_asterisk_as_it_should_be_when_checked_then_nothing_is_missing_and_what_it_lacks_is_named', async () => {
  expect((await found()).filter(({ level }) => level === 'error')).toEqual([]);
  const etc = join(lab.home, 'asterisk/etc');
  const texts = new Map<string, string>();
  const change = async (file: string, from: RegExp, to: string): Promise<void> => {
    const text = await readFile(join(etc, file), 'utf8');
    texts.set(file, text);
    expect(text).toMatch(from);
    await writeFile(join(etc, file), text.replace(from, to));
  };
  await change('sorcery.conf', /^aor = astdb.*$/m, '');
  await change('extensions.conf', /^#include extensions_cordboard.conf$/m, '');
  await change('features.conf', /^pickupexten =.*$/m, '');
  await lab.asterisk.rx('dialplan reload');
  const lacking = (await found()).filter(({ level }) => level !== 'ok');
  expect(lacking.map(({ check, level, found }) => [check, level, found])).toEqual([
    ['sorcery', 'error', 'nowhere to write aor'],
    ['dialplan', 'error', 'there is no [from-sip], [cordboard-entry], [cordboard-fallback]'],
    ['pickup-code', 'warning', expect.stringContaining('*8')],
    // No call needs this context.
    ['message-lamps', 'warning', expect.stringContaining('there is no [cordboard-messages]')],
    // This one was never told where emergency calls go.
    ['emergency', 'warning', expect.stringContaining('no target')],
  ]);
  expect((await run('asterisk', 'check')).code).toBe(1);
  for (const [file, text] of texts) await writeFile(join(etc, file), text);
  await lab.asterisk.rx('dialplan reload');
});

test('given_a_directory_with_phones_when_rendered_then_what_is_global_comes_first_and_no_secret_is_shown_and_nothing_is_written', async () => {
  await lab.api('POST', '/v1/users', { username: 'dora', name: 'Dora', extension: '1004', callGroups: ['3'] });
  const before = await theirs();
  const rendered = JSON.parse((await run('asterisk', 'render', '--json')).out) as Rendering;
  expect(rendered.global.map(({ file }) => file)).toContain('features.conf');
  expect(rendered.files.find(({ file }) => file === 'features.conf')?.text).toMatch(/^pickupexten =$/m);
  expect(rendered.files.find(({ file }) => file === 'sorcery.conf')?.how).toBe('merge');
  expect(rendered.phones).toMatchObject([
    { id: '1004', text: expect.stringMatching(/\[1004\]\ntype = auth[\s\S]*call_group = 3/) },
  ]);
  expect(rendered.fallbacks).toEqual({ 1004: 'PJSIP/1004' });
  const text = (await run('asterisk', 'render')).out;
  expect(text.indexOf('Global')).toBeLessThan(text.indexOf('pickupexten ='));
  expect(text).not.toMatch(/MD5:[0-9a-f]{32}/);
  expect(await theirs()).toBe(before);
});
