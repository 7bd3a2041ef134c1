import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { createPhone } from '../../src/phones/index.ts';

/** A registrar (RFC 3261 §10.3) that swallows the first REGISTER, as an Asterisk that comes up does, and takes every other. */
async function forgetfulRegistrar() {
  let heard = 0;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'sip' });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const request = data.toString();
      if (!request.startsWith('REGISTER')) return;
      heard += 1;
      if (heard === 1) return;
      const kept = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq|Contact):/i.test(line));
      const lines = kept.map((line) => (/^To:/i.test(line) ? `${line};tag=registrar` : line));
      socket.send(['SIP/2.0 200 OK', ...lines, 'Expires: 600', 'Content-Length: 0', '', ''].join('\r\n'));
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
    heard: () => heard,
    close: () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

test('given_a_register_that_nobody_answers_when_the_phone_registers_again_then_it_does_not_wait_for_the_first', async () => {
  const registrar = await forgetfulRegistrar();
  const phone = createPhone({ wsUrl: registrar.url, user: '100', password: 'x' });
  try {
    await expect(phone.register()).rejects.toThrow('no answer to REGISTER of 100');
    await phone.register();
    expect(phone.registered).toBe(true);
    expect(registrar.heard()).toBe(2);
  } finally {
    await phone.close();
    registrar.close();
  }
});
