import { type AddressInfo, createServer, type Socket } from 'node:net';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectAmi } from '../../src/asterisk/ami/ami.ts';
import { connectAri } from '../../src/asterisk/ari/socket.ts';
import { createDice } from '../../src/simulation/dice.ts';
import { startFakeAri } from '../adapters/fake-ari.ts';
import { waitUntil } from '../lab/deadline.ts';
import { fuzzAmi } from './ami.ts';
import { fuzzAri } from './ari.ts';
import { noise, text } from './noise.ts';

describe('events that no Asterisk should send', () => {
  it.each([1, 2, 3])('given_seed_%i_when_they_come_beside_a_working_day_then_nothing_is_stuck_at_its_end', (seed) => {
    const { believed, calls } = fuzzAri(seed, 2_000);
    expect(believed).toBeGreaterThan(200);
    expect(calls).toBeGreaterThan(20);
  });

  it.each([1, 2, 3])('given_seed_%i_when_manager_events_come_then_the_phones_told_truly_are_known', (seed) => {
    expect(fuzzAmi(seed, 5_000)).toBeGreaterThan(500);
  });

  it('given_a_socket_when_a_thousand_odd_frames_come_then_it_stays_up_and_each_kind_is_said_once', async () => {
    const lines: string[] = [];
    const log = pino(
      { level: 'info' },
      { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
    );
    const fake = await startFakeAri();
    const types: string[] = [];
    let ups = 0;
    const link = connectAri(
      { host: '127.0.0.1', port: fake.port, user: 'u', secret: 's', app: 'a', log },
      {
        onUp: () => {
          ups += 1;
        },
        onDown: () => undefined,
        onEvent: (event) => types.push(event.type),
        onReplaced: () => undefined,
      },
    );
    onTestFinished(async () => {
      link.close();
      await fake.close();
    });
    await waitUntil(() => ups === 1, 'the link to be up');
    const dice = createDice(5);
    for (let count = 0; count < 1_000; count += 1) fake.say(oddFrame(dice, count));
    fake.say(JSON.stringify({ type: 'StasisEnd', channel: { id: 'the-last-one' } }));
    await waitUntil(() => types.at(-1) === 'StasisEnd', 'the last one to be heard');
    expect(ups).toBe(1);
    const said = lines.filter((line) => line.includes('not said again'));
    expect(new Set(said).size).toBe(said.length);
    expect(said.some((line) => line.includes('what is no message'))).toBe(true);
    expect(said.some((line) => line.includes('not asked for'))).toBe(true);
    expect(said.some((line) => line.includes('StasisStart about no channel'))).toBe(true);
  });

  it('given_a_manager_when_raw_nonsense_comes_then_what_is_true_is_still_heard_and_each_kind_is_said_once', async () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) });
    const { server, sockets } = await startFakeAmi();
    const seen: string[] = [];
    const link = connectAmi(
      { host: '127.0.0.1', port: (server.address() as AddressInfo).port, user: 'u', secret: 's', log },
      { onUp: () => seen.push('up'), onDown: () => seen.push('down'), onPhone: ({ phone }) => seen.push(phone) },
    );
    onTestFinished(() => {
      link.close();
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    await waitUntil(() => seen.includes('up'), 'AMI to be up');
    const dice = createDice(6);
    for (let count = 0; count < 500; count += 1) sockets.at(-1)?.write(oddMessage(dice));
    sockets.at(-1)?.write(contactStatus('the-last-one', 'Reachable'));
    await waitUntil(() => seen.includes('the-last-one'), 'the last one to be heard');
    expect(seen).not.toContain('down');
    const said = lines.filter((line) => line.includes('not said again'));
    expect(said).toHaveLength(1);
  });
});

function contactStatus(phone: string, status: string): string {
  return `Event: ContactStatus\r\nEndpointName: ${phone}\r\nURI: sip:${phone}@127.0.0.1\r\nContactStatus: ${status}\r\n\r\n`;
}

/** Whatever it is, the empty line at its end is where the next one begins. */
function oddMessage(dice: ReturnType<typeof createDice>): string {
  switch (dice.roll(4)) {
    case 0:
      return contactStatus(text(dice).replace(/[\r\n]/g, ''), text(dice).replace(/[\r\n]/g, ''));
    case 1:
      return 'Event: ContactStatus\r\nContactStatus: Reachable\r\n\r\n';
    case 2:
      return `${text(dice)}: ${text(dice)}\r\n${text(dice)}\r\n\r\n`;
    default:
      return `${JSON.stringify(noise(dice))}\r\n\r\n`;
  }
}

/** A manager that says yes to everything. */
async function startFakeAmi() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.write('Asterisk Call Manager/11.0.0\r\n');
    let heard = '';
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      heard += data;
      const messages = heard.split('\r\n\r\n');
      heard = messages.pop() ?? '';
      for (const message of messages) {
        const id = /^actionid: *(.*)$/im.exec(message)?.[1]?.trim() ?? '';
        socket.write(`Response: Success\r\nActionID: ${id}\r\nMessage: yes\r\n\r\n`);
        if (/^action: *login/im.test(message)) socket.write('Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n');
        if (/PJSIPShowContacts/i.test(message)) socket.write('Event: ContactListComplete\r\n\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, sockets };
}

/** No two are equal, or the second would be taken for the copy of the first. */
function oddFrame(dice: ReturnType<typeof createDice>, count: number): string {
  const channel = { id: dice.pick(['', '\u0000', '\ud800', 'x'.repeat(150), null, {}]), count };
  switch (dice.roll(4)) {
    case 0:
      return `{"type": "StasisStart", ${count}`;
    case 1:
      return JSON.stringify({ type: `Odd${text(dice)}`, count });
    case 2:
      return JSON.stringify({ type: 'StasisStart', channel });
    default:
      return JSON.stringify([noise(dice), count]);
  }
}
