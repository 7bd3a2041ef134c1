import { createServer, type Server, type Socket } from 'node:net';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type AmiOptions, connectAmi } from '../../src/asterisk/ami/ami.ts';
import { openAmi } from '../../src/asterisk/ami/connection.ts';
import { createFallbackWriter } from '../../src/asterisk/ami/fallback.ts';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';
import { waitUntil } from '../lab/deadline.ts';
import { openPhoneBox } from '../lab/phones.ts';
import { account, phoneOf, provisionerOf } from './accounts.ts';

// AMI on the real Asterisk; what it does not do on demand comes from a TCP server that misbehaves.
let lab: LabAsterisk;
const box = openPhoneBox();
const open: { close(): void }[] = [];

beforeAll(async () => {
  lab = await startAsterisk();
  for (const id of ['1001', '1002']) await provisionerOf(lab).apply(account(id));
  // A phone that may have two contacts, and answers for both.
  await lab.ari('PUT', 'asterisk/config/dynamic/res_pjsip/aor/1002', {
    fields: [
      { attribute: 'max_contacts', value: '2' },
      { attribute: 'remove_existing', value: 'no' },
    ],
  });
});
afterAll(() => lab?.stop());
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await box.closeAll();
  await waitUntil(async () => (await lab.rx('pjsip show contacts')).includes('No objects'), 'no contact to be left');
});

const access = (): Omit<AmiOptions, 'log'> => ({
  ...{ host: '127.0.0.1', port: lab.ports.ami, user: 'cordboard', secret: lab.amiSecret },
});

/** Follows registrations; what is told is noted in words. */
function follow(options: Partial<AmiOptions> = {}): { seen: string[]; logged: string[]; close(): void } {
  const seen: string[] = [];
  const logged: string[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(line) });
  const { close } = connectAmi(
    { ...access(), log, ...options },
    {
      onUp: (reachable) => seen.push(`up [${reachable.map(({ phone }) => phone).join()}]`),
      onDown: () => seen.push('down'),
      onPhone: ({ phone, reachable }) => seen.push(`${phone} ${reachable ? 'came' : 'went'}`),
    },
  );
  open.push({ close });
  return { seen, logged, close };
}

test('given_nobody_registered_when_up_then_the_list_is_empty_and_a_phone_that_comes_and_goes_is_told', async () => {
  const { seen } = follow();
  await waitUntil(() => seen.length === 1, 'AMI to be up');
  const phone = await box.register(phoneOf(lab, '1001'));
  await waitUntil(() => seen.length === 2, 'the phone to come');
  await phone.unregister();
  await waitUntil(() => seen.length === 3, 'the phone to go');
  expect(seen).toEqual(['up []', '1001 came', '1001 went']);
});

test('given_phones_registered_when_up_then_they_are_in_the_list', async () => {
  await box.register(phoneOf(lab, '1002'));
  await box.register(phoneOf(lab, '1001'));
  const { seen } = follow();
  await waitUntil(() => seen.length === 1, 'AMI to be up');
  expect(seen).toEqual(['up [1001,1002]']);
});

test('given_a_phone_registered_elsewhere_when_it_replaces_the_first_then_it_was_never_away', async () => {
  const { seen } = follow();
  await waitUntil(() => seen.length === 1, 'AMI to be up');
  await box.register(phoneOf(lab, '1001'));
  const second = await box.register(phoneOf(lab, '1001'));
  await second.unregister();
  await waitUntil(() => seen.includes('1001 went'), 'the phone to go');
  expect(seen).toEqual(['up []', '1001 came', '1001 went']);
});

test('given_a_phone_with_two_contacts_when_one_goes_then_it_is_reachable_until_the_other_goes', async () => {
  const { seen } = follow();
  await waitUntil(() => seen.length === 1, 'AMI to be up');
  const [first, second] = [await box.register(phoneOf(lab, '1002')), await box.register(phoneOf(lab, '1002'))];
  await waitUntil(async () => (await lab.rx('pjsip show contacts')).includes('Objects found: 2'), 'two contacts');
  await first?.unregister();
  await waitUntil(async () => (await lab.rx('pjsip show contacts')).includes('Objects found: 1'), 'one contact');
  // A third phone's news comes after whatever the first contact's end would have said.
  await box.register(phoneOf(lab, '1001'));
  await waitUntil(() => seen.includes('1001 came'), 'the other phone to come');
  await second?.unregister();
  await waitUntil(() => seen.includes('1002 went'), 'the phone to go');
  expect(seen).toEqual(['up []', '1002 came', '1001 came', '1002 went']);
});

test('given_asterisk_dies_when_it_is_back_then_the_list_is_told_anew', async () => {
  const { seen, logged } = follow();
  await waitUntil(() => seen.length === 1, 'AMI to be up');
  await lab.kill9();
  await waitUntil(() => seen.length === 2, 'the loss to be noticed');
  await lab.startAgain();
  await waitUntil(() => seen.length === 3, 'AMI to be up again');
  expect(seen).toEqual(['up []', 'down', 'up []']);
  expect(logged.join()).toContain('AMI was lost; connecting again for ever');
});

test('given_a_wrong_secret_when_connecting_then_the_log_says_so_and_nothing_is_told', async () => {
  const { seen, logged } = follow({ secret: 'wrong' });
  await waitUntil(() => logged.length > 0, 'the log to say why');
  expect(logged[0]).toContain('the login was refused: Authentication failed');
  expect(seen).toEqual([]);
});

test('given_a_fallback_when_set_changed_and_removed_then_asterisks_database_has_it_so', async () => {
  const writer = createFallbackWriter(access());
  open.push(writer);
  const shown = async (): Promise<string[]> =>
    (await lab.rx('database show cordboard')).match(/\/cordboard\S+ +: \S+/g)?.map((line) => line.replace(/ +/g, '')) ??
    [];
  await Promise.all([writer.setFallback('8001', 'PJSIP/1001&PJSIP/1002'), writer.setFallback('8002', 'PJSIP/1002')]);
  expect(await shown()).toEqual([
    '/cordboard/fallback/8001:PJSIP/1001&PJSIP/1002',
    '/cordboard/fallback/8002:PJSIP/1002',
  ]);
  await writer.setFallback('8001', 'PJSIP/1002');
  await Promise.all([writer.setFallback('8002', null), writer.setFallback('8003', null)]);
  expect(await shown()).toEqual(['/cordboard/fallback/8001:PJSIP/1002']);
  await waitUntil(async () => (await lab.rx('manager show connected')).includes('0 users connected'), 'no connection');
  await writer.setFallback('8001', null);
  await writer.setLease(45);
  expect(await shown()).toEqual(['/cordboard/lease:45']);
});

test('given_a_line_break_in_a_value_when_acted_then_it_is_rejected_and_no_second_action_happens', async () => {
  const writer = createFallbackWriter(access());
  open.push(writer);
  const injection = 'x\r\n\r\nAction: DBPut\r\nFamily: cordboard/evil\r\nKey: 1\r\nVal: 1';
  await expect(writer.setFallback('8001', injection)).rejects.toThrow('"Val" holds a control character');
  await expect(writer.setFallback(injection, 'PJSIP/1001')).rejects.toThrow('"Key" holds a control character');
  await writer.setFallback('8001', null);
  expect(await lab.rx('database show cordboard/evil')).toContain('0 results found');
});

/** Listens as a manager would; `onData` does what it likes with what comes. */
async function startFake(onConnect: (socket: Socket) => void): Promise<{ port: number; close(): Promise<void> }> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnect(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Answers every action with Success and says FullyBooted after the login, as long as `heeds` says so. */
function obey(socket: Socket, heeds: (action: string) => boolean): void {
  socket.write('Asterisk Call Manager/11.0.0\r\n');
  let text = '';
  socket.on('data', (data) => {
    text += String(data);
    const messages = text.split('\r\n\r\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const action = message.match(/^Action: (.*)$/m)?.[1]?.trim() ?? '';
      const id = message.match(/^ActionID: (.*)$/m)?.[1]?.trim() ?? '';
      if (!heeds(action)) continue;
      socket.write(`Response: Success\r\nActionID: ${id}\r\nMessage: ok\r\n\r\n`);
      if (action === 'login') socket.write('Event: FullyBooted\r\n\r\n');
    }
  });
}

test('given_a_peer_that_accepts_and_says_nothing_when_connecting_then_it_is_given_up_and_tried_again', async () => {
  let connections = 0;
  const fake = await startFake(() => {
    connections += 1;
  });
  const { seen, logged } = follow({ port: fake.port, handshakeMs: 50 });
  await waitUntil(() => connections >= 2, 'a second attempt');
  expect(seen).toEqual([]);
  expect(logged[0]).toContain('not ready after 50 ms');
  await fake.close();
});

test('given_an_action_in_flight_when_the_connection_ends_then_it_is_rejected', async () => {
  let cut = (): void => undefined;
  const fake = await startFake((socket) => {
    cut = () => socket.destroy();
    obey(socket, (action) => action !== 'Slow');
  });
  const ended = new Promise<string>((resolve) => {
    const connection = openAmi(
      { ...access(), port: fake.port },
      {
        onReady: () => {
          connection.action('Slow', {}).catch((error: Error) => resolve(error.message));
          cut();
        },
        onEvent: () => undefined,
        onEnd: () => undefined,
      },
    );
    open.push(connection);
  });
  expect(await ended).toMatch(/^AMI: (closed by Asterisk|read ECONNRESET)$/);
  await fake.close();
});

test('given_an_action_that_is_never_answered_when_its_time_is_over_then_it_is_rejected', async () => {
  const fake = await startFake((socket) => obey(socket, (action) => action !== 'Slow'));
  const message = await new Promise<string>((resolve) => {
    const connection = openAmi(
      { ...access(), port: fake.port, actionMs: 40 },
      {
        onReady: () => connection.action('Slow', {}).catch((error: Error) => resolve(error.message)),
        onEvent: () => undefined,
        onEnd: () => undefined,
      },
    );
    open.push(connection);
  });
  expect(message).toBe('AMI Slow: no answer in 40 ms');
  await fake.close();
});

test('given_half_a_message_when_the_connection_is_cut_then_the_next_one_begins_clean', async () => {
  let connections = 0;
  const fake = await startFake((socket) => {
    connections += 1;
    const first = connections === 1;
    obey(socket, (action) => {
      if (action !== 'PJSIPShowContacts') return true;
      if (first) socket.end('Event: ContactList\r\nEndpoint: 66');
      else {
        setImmediate(() => {
          socket.write('Event: ContactList\r\nEndpoint: 1001\r\nUri: sip:1001@x\r\nStatus: Reachable\r\n\r\n');
          socket.write('Event: ContactListComplete\r\n\r\n');
        });
      }
      return !first;
    });
  });
  const { seen } = follow({ port: fake.port });
  await waitUntil(() => seen.length > 0, 'AMI to be up');
  expect(seen).toEqual(['up [1001]']);
  await fake.close();
});

test('given_news_that_overtakes_the_list_when_up_then_the_news_holds', async () => {
  const fake = await startFake((socket) =>
    obey(socket, (action) => {
      if (action !== 'PJSIPShowContacts') return true;
      const contact = (id: string): string => `Endpoint: ${id}\r\nUri: sip:${id}@x\r\nStatus: Reachable\r\n\r\n`;
      setImmediate(() => {
        socket.write(`Event: ContactList\r\n${contact('1001')}Event: ContactList\r\n${contact('1002')}`);
        socket.write('Event: ContactStatus\r\nContactStatus: Removed\r\nEndpointName: 1001\r\nURI: sip:1001@x\r\n\r\n');
        socket.write('Event: ContactListComplete\r\n\r\n');
      });
      return true;
    }),
  );
  const { seen } = follow({ port: fake.port });
  await waitUntil(() => seen.length > 0, 'AMI to be up');
  expect(seen).toEqual(['up [1002]']);
  await fake.close();
});

test('given_a_peer_that_stops_answering_pings_when_time_passes_then_it_is_lost_and_tried_again', async () => {
  let deaf = false;
  const fake = await startFake((socket) =>
    obey(socket, (action) => {
      if (action === 'PJSIPShowContacts') setImmediate(() => socket.write('Event: ContactListComplete\r\n\r\n'));
      return !(deaf && action === 'Ping');
    }),
  );
  const { seen } = follow({ port: fake.port, pingMs: 20, actionMs: 60 });
  await waitUntil(() => seen.length === 1, 'AMI to be up');
  deaf = true;
  await waitUntil(() => seen.length >= 3, 'AMI to be up again');
  expect(seen.slice(0, 3)).toEqual(['up []', 'down', 'up []']);
  await fake.close();
});
