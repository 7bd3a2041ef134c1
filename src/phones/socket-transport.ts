import { EmitterImpl, type Transport, TransportState } from 'sip.js';
import { WebSocket } from 'ws';

/** What a phone's socket needs to know. `trace` sees every SIP message as text, passwords included only as digests. */
export type SocketTransportOptions = {
  /** `ws://host:port/ws` or `wss://…`. */
  readonly url: string;
  /** Accept any certificate, such as the self-signed one of a fresh installation. */
  readonly insecure: boolean;
  readonly connectMs: number;
  readonly trace: ((direction: 'in' | 'out', message: string) => void) | null;
};

const CLOSE_MS = 300;

/**
 * SIP over WebSocket (RFC 7118) for SIP.js in plain Node, on `ws`: SIP.js has one of its own that wants a browser's
 * global. This one can also be cut without a word and made deaf, as a phone whose power or network has gone.
 */
export class SocketTransport implements Transport {
  readonly protocol: string;
  onConnect: (() => void) | undefined = undefined;
  onDisconnect: ((error?: Error) => void) | undefined = undefined;
  onMessage: ((message: string) => void) | undefined = undefined;
  /** While true nothing that arrives is heard and nothing is sent, but the socket stays open. */
  deaf = false;
  readonly stateChange = new EmitterImpl<TransportState>();
  readonly #options: SocketTransportOptions;
  #state = TransportState.Disconnected;
  #socket: WebSocket | null = null;
  #connecting: Promise<void> | null = null;

  /** SIP.js makes its transport itself and passes its logger first, which this one has no use for. */
  constructor(_logger: unknown, options: SocketTransportOptions) {
    this.#options = options;
    this.protocol = options.url.startsWith('wss:') ? 'WSS' : 'WS';
  }

  get state(): TransportState {
    return this.#state;
  }

  isConnected(): boolean {
    return this.#state === TransportState.Connected;
  }

  /** Resolves once connected; rejects with the socket's error, or after `connectMs`. */
  connect(): Promise<void> {
    if (this.isConnected()) return Promise.resolve();
    // Registering and dialling at the same time share one socket.
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = null;
    });
    return this.#connecting;
  }

  #open(): Promise<void> {
    this.#become(TransportState.Connecting);
    return new Promise((resolve, reject) => {
      const { url, insecure, connectMs } = this.#options;
      const socket = new WebSocket(url, 'sip', { rejectUnauthorized: !insecure, handshakeTimeout: connectMs });
      this.#socket = socket;
      let why: Error | null = null;
      socket.on('open', () => {
        this.#become(TransportState.Connected);
        this.onConnect?.();
        resolve();
      });
      socket.on('message', (data) => this.#receive(String(data)));
      socket.on('error', (error) => {
        why = error;
      });
      socket.on('close', (code) => {
        const error = why ?? new Error(`the WebSocket to ${url} was closed (${code})`);
        if (this.#socket === socket) this.#gone(error);
        reject(error);
      });
    });
  }

  /** Closes the socket, properly where Asterisk answers soon; resolves once it is closed. */
  disconnect(): Promise<void> {
    const socket = this.#socket;
    if (socket === null) return Promise.resolve();
    this.#become(TransportState.Disconnecting);
    return new Promise((resolve) => {
      // Asterisk lets a socket linger while it waits there for the answer to a request of its own, such as a late BYE.
      const impatience = setTimeout(() => socket.terminate(), CLOSE_MS);
      socket.once('close', () => {
        clearTimeout(impatience);
        resolve();
      });
      socket.close(1000);
    });
  }

  dispose(): Promise<void> {
    return this.disconnect();
  }

  /** Drops the connection at once, with no closing handshake. */
  cut(): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#gone(new Error('the WebSocket was cut'));
    socket.terminate();
  }

  send(message: string): Promise<void> {
    if (this.#socket === null || !this.isConnected()) return Promise.reject(new Error('not connected'));
    if (this.deaf) return Promise.resolve();
    this.#options.trace?.('out', message);
    this.#socket.send(message);
    return Promise.resolve();
  }

  #receive(message: string): void {
    // An empty line, once or twice, is the keep-alive of RFC 5626 §3.5.1 and no SIP message.
    if (this.deaf || message.trim() === '') return;
    this.#options.trace?.('in', message);
    this.onMessage?.(message);
  }

  #gone(error: Error): void {
    const asked = this.#state === TransportState.Disconnecting;
    const wasConnected = asked || this.isConnected();
    this.#socket = null;
    this.#become(TransportState.Disconnected);
    if (wasConnected) this.onDisconnect?.(asked ? undefined : error);
  }

  #become(state: TransportState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.stateChange.emit(state);
  }
}
