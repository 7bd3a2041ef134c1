import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realm } from '../../src/asterisk/provisioning/account.ts';
import { type LabCordboard, startCordboard } from '../lab/cordboard.ts';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const password = 'correct-horse-battery-7';
const ha1 = createHash('md5').update(`1500:${realm}:${password}`).digest('hex');

let lab: LabCordboard;
let secrets: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  lab = await startCordboard('log: { level: debug }');
  secrets = { 'ARI secret': lab.asterisk.ariSecret, 'AMI secret': lab.asterisk.amiSecret, password, ha1 };
  const user = { username: 'carol', name: 'Carol', extension: '1500', sipPassword: password };
  await lab.api('POST', '/v1/users', user);
});
afterAll(async () => {
  await lab?.expectQuiet().finally(() => lab.stop());
});

/** Which secrets a text holds, by name. */
function secretsIn(text: string): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));
}

/** All that a command prints, whatever it ends with. */
function cordboard(...args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, '--home', lab.home, ...args], (_error, out, err) => resolve(out + err));
  });
}

test('given_a_working_exchange_when_it_talks_of_itself_then_no_secret_is_in_it', async () => {
  const { extension } = await lab.team([{ kind: 'answer', afterMs: 50 }], { strategy: 'linear', wrapUpMs: 0 });
  const caller = await lab.stranger();
  const call = await caller.dial(extension);
  await lab.fact('call-connected');
  // A restart of the connection is when most is said.
  await lab.kill9();
  await lab.serve();
  call.hangUp();
  await lab.fact('call-ended');
  const refused = await lab
    .api('POST', '/v1/users', { username: 'dave', name: 'Dave', extension: '1500', sipPassword: password })
    .then(String, String);
  const arguments_ = await new Promise<string>((resolve) => execFile('ps', ['-eo', 'args'], (_e, out) => resolve(out)));
  const said = {
    log: lab.output(),
    'log of Asterisk': await lab.asterisk.log(),
    'arguments of processes': arguments_,
    refusal: refused,
    facts: JSON.stringify(lab.facts()),
    status: await cordboard('status', '--json'),
    doctor: await cordboard('doctor', '--json'),
    'user list': await cordboard('user', 'list', '--json'),
    'user show': await cordboard('user', 'show', 'carol', '--json'),
    'phone list': await cordboard('phone', 'list', '--json'),
    'wrong usage': await cordboard('user', 'add', 'eve', '--extension', 'x', '--sip-password', password, '--json'),
  };
  expect(Object.entries(said).map(([what, text]) => [what, text.length > 1, secretsIn(text)])).toEqual(
    Object.keys(said).map((what) => [what, true, []]),
  );
}, 120_000);

test('given_a_home_when_its_files_are_looked_at_then_those_with_a_secret_are_for_their_owner_only', () => {
  const open: string[] = [];
  let seen = 0;
  for (const entry of readdirSync(lab.home, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || secretsIn(readFileSync(file, 'latin1')).length === 0) continue;
    seen += 1;
    if ((statSync(file).mode & 0o077) !== 0 && !isHidden(file)) open.push(file.slice(lab.home.length));
  }
  expect(seen).toBeGreaterThan(3);
  expect(open).toEqual([]);
});

/** A folder above it, in the home, that lets nobody else in. */
function isHidden(file: string): boolean {
  for (let folder = join(file, '..'); folder !== lab.home; folder = join(folder, '..'))
    if ((statSync(folder).mode & 0o077) === 0) return true;
  return false;
}
