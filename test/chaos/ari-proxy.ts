import { createServer, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Dice } from '../../src/simulation/dice.ts';

/** What lies between the daemon and Asterisk's HTTP server. ARI can be disturbed; the phones' `/ws` passes untouched. */
export type AriProxy = {
  readonly port: number;
  /** Breaks ARI's connections and lets no new one through for so long. */
  cut(forMs: number): void;
  /** For so long nothing passes, and no connection breaks: a network that swallows packets and gives them out later. */
  freeze(forMs: number): void;
  /** From now on events come late, twice, or once more long after; null: as they are. */
  disturb(how: Disturbance | null): void;
  /** How many events were late or came again. */
  readonly disturbed: number;
  close(): Promise<void>;
};

/** In cases of a thousand. Events of one channel keep their order, but for stale copies. */
export type Disturbance = {
  readonly dice: Dice;
  readonly late: number;
  readonly lateMs: number;
  readonly doubled: number;
  /** A copy comes up to so long after, when it is not true any more; 0 for none. */
  readonly staleMs: number;
  /** So many never come. */
  readonly lost?: number;
};

/** Listens on a free port of 127.0.0.1 for what goes to `to` there. */
export async function openAriProxy(to: number): Promise<AriProxy> {
  const sockets = new Set<{ terminate(): void }>();
  const piped = new Set<Duplex>();
  const lastOf = new Map<string, number>();
  const acceptor = new WebSocketServer({ noServer: true, perMessageDeflate: false, autoPong: false });
  let closedUntil = 0;
  let frozenUntil = 0;
  let how: Disturbance | null = null;
  let disturbed = 0;

  const server = createServer((incoming, outgoing) => {
    if (performance.now() < closedUntil) return void incoming.socket.destroy();
    const { method, url, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port: to, method, path: url, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  server.on('upgrade', (incoming, socket, head) => {
    if (!incoming.url?.startsWith('/ari/')) return pass(incoming, socket, head);
    if (performance.now() < closedUntil) return socket.destroy();
    open(incoming, socket, head);
  });

  /** The near side is accepted when Asterisk has accepted the far one, and given up when that is. */
  function open(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { url, headers } = incoming;
    const authorization = headers.authorization ?? '';
    const far = new WebSocket(`ws://127.0.0.1:${to}${url}`, { headers: { authorization }, perMessageDeflate: false });
    const giveUp = (): void => far.terminate();
    sockets.add(far);
    far.on('error', () => socket.destroy());
    far.on('close', () => {
      sockets.delete(far);
      socket.destroy();
    });
    socket.on('error', giveUp);
    socket.on('close', giveUp);
    far.on('open', () => acceptor.handleUpgrade(incoming, socket, head, (near) => relay(near, far)));
  }

  function relay(near: WebSocket, far: WebSocket): void {
    const sendFar = (text: string): void => {
      if (far.readyState === WebSocket.OPEN) far.send(text);
    };
    const sendNear = (text: string): void => {
      if (near.readyState === WebSocket.OPEN) near.send(text);
    };
    near.on('message', (data) => later('requests', 0, () => sendFar(String(data))));
    far.on('message', (data) => fromAsterisk(String(data), sendNear));
    // Whether Asterisk lives is for Asterisk to say.
    near.on('ping', (data) => later('requests', 0, () => far.readyState === WebSocket.OPEN && far.ping(data)));
    far.on('pong', (data) => later('', 0, () => near.readyState === WebSocket.OPEN && near.pong(data)));
    sockets.add(near);
    near.on('error', () => far.terminate());
    near.on('close', () => {
      sockets.delete(near);
      far.terminate();
    });
    far.on('close', () => near.terminate());
  }

  function fromAsterisk(text: string, send: (text: string) => void): void {
    const stream = how === null ? '' : streamOf(text);
    if (how === null || stream === '') return later('', 0, () => send(text));
    const { dice, late, lateMs, doubled, staleMs, lost = 0 } = how;
    if (dice.happens(lost)) {
      disturbed += 1;
      return;
    }
    const delayMs = dice.happens(late) ? dice.between(1, lateMs) : 0;
    if (delayMs > 0) disturbed += 1;
    later(stream, delayMs, () => send(text));
    if (!dice.happens(doubled)) return;
    disturbed += 1;
    if (staleMs === 0) later(stream, 1, () => send(text));
    else setTimeout(() => send(text), dice.between(50, staleMs));
  }

  /** Runs it after so long, and never before what was asked for earlier in the same stream. */
  function later(stream: string, delayMs: number, run: () => void): void {
    const now = performance.now();
    const at = Math.max(now + delayMs, frozenUntil, lastOf.get(stream) ?? 0);
    lastOf.set(stream, at);
    if (at <= now) run();
    else setTimeout(run, at - now);
  }

  /** A connection that is none of ours to disturb: what came so far is said again, and then all goes through. */
  function pass(incoming: IncomingMessage, near: Duplex, head: Buffer): void {
    const far: Socket = connect(to, '127.0.0.1', () => {
      const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
      for (let place = 0; place < incoming.rawHeaders.length; place += 2)
        lines.push(`${incoming.rawHeaders[place]}: ${incoming.rawHeaders[place + 1]}`);
      far.write(`${lines.join('\r\n')}\r\n\r\n`);
      far.write(head);
      far.pipe(near);
      near.pipe(far);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      piped.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        piped.delete(one);
        other.destroy();
      });
    }
  }

  const cut = (forMs: number): void => {
    closedUntil = performance.now() + forMs;
    for (const socket of sockets) socket.terminate();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut,
    freeze: (forMs) => {
      frozenUntil = performance.now() + forMs;
    },
    disturb: (next) => {
      how = next;
      lastOf.clear();
    },
    get disturbed() {
      return disturbed;
    },
    close: () => {
      cut(60_000);
      for (const socket of piped) socket.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The channel that an event is about; empty for the answer to a request. */
function streamOf(text: string): string {
  const message = JSON.parse(text) as { type?: string; channel?: { id?: string }; peer?: { id?: string } };
  if (message.type === 'RESTResponse') return '';
  return message.channel?.id ?? message.peer?.id ?? 'other';
}
