import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { account, phoneOf, provisionerOf } from '../adapters/accounts.ts';
import { fileText } from '../docs/page.ts';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { waitUntil } from '../lab/deadline.ts';
import { expectNothingLeft } from '../lab/nothing-left.ts';
import { openPhoneBox } from '../lab/phones.ts';

// Who may not come in does not, and whoever tries is written down where fail2ban reads.
let lab: LabAsterisk;
let socket: Socket;
let answers: string[] = [];
const box = openPhoneBox();

beforeAll(async () => {
  lab = await startAsterisk();
  await provisionerOf(lab).apply(account('1001', {}));
  socket = createSocket('udp4');
  socket.on('message', (text) => answers.push(String(text).split('\r\n')[0] ?? ''));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
}, 60_000);
afterAll(async () => {
  socket?.close();
  await lab?.stop();
});
afterEach(async () => {
  answers = [];
  await box.closeAll();
  await expectNothingLeft(lab);
});

/** As the jail's filter of Debian's fail2ban 1.0 has it (filter.d/asterisk.conf), with its prefix. */
const eventOfFilter =
  /^\[[^\]]+\] SECURITY\[\d+\](?:\[C-[\da-f]*\])?:? [^:]+:\d*(?:(?: in)? [^:]+:)? SecurityEvent="(?:FailedACL|InvalidAccountID|ChallengeResponseFailed|InvalidPassword)".*?,RemoteAddress="IPV[46]\/[^/"]+\/127\.0\.0\.1\/(\d+)"/;

/** The ports that the filter would take a failure from. */
async function failuresFrom(): Promise<string[]> {
  const lines = (await readFile(join(lab.home, 'asterisk/log/security'), 'utf8').catch(() => '')).split('\n');
  return lines.flatMap((line) => line.match(eventOfFilter)?.[1] ?? []);
}

function send(method: 'INVITE' | 'REGISTER', from: string): void {
  const { port } = socket.address();
  const to = lab.ports.sip;
  const uri = method === 'REGISTER' ? `sip:127.0.0.1:${to}` : `sip:8001@127.0.0.1:${to}`;
  const lines = [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${method}${from};rport`,
    `From: <sip:${from}@127.0.0.1>;tag=t`,
    `To: <${uri}>`,
    `Call-ID: stranger-${method}-${from}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:${from}@127.0.0.1:${port}>`,
    'Max-Forwards: 70',
    'Content-Length: 0',
  ];
  socket.send(`${lines.join('\r\n')}\r\n\r\n`, to, '127.0.0.1');
}

test.each(['INVITE', 'REGISTER'] as const)(
  'given_a_stranger_when_%ss_come_then_it_is_challenged_and_nothing_else_and_the_security_log_has_the_address',
  async (method) => {
    // One unknown sender is nobody's fault; from the fifth in five seconds Asterisk takes it for an attack.
    for (const nth of [1, 2, 3, 4, 5, 6, 7, 8]) send(method, `anonymous${nth}`);
    await waitUntil(() => answers.length >= 8, 'eight answers');
    expect(new Set(answers)).toEqual(new Set(['SIP/2.0 401 Unauthorized']));
    expect(await lab.channels()).toEqual([]);
    const mine = String(socket.address().port);
    await waitUntil(async () => (await failuresFrom()).includes(mine), 'the security log');
  },
);

test('given_a_wrong_password_when_a_phone_registers_then_it_is_refused_and_the_security_log_says_so', async () => {
  const before = (await failuresFrom()).length;
  const { wsUrl, user } = phoneOf(lab, '1001');
  await expect(box.make({ wsUrl, user, password: 'guessed' }).register()).rejects.toThrow();
  await waitUntil(async () => (await failuresFrom()).length > before, 'the security log');
});

test('the_jail_when_compared_with_the_logger_then_it_reads_the_file_that_asterisk_writes', () => {
  const jail = fileText('systemd/fail2ban-cordboard.conf');
  const file = fileText('asterisk-conf/logger.conf').match(/^(\w+) = security$/m)?.[1];
  expect(jail).toMatch(new RegExp(`^logpath = .*/log/${file}$`, 'm'));
  expect(jail).toMatch(/^filter = asterisk$/m);
});
