import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createIceServers } from '../../src/directory/ice-servers.ts';
import { makeScratch, removeScratch } from '../lab/scratch.ts';

const home = makeScratch('ice');
afterAll(() => removeScratch(home));
const secretFile = join(home, 'turn');

test('given_servers_of_each_kind_when_a_phone_signs_in_then_it_gets_what_a_turn_server_takes_and_never_the_shared_secret', () => {
  writeFileSync(secretFile, 'north\n');
  const servers = createIceServers(
    [
      { urls: ['stun:stun.example.net'], access: { by: 'nothing' } },
      { urls: ['turn:one.example.net'], access: { by: 'user', user: 'cb', secretFile } },
      { urls: ['turn:two.example.net'], access: { by: 'shared-secret', secretFile } },
    ],
    () => 1_700_000_000_000,
  );
  expect(servers('1001-web')).toEqual([
    { urls: ['stun:stun.example.net'] },
    { urls: ['turn:one.example.net'], username: 'cb', credential: 'north' },
    // printf '1700043200:1001-web' | openssl dgst -sha1 -hmac north -binary | base64
    { urls: ['turn:two.example.net'], username: '1700043200:1001-web', credential: '7g/nDn0pfQYrPlGKH6Qp6ozpfwI=' },
  ]);
});

test('given_a_secret_that_is_not_there_when_the_servers_are_read_then_the_file_is_named', () => {
  const missing = join(home, 'nowhere');
  const access = { by: 'shared-secret', secretFile: missing } as const;
  expect(() => createIceServers([{ urls: ['turn:x'], access }], Date.now)).toThrow(missing);
});
