import { type SessionDescriptionHandler, UserAgent } from 'sip.js';
import type { Behaviour } from './behaviour.ts';
import { type IncomingCall, receiveCall } from './incoming-call.ts';
import { dialCall, type OutgoingCall } from './outgoing-call.ts';
import type { PhoneEvent, PhoneHappening } from './phone-event.ts';
import { createQuietMedia, kindOfOffer, type MediaKind, mediaKinds } from './quiet-media.ts';
import { keepRegistration } from './registration.ts';
import { SocketTransport, type SocketTransportOptions } from './socket-transport.ts';

/** How a simulated phone is set up. */
export type PhoneOptions = {
  /** Asterisk's SIP over WebSocket address: `ws://127.0.0.1:8088/ws` or `wss://…`. */
  readonly wsUrl: string;
  /** The endpoint's name, which is also the user of the digest (RFC 3261 §22.4). */
  readonly user: string;
  readonly displayName?: string;
  /** `answer` after a second unless said otherwise. */
  readonly behaviour?: Behaviour;
  /** The endpoint's kind where it is known; else the phone offers WebRTC first and learns from a 488 or from an offer. */
  readonly media?: MediaKind;
  /** Makes the media of each call; a phone with none of its own is silent and deaf. */
  readonly makeMedia?: () => SessionDescriptionHandler;
  /** Asked for in REGISTER, in seconds (RFC 3261 §10.2.1). */
  readonly expiresS?: number;
  /** Accept any certificate on `wss:`; true unless said otherwise, since this phone carries no voice and no secret. */
  readonly insecure?: boolean;
  /** Told of every event as it happens. */
  readonly log?: (event: PhoneEvent) => void;
  /** Told of every SIP message. */
  readonly trace?: (direction: 'in' | 'out', message: string) => void;
} & ({ readonly password: string } | { readonly ha1: string });

/** A simulated phone. */
export type Phone = {
  readonly user: string;
  /** What it does with the next call that comes in; calls that are already there keep theirs. */
  behaviour: Behaviour;
  readonly registered: boolean;
  /** Everything that happened, oldest first. */
  readonly events: readonly PhoneEvent[];
  /** Every call so far, oldest first; those that have ended too. */
  readonly calls: readonly (IncomingCall | OutgoingCall)[];
  /** Calls the listener with every event from now on, until the function that it returns is called. */
  subscribe(listener: (event: PhoneEvent) => void): () => void;
  /** Connects where needed and registers; rejects with why not. From then on it reconnects and registers by itself. */
  register(): Promise<void>;
  /** Takes the contact away again; the socket stays open. */
  unregister(): Promise<void>;
  /** Dials an extension; the phone connects first where needed but need not be registered. */
  dial(target: string, headers?: readonly string[]): Promise<OutgoingCall>;
  /** Drops the socket without a word and stays away until the next `register()`: a power cut. */
  cut(): void;
  /** While deaf the socket is open but nothing is heard, sent or acknowledged: a phone that froze. */
  deafen(deaf: boolean): void;
  /** Hangs up, unregisters, disconnects. Never rejects and takes three seconds at most; a second call waits for the first. */
  close(): Promise<void>;
};

const CONNECT_MS = 5_000;
const CLOSE_MS = 3_000;
/** SIP.js gives up a call by itself after this long; a phone that ignores a call must not. */
const NEVER_S = 24 * 60 * 60;

/** Makes a phone on SIP.js; it does nothing until it is told to register or to dial. */
export function createPhone(options: PhoneOptions): Phone {
  const { wsUrl, user } = options;
  const host = new URL(wsUrl).hostname;
  const events: PhoneEvent[] = [];
  const calls: (IncomingCall | OutgoingCall)[] = [];
  const losers: (() => void)[] = [];
  const listeners = new Set<(event: PhoneEvent) => void>(options.log === undefined ? [] : [options.log]);
  let behaviour: Behaviour = options.behaviour ?? { kind: 'answer', afterMs: 1_000 };
  let media: MediaKind | null = options.media ?? null;
  let closing: Promise<void> | null = null;

  const socketOptions: SocketTransportOptions = {
    url: wsUrl,
    insecure: options.insecure ?? true,
    connectMs: CONNECT_MS,
    trace: options.trace ?? null,
  };
  const agent = new UserAgent({
    uri: sipUri(user, host),
    authorizationUsername: user,
    ...('ha1' in options ? { authorizationHa1: options.ha1 } : { authorizationPassword: options.password }),
    displayName: options.displayName ?? '',
    transportConstructor: SocketTransport,
    transportOptions: socketOptions,
    sessionDescriptionHandlerFactory: options.makeMedia ?? createQuietMedia,
    // Without this every phone would ring by itself, and `silent` could not be simulated.
    sendInitialProvisionalResponse: false,
    noAnswerTimeout: NEVER_S,
    logBuiltinEnabled: false,
    userAgentString: 'Cordboard simulated phone',
    delegate: {
      onInvite: (invitation) => {
        media ??= invitation.request.body === '' ? null : kindOfOffer(invitation.request.body);
        const { it, lose } = receiveCall(calls.length + 1, invitation, behaviour, tell);
        calls.push(it);
        losers.push(lose);
      },
      onConnect: () => tell({ type: 'connected' }),
      onDisconnect: (error) => {
        registration.lost();
        tell({ type: 'disconnected', why: error?.message ?? null });
      },
    },
  });
  const transport = agent.transport as SocketTransport;
  const registration = keepRegistration(agent, user, options.expiresS ?? 600, tell);

  function tell(happening: PhoneHappening): void {
    const event: PhoneEvent = { at: Date.now(), phone: user, ...happening };
    events.push(event);
    for (const listener of listeners) listener(event);
  }

  async function close(): Promise<void> {
    registration.abandon();
    for (const call of calls) call.hangUp();
    if (transport.isConnected() && !transport.deaf) await Promise.race([leave(), elapsed(CLOSE_MS)]);
    // With the socket gone whatever SIP.js still wants to send fails at once, and so its timers end too.
    transport.cut();
    registration.dispose();
    agent.userAgentCore.dispose();
    for (const lose of losers) lose();
  }

  /** Leaves in good order: every call has ended before the contact goes, and the contact before the socket. */
  async function leave(): Promise<void> {
    await allEnded();
    await registration.unregister().catch(() => {});
    await transport.disconnect();
  }

  function allEnded(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!calls.every((call) => call.end !== null)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
    });
  }

  return {
    user,
    get behaviour() {
      return behaviour;
    },
    set behaviour(next) {
      behaviour = next;
    },
    get registered() {
      return registration.registered;
    },
    events,
    calls,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    register: registration.register,
    unregister: registration.unregister,
    async dial(target, headers = []) {
      await agent.start();
      await transport.connect();
      const { it, lose } = dialCall({
        call: calls.length + 1,
        agent,
        target,
        uri: sipUri(target, host),
        media: media === null ? mediaKinds : [media],
        headers,
        accepted: (kind) => {
          media = kind;
        },
        tell,
      });
      calls.push(it);
      losers.push(lose);
      return it;
    },
    cut() {
      registration.abandon();
      transport.cut();
    },
    deafen(deaf) {
      transport.deaf = deaf;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function sipUri(user: string, host: string) {
  const uri = UserAgent.makeURI(`sip:${user.replaceAll('#', '%23')}@${host}`);
  if (uri === undefined) throw new Error(`"${user}" cannot be dialled: it makes no SIP URI`);
  return uri;
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
