import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Log } from '../../lib/log.ts';
import { createCallers } from './callers.ts';
import { createHearing } from './hearing.ts';
import { decodeMessage, encodeRequest } from './message.ts';
import type { AriEvent, AriHandlers, AriLink, AriRequest } from './port.ts';
import { createRequests } from './requests.ts';

/** Where Asterisk's HTTP server is and who we are there. Times in ms. */
export type AriOptions = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly secret: string;
  /** The Stasis application's name. */
  readonly app: string;
  readonly log: Log;
  /** From the first packet to the application subscribed and filtered (default 5,000). */
  readonly handshakeMs?: number;
  /** How long a request waits for its answer (default 5,000). */
  readonly requestMs?: number;
  /** A PING goes out so often; a peer that was silent for a whole interval after one is dead (default 3,000). */
  readonly pingMs?: number;
  /** With so many requests unanswered the next one is refused at once (default 10,000). */
  readonly maxInFlight?: number;
};

/**
 * The events that routing needs. Asterisk leaves out all others, which saves a quarter of our time for a call. Its filter
 * also takes the answers to our requests for events: without `RESTResponse` every request is done and none answered, and
 * the filter outlives the connection.
 */
export const wantedEvents = [
  'StasisStart',
  'StasisEnd',
  'ChannelDestroyed',
  'ChannelStateChange',
  'Dial',
  'ChannelDtmfReceived',
  'PlaybackFinished',
  'ApplicationReplaced',
  'ChannelUserevent',
  'RESTResponse',
] as const;

/** One connection to ARI. */
export type Connection = {
  /** False when it cannot be sent: not up, or too many in flight. */
  request(request: AriRequest, done: Parameters<AriLink['request']>[1]): boolean;
  close(): void;
};

export type ConnectionHandlers = Pick<AriHandlers, 'onUp' | 'onEvent'> & {
  /** `haunts`: Asterisk may take our request to open it for a new connection later, although we have given it up. */
  onEnd(why: string, wasUp: boolean, haunts: boolean): void;
  /** Another connection has the application now. `forgive` ends this one as a lost one; else it is to be closed. */
  onReplaced(forgive: (why: string) => void): void;
};

/**
 * One connection's life: opening, subscribed, up, ended; nothing of it is used again. `onEnd` comes at most once, and not
 * after `close`.
 */
export function openConnection(options: AriOptions, handlers: ConnectionHandlers): Connection {
  const { host, port, user, secret, app, log } = options;
  const handshakeMs = options.handshakeMs ?? 5_000;
  const requests = createRequests({
    requestMs: options.requestMs ?? 5_000,
    maxInFlight: options.maxInFlight ?? 10_000,
  });
  let phase: 'opening' | 'up' | 'ended' = 'opening';
  // Events that come while we subscribe: they are handed on after `onUp`.
  let early: AriEvent[] = [];
  let heard = true;
  let saidGarbage = false;
  let isRequested = false;
  let isOpen = false;
  const hearing = createHearing(app, send);

  // What one turn sends goes out in one write: a system call for each request is a third of the busy time under load.
  let wire: Socket | null = null;
  let corked = false;
  const gather = () => {
    if (corked || wire === null) return;
    corked = true;
    wire.cork();
    process.nextTick(() => {
      corked = false;
      wire?.uncork();
    });
  };

  const callers = createCallers(app, send, (event) => {
    if (isUp()) handlers.onEvent(event);
  });

  const authority = host.includes(':') ? `[${host}]` : host;
  const socket = new WebSocket(`ws://${authority}:${port}/ari/events?app=${encodeURIComponent(app)}`, {
    headers: { Authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` },
    handshakeTimeout: handshakeMs,
    perMessageDeflate: false,
    createConnection: ((where: NetConnectOpts) => {
      wire = connect(where);
      wire.setNoDelay(true);
      wire.once('connect', () => {
        isRequested = true;
      });
      return wire;
    }) as typeof connect,
  });
  const handshake = setTimeout(() => setImmediate(handshakeOver), handshakeMs);
  let pinging: NodeJS.Timeout | null = null;

  socket.on('open', () => {
    isOpen = true;
    const name = encodeURIComponent(app);
    const allowed = wantedEvents.map((type) => ({ type }));
    // The filter first: one left by somebody else may swallow every answer, and is gone with this one.
    send({ method: 'PUT', uri: `applications/${name}/eventFilter`, body: { allowed } }, (response) => {
      if (response.status !== 200) refused('the event filter', response);
      else if (phase === 'opening') up();
    });
  });
  socket.on('message', (data) => {
    heard = true;
    if (phase !== 'ended') receive(String(data));
  });
  socket.on('pong', () => {
    heard = true;
  });
  socket.on('error', (error: Error & { code?: string }) => end(error.message || (error.code ?? 'socket error')));
  socket.on('close', (code) => end(`closed by Asterisk (${code})`));

  function send(request: AriRequest, done: Parameters<AriLink['request']>[1]): boolean {
    const id = requests.add(done);
    if (id === null) return false;
    gather();
    socket.send(encodeRequest(id, request));
    return true;
  }

  function receive(text: string): void {
    const message = decodeMessage(text);
    if (message === null) {
      if (!saidGarbage) log.warn({ bytes: text.length }, 'ARI sent what is no message; dropped, and not said again');
      saidGarbage = true;
    } else if (message.kind === 'response') {
      // An answer nobody waits for is one that came after its deadline.
      if (!requests.answer(message.id, message.response)) log.debug({ id: message.id }, 'ARI answered too late');
    } else if (hearing.takes(message.event)) {
      // An event of our own: it came through, and that is all it says.
    } else if (message.event.type === 'ApplicationReplaced') {
      handlers.onReplaced(end);
    } else {
      callers.saw(message.event);
      if (phase === 'up') handlers.onEvent(message.event);
      else early.push(message.event);
    }
  }

  function up(): void {
    phase = 'up';
    clearTimeout(handshake);
    pinging = setInterval(() => setImmediate(checkPeer), options.pingMs ?? 3_000);
    const events = early;
    early = [];
    handlers.onUp();
    for (const event of events) if (isUp()) handlers.onEvent(event);
  }

  function isUp(): boolean {
    return phase === 'up';
  }

  function checkPeer(): void {
    if (!isUp()) return;
    if (!heard) {
      end('nothing heard after a PING');
      return;
    }
    if (hearing.isLost()) {
      end('events do not come through any more');
      return;
    }
    heard = false;
    socket.ping();
    hearing.test();
  }

  function handshakeOver(): void {
    if (phase === 'opening') end(`not up after ${handshakeMs} ms`);
  }

  function refused(what: string, response: { status: number; body: unknown }): void {
    if (phase === 'opening') end(`${what} was refused: ${response.status} ${JSON.stringify(response.body)}`);
  }

  function end(why: string): void {
    if (phase === 'ended') return;
    const wasUp = phase === 'up';
    shut();
    handlers.onEnd(why, wasUp, isRequested && !isOpen);
    requests.fail();
  }

  function shut(): void {
    phase = 'ended';
    clearTimeout(handshake);
    if (pinging !== null) clearInterval(pinging);
    callers.close();
    // What was asked in this turn is still gathered, and would go down with the socket: the last hang-up of a drain.
    wire?.uncork();
    // No closing handshake: a dead peer would not answer it, and Asterisk takes a cut for what it is.
    socket.terminate();
  }

  return {
    request: (request, done) => phase === 'up' && send(request, done),
    close() {
      if (phase === 'ended') return;
      shut();
      setImmediate(requests.fail);
    },
  };
}
