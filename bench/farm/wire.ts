import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { parseMessage, type SipMessage } from './message.ts';
import type { Address } from './protocol.ts';

/** One UDP socket that speaks SIP, with the retransmissions of RFC 3261 §17 for whoever asks for them. */
export type Wire = {
  readonly address: Address;
  /** Hands over what comes in, when it is SIP, with the time its datagram was read. */
  listen(receive: (message: SipMessage, from: Address, atMs: number) => void): void;
  send(text: string, to: Address): void;
  /** Sends now and again after 0.5, 1, 2, 4 and 4 s until `settle(key)`; then `gaveUp` is called. */
  sendUntil(key: string, text: string, to: Address, gaveUp?: () => void): void;
  settle(key: string): void;
  /** How many datagrams were sent again since the start. */
  resent(): number;
  close(): void;
};

/** Binds to a free port of `host`. */
export async function openWire(host: string): Promise<Wire> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  const pending = new Map<string, NodeJS.Timeout>();
  let resent = 0;
  socket.bind(0, host);
  await once(socket, 'listening');

  const send = (text: string, to: Address): void => socket.send(text, to.port, to.host);
  const settle = (key: string): void => {
    clearTimeout(pending.get(key));
    pending.delete(key);
  };
  const schedule = (key: string, again: () => void, waitsMs: readonly number[], gaveUp: () => void): void => {
    const [waitMs, ...rest] = waitsMs;
    const fire = (): void => {
      if (rest.length === 0) {
        pending.delete(key);
        gaveUp();
        return;
      }
      resent += 1;
      again();
      schedule(key, again, rest, gaveUp);
    };
    pending.set(key, setTimeout(fire, waitMs));
  };

  return {
    address: { host, port: socket.address().port },
    listen: (receive) => {
      socket.on('message', (datagram, from) => {
        const atMs = performance.now();
        const message = parseMessage(datagram.toString('utf8'));
        if (message !== null) receive(message, { host: from.address, port: from.port }, atMs);
      });
    },
    send,
    settle,
    sendUntil: (key, text, to, gaveUp = () => {}) => {
      settle(key);
      send(text, to);
      schedule(key, () => send(text, to), [500, 1000, 2000, 4000, 4000, 4000], gaveUp);
    },
    resent: () => resent,
    close: () => {
      for (const timer of pending.values()) clearTimeout(timer);
      pending.clear();
      socket.close();
    },
  };
}
