import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAriHttp } from '../../src/asterisk/ari/http.ts';
import { createMailboxes, type Mailboxes } from '../../src/asterisk/mailboxes.ts';
import { type LabAsterisk, startAsterisk } from '../lab/asterisk.ts';

// An Asterisk with external message waiting (res_mwi_external, res_ari_mailboxes) cannot be had here: it is an HTTP server that answers as
// its REST interface is documented to. The other way, MinivmMWI, is a real Asterisk.

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

function mailboxesAt(port: number, secret: string, requestMs = 2_000): Mailboxes {
  const http = createAriHttp({ host: '127.0.0.1', port, user: 'cordboard', secret, requestMs });
  open.push(http);
  return createMailboxes(http);
}

describe('where Asterisk has a request for it', () => {
  /** Answers each request so; what was asked, as it came. */
  async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<{
    readonly asked: readonly string[];
    readonly mailboxes: Mailboxes;
  }> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      const who = Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString();
      asked.push(`${who} ${request.method} ${request.url}`);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => server.close() });
    return { asked, mailboxes: mailboxesAt((server.address() as AddressInfo).port, 'secret') };
  }

  test('given_counts_when_they_are_set_then_it_is_one_PUT_and_nothing_else_is_asked', async () => {
    const { asked, mailboxes } = await serve((_, response) => response.writeHead(204).end());
    await mailboxes.setMessages('1001', 3, 1);
    await mailboxes.setMessages('1002', 0, 0);
    expect(asked).toEqual([
      'cordboard:secret PUT /ari/mailboxes/1001%40cordboard?oldMessages=1&newMessages=3',
      'cordboard:secret PUT /ari/mailboxes/1002%40cordboard?oldMessages=0&newMessages=0',
    ]);
  });

  test.each([
    ['an_error', (_: IncomingMessage, response: ServerResponse) => response.writeHead(500).end(), 'HTTP 500'],
    ['a_refusal', (_: IncomingMessage, response: ServerResponse) => response.writeHead(403).end(), 'HTTP 403'],
    ['a_cut', ({ socket }: IncomingMessage) => socket.destroy(), 'no answer'],
  ] as const)('given_%s_when_counts_are_set_then_it_rejects_and_no_channel_is_made', async (_, answer, why) => {
    const { asked, mailboxes } = await serve(answer);
    await expect(mailboxes.setMessages('1001', 3, 1)).rejects.toThrow(`setting mailbox 1001: ${why}`);
    expect(asked).toHaveLength(1);
  });
});

describe('where only the dialplan can say it', () => {
  let lab: LabAsterisk;
  beforeAll(async () => {
    lab = await startAsterisk();
  });
  afterAll(() => lab?.stop());

  test('given_this_build_when_asked_for_external_message_waiting_then_it_has_none', async () => {
    expect(await lab.rx('module show like mwi_external')).toContain('0 modules loaded');
    expect((await lab.ari('PUT', 'mailboxes/1001%40cordboard?oldMessages=0&newMessages=1')).status).toBe(404);
  });

  test('given_a_dialplan_without_the_context_when_counts_are_set_then_it_rejects_by_its_name_and_after_a_reload_they_are_told', async () => {
    const mailboxes = mailboxesAt(lab.ports.http, lab.ariSecret);
    await mailboxes.setMessages('1001', 2, 0);
    await lab.rx('dialplan remove context cordboard-messages');
    await expect(mailboxes.setMessages('1001', 3, 0)).rejects.toThrow('the dialplan has no [cordboard-messages]');
    await lab.rx('dialplan reload');
    await mailboxes.setMessages('1001', 3, 0);
    expect(await lab.channels()).toEqual([]);
  });
});
