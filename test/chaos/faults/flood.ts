import { createSocket } from 'node:dgram';
import type { Dice } from '../../../src/simulation/dice.ts';
import { during, type Fault, unnoticed } from '../fault.ts';
import { crowd } from '../floor.ts';
import type { Stage } from '../stage.ts';
import { summary } from './daemon.ts';

const family = 'flood';
const floodMs = 30_000;
const perSecond = 500;

/** Strangers send what they like, from this machine to this machine only, for half a minute. */
export const floodFaults: readonly Fault[] = (['INVITE', 'REGISTER'] as const).map((method) => ({
  family,
  name: `${perSecond} ${method}s a second from strangers for ${floodMs / 1_000} s`,
  long: true,
  expect: { ...unnoticed, repairs: 'any' },
  async strike(stage, floor, dice) {
    await crowd(stage, 2);
    const calm = median(waits(stage, floor.mark));
    const began = stage.lab.facts().at(-1)?.seq ?? 0;
    const end = performance.now() + floodMs;
    const [counts, result] = await Promise.all([
      flood(stage.lab.asterisk.ports.sip, method, dice),
      crowd(stage, 1_000, () => performance.now() > end),
    ]);
    if (counts.answers === 0) throw new Error('Asterisk answered no stranger: the flood did not arrive');
    const stormy = median(waits(stage, began));
    return `${counts.sent} sent, ${counts.answers} answered; of the callers ${summary(result)}; median wait ${calm} ms before, ${stormy} ms meanwhile`;
  },
}));

/** How long each caller waited who was connected since this fact. */
function waits({ lab }: Stage, since: number): number[] {
  return lab
    .facts()
    .flatMap((fact) => (fact.seq > since && fact.type === 'call-connected' ? [fact.waitedMs] : []))
    .sort((a, b) => a - b);
}

function median(sorted: readonly number[]): number {
  return sorted[sorted.length >> 1] ?? 0;
}

/** Each request is a new one (RFC 3261 §8.1.1) of somebody else, and no answer is acknowledged. */
async function flood(port: number, method: string, dice: Dice): Promise<{ sent: number; answers: number }> {
  const counts = { sent: 0, answers: 0 };
  const socket = createSocket('udp4');
  socket.on('message', () => {
    counts.answers += 1;
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const own = socket.address().port;
  const end = performance.now() + floodMs;
  const began = performance.now();
  while (performance.now() < end) {
    const due = ((performance.now() - began) * perSecond) / 1_000;
    for (; counts.sent < due; counts.sent += 1) {
      socket.send(request(method, port, own, dice, counts.sent), port, '127.0.0.1');
    }
    await during(10);
  }
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return counts;
}

function request(method: string, port: number, own: number, dice: Dice, count: number): string {
  const user = 1_000 + dice.roll(8_000);
  const uri = method === 'REGISTER' ? `sip:127.0.0.1:${port}` : `sip:${user}@127.0.0.1:${port}`;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bKflood${count};rport`,
    `From: <sip:${user}@127.0.0.1>;tag=flood${count}`,
    `To: <sip:${user}@127.0.0.1>`,
    `Call-ID: flood-${count}-${dice.roll(1 << 30)}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:${user}@127.0.0.1:${own}>`,
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
