/** A stranger in a process of its own: what it costs to send the flood is not to be taken for what it does. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createDice } from '../../src/simulation/dice.ts';
import type { FloodOrder, FloodReport } from './flood.ts';

process.once('message', (order: FloodOrder) => {
  flood(order).then((report) => {
    process.send?.(report);
    process.disconnect();
  });
});

/** Each request is a new one (RFC 3261 §8.1.1) of somebody else, and no answer is acknowledged. */
async function flood({ method, port, perSecond, forMs, seed }: FloodOrder): Promise<FloodReport> {
  const dice = createDice(seed);
  const socket = createSocket('udp4');
  let answers = 0;
  let sent = 0;
  socket.on('message', () => {
    answers += 1;
  });
  socket.bind(0, '127.0.0.3');
  await once(socket, 'listening');
  const own = socket.address().port;
  const began = performance.now();
  while (performance.now() < began + forMs) {
    const due = ((performance.now() - began) * perSecond) / 1_000;
    for (; sent < due; sent += 1) {
      const user = 1_000 + dice.roll(8_000);
      socket.send(requestOf(method, port, own, user, `${seed}-${sent}-${dice.roll(1 << 30)}`), port, '127.0.0.1');
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  socket.close();
  return { sent, answers };
}

function requestOf(method: string, port: number, own: number, user: number, token: string): string {
  const uri = method === 'REGISTER' ? `sip:127.0.0.1:${port}` : `sip:${user}@127.0.0.1:${port}`;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.3:${own};branch=z9hG4bK${token};rport`,
    `From: <sip:${user}@127.0.0.1>;tag=flood${token}`,
    `To: <sip:${user}@127.0.0.1>`,
    `Call-ID: flood-${token}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:${user}@127.0.0.3:${own}>`,
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
