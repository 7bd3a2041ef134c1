import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** What the far end of ARI's WebSocket saw and can be told to do, for what a real Asterisk cannot be asked to do. */
export type FakeAri = {
  readonly port: number;
  /** Every request so far, over all connections. */
  readonly requests: readonly FakeRequest[];
  /** How many connections there have been. */
  readonly connections: number;
  /** Decides the answer to a request; null: none comes. By default everything is answered 200. */
  answer: (request: FakeRequest) => { status: number; body?: string } | null;
  /** Sends this text over the newest connection. */
  say(text: string): void;
  /** The application is gone: requests are answered, and no event comes. */
  isDeaf: boolean;
  /** So many of the next requests for a connection are taken and not answered: an Asterisk that stands still. */
  ignoreNext(count: number): void;
  /** Cuts all connections without a closing frame. */
  cut(): void;
  /** From now on nothing is read or answered, PINGs neither: a peer that is dead but for its TCP. */
  freeze(): void;
  close(): Promise<void>;
};
export type FakeRequest = { readonly request_id: string; readonly method: string; readonly uri: string };

/** Listens on a free port of 127.0.0.1. */
export async function startFakeAri(): Promise<FakeAri> {
  let ignored = 0;
  const held: Socket[] = [];
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    autoPong: true,
    verifyClient: ({ req }: { req: IncomingMessage }, accept: (yes: boolean) => void) => {
      if (ignored === 0) return accept(true);
      ignored -= 1;
      held.push(req.socket);
    },
  });
  const sockets: WebSocket[] = [];
  const requests: FakeRequest[] = [];
  await new Promise((resolve) => server.once('listening', resolve));
  const fake = {
    port: (server.address() as AddressInfo).port,
    requests,
    get connections() {
      return sockets.length;
    },
    answer: ((): { status: number; body?: string } => ({ status: 200 })) as FakeAri['answer'],
    isDeaf: false,
    say: (text: string) => sockets.at(-1)?.send(text),
    ignoreNext: (count: number) => {
      ignored = count;
    },
    cut: () => {
      for (const socket of sockets) socket.terminate();
    },
    freeze: () => {
      for (const socket of sockets) socket.pause();
    },
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.terminate();
        for (const socket of held) socket.destroy();
        server.close(() => resolve());
      }),
  };
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data) => {
      const request = JSON.parse(String(data)) as FakeRequest;
      if (request.uri.startsWith('events/user/')) {
        const eventname = request.uri.slice('events/user/'.length).split('?')[0];
        if (!fake.isDeaf) socket.send(JSON.stringify({ type: 'ChannelUserevent', eventname }));
        return socket.send(respond(request.request_id, 204));
      }
      requests.push(request);
      const answer = fake.answer(request);
      if (answer !== null) socket.send(respond(request.request_id, answer.status, answer.body));
    });
  });
  return fake;
}

/** A RESTResponse as Asterisk writes it. */
export function respond(id: string, status: number, body = ''): string {
  return JSON.stringify({ type: 'RESTResponse', request_id: id, status_code: status, message_body: body });
}
