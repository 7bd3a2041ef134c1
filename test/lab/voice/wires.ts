import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, createServer } from 'node:tls';
import { EmitterImpl, type Transport, TransportState } from 'sip.js';

export type WireOptions = {
  readonly kind: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
  readonly from: string;
  /** Whoever is called where they are (a carrier) and does not call Asterisk first: its own port, and with TLS its certificate and key. */
  readonly at?: WireAt;
};

export type WireAt = { readonly port: number; readonly certificate?: Buffer; readonly key?: Buffer };

/** One connection of a wire, ready to send; `close` ends it without a word. */
type Link = { send(message: string): void; close(): void };

/** SIP over UDP, TCP and TLS (RFC 3261 section 18) for SIP.js, which itself only knows the WebSocket. */
export class WireTransport implements Transport {
  readonly protocol: string;
  readonly stateChange = new EmitterImpl<TransportState>();
  onConnect: (() => void) | undefined = undefined;
  onDisconnect: ((error?: Error) => void) | undefined = undefined;
  onMessage: ((message: string) => void) | undefined = undefined;
  readonly #options: WireOptions;
  #state = TransportState.Disconnected;
  #link: Link | null = null;

  constructor(_logger: unknown, options: WireOptions) {
    this.#options = options;
    this.protocol = options.kind.toUpperCase();
  }

  get state(): TransportState {
    return this.#state;
  }

  isConnected(): boolean {
    return this.#state === TransportState.Connected;
  }

  async connect(): Promise<void> {
    if (this.isConnected()) return;
    this.#become(TransportState.Connecting);
    const receive = (message: string): void => this.onMessage?.(message);
    const open = this.#options.kind === 'udp' ? openDatagrams : this.#options.at ? listenForStream : openStream;
    this.#link = await open(this.#options, receive);
    this.#become(TransportState.Connected);
    this.onConnect?.();
  }

  disconnect(): Promise<void> {
    this.#link?.close();
    this.#link = null;
    this.#become(TransportState.Disconnected);
    return Promise.resolve();
  }

  dispose(): Promise<void> {
    return this.disconnect();
  }

  send(message: string): Promise<void> {
    if (this.#link === null) return Promise.reject(new Error('not connected'));
    this.#link.send(message);
    return Promise.resolve();
  }

  #become(state: TransportState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.stateChange.emit(state);
  }
}

function openDatagrams({ host, port, from, at }: WireOptions, receive: (message: string) => void): Promise<Link> {
  const socket: DatagramSocket = createSocket('udp4');
  socket.on('message', (data) => receive(data.toString()));
  return new Promise((resolve) => {
    const link = { send: (message: string) => socket.send(message, port, host), close: () => socket.close() };
    socket.bind(at?.port ?? 0, from, () => resolve(link));
  });
}

function openStream({ kind, host, port }: WireOptions, receive: (message: string) => void): Promise<Link> {
  return new Promise((resolve, reject) => {
    const socket: Socket =
      kind === 'tls' ? connectTls({ host, port, rejectUnauthorized: false }) : connectTcp({ host, port });
    const link = { send: (message: string) => socket.write(message), close: () => socket.destroy() };
    socket.once(kind === 'tls' ? 'secureConnect' : 'connect', () => resolve(link));
    socket.once('error', reject);
    readMessages(socket, receive);
  });
}

/** Asterisk connects, and everything goes over its newest connection. */
function listenForStream({ from, at }: WireOptions, receive: (message: string) => void): Promise<Link> {
  return new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    let newest: Socket | null = null;
    const server = createServer({ cert: at?.certificate, key: at?.key }, (socket) => {
      newest = socket;
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
      readMessages(socket, receive);
    });
    const close = (): void => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    server.once('error', reject);
    server.listen(at?.port, from, () => resolve({ send: (message) => newest?.write(message), close }));
  });
}

function readMessages(socket: Socket, receive: (message: string) => void): void {
  let buffered = Buffer.alloc(0);
  socket.on('data', (data) => {
    buffered = Buffer.concat([buffered, data]);
    for (let length = messageLength(buffered); length !== null; length = messageLength(buffered)) {
      const message = buffered.subarray(0, length).toString();
      buffered = buffered.subarray(length);
      if (message.trim() !== '') receive(message);
    }
  });
}

/** How long the first message of a stream is, in octets: Content-Length ends it (RFC 3261 section 18.3); null: not there yet. */
function messageLength(buffered: Buffer): number | null {
  // A keep-alive (RFC 5626 section 3.5.1).
  if (buffered.subarray(0, 2).toString() === '\r\n') return 2;
  const head = buffered.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const body = Number(/^(?:Content-Length|l)\s*:\s*(\d+)/im.exec(buffered.subarray(0, head).toString())?.[1] ?? 0);
  const length = head + 4 + body;
  return buffered.length < length ? null : length;
}
