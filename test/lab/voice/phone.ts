import { type Invitation, Inviter, Registerer, RegistererState, type Session, SessionState, UserAgent } from 'sip.js';
import { SocketTransport } from '../../../src/phones/socket-transport.ts';
import { waitUntil } from '../deadline.ts';
import { createRtpMedia } from './rtp-media.ts';
import { createVoice, type Voice } from './voice.ts';
import { createWebMedia } from './web-media.ts';
import { type WireAt, WireTransport } from './wires.ts';

export type VoicePhoneOptions = {
  readonly transport: 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The address it comes from, on this machine; UDP only. Default: 127.0.0.1. */
  readonly from?: string;
  /** A carrier does not register: it is called at a port of its own, with TLS by its own certificate. */
  readonly at?: WireAt;
  /** The name in its From; none by default. */
  readonly displayName?: string;
  /** What it says; frames that name it unless said otherwise. */
  readonly voice?: Voice;
};

/** A real phone with a voice: it registers, rings, answers when told to, speaks and hears. */
export type VoicePhone = {
  readonly user: string;
  readonly voice: Voice;
  register(): Promise<void>;
  /** Listens where it is called, without registering. */
  listen(): Promise<void>;
  dial(number: string): Promise<void>;
  /** The statuses that the call it dialled was answered with, in order, such as 180 and 200. */
  readonly statuses: readonly number[];
  /** Resolves when it rings. */
  rings(): Promise<void>;
  /** The session description of the call that rings; empty when it has none. */
  readonly offer: string;
  /** Presses one key in its call: RTP telephone-events (RFC 4733), and no SIP at all. */
  press(digit: string): void;
  /** Who calls, as its From says; empty until it rings. */
  readonly callerName: string;
  answer(): Promise<void>;
  /** Resolves when the caller, or Asterisk, took the call back or ended it. */
  stops(): Promise<void>;
  /** The CANCEL that took the call back, as one text; empty when there was none. */
  readonly cancelled: string;
  /** Ends its call, answered or not. */
  hangUp(): Promise<void>;
  /** The call that rang is over: `rings` waits for the next one. */
  forget(): void;
  close(): Promise<void>;
};

/** Makes a phone that comes by this transport, with the media that goes with it: RTP, SDES-SRTP for TLS, WebRTC for a WebSocket. */
export function createVoicePhone(options: VoicePhoneOptions): VoicePhone {
  const { transport, host, port, user, password, from = '127.0.0.1' } = options;
  const voice = options.voice ?? createVoice(user);
  const isWeb = transport === 'ws' || transport === 'wss';
  const url = `${transport}://${host}:${port}/ws`;
  const wire = isWeb
    ? { url, insecure: true, connectMs: 5_000, trace: null }
    : { kind: transport, host, port, from, at: options.at };
  const statuses: number[] = [];
  let invitation: Invitation | null = null;
  let session: Session | null = null;
  let cancelled = '';

  const uri = (name: string) => {
    const made = UserAgent.makeURI(`sip:${name}@${host}`);
    if (made === undefined) throw new Error(`${name} makes no SIP URI`);
    return made;
  };
  const agent = new UserAgent({
    uri: uri(user),
    ...{ authorizationUsername: user, authorizationPassword: password, viaHost: from, forceRport: true },
    displayName: options.displayName ?? '',
    contactParams: { transport: isWeb ? 'ws' : transport },
    transportConstructor: isWeb ? SocketTransport : WireTransport,
    transportOptions: wire,
    sessionDescriptionHandlerFactory: () =>
      isWeb ? createWebMedia(voice) : createRtpMedia(voice, transport === 'tls'),
    sendInitialProvisionalResponse: false,
    logBuiltinEnabled: false,
    delegate: {
      onInvite(incoming) {
        invitation = incoming;
        session = incoming;
        incoming.delegate = {
          onCancel: (message) => {
            cancelled = message.request.data;
          },
        };
        void incoming.progress();
      },
    },
  });
  if (options.at !== undefined) agent.contact.uri.port = options.at.port;
  const registerer = new Registerer(agent, { expires: 600 });

  async function hangUp(): Promise<void> {
    if (session?.state === SessionState.Established) await session.bye();
    else if (session instanceof Inviter && session.state === SessionState.Establishing) await session.cancel();
  }

  return {
    user,
    voice,
    statuses,
    get cancelled() {
      return cancelled;
    },
    async register() {
      await agent.start();
      await registerer.register();
      await waitUntil(
        () => registerer.state === RegistererState.Registered,
        `${user} to be registered by ${transport}`,
      );
    },
    listen: () => agent.start(),
    press(digit) {
      if (session?.sessionDescriptionHandler?.sendDtmf(digit) !== true)
        throw new Error(`${user} cannot press ${digit}`);
    },
    async dial(number) {
      await agent.start();
      // What a desk phone hears before anybody answers (183).
      const inviter = new Inviter(agent, uri(number), { earlyMedia: !isWeb });
      session = inviter;
      const noted = (response: { message: { statusCode?: number | undefined } }): void => {
        statuses.push(response.message.statusCode ?? 0);
      };
      await inviter.invite({ requestDelegate: { onProgress: noted, onAccept: noted, onReject: noted } });
    },
    rings: () => waitUntil(() => invitation !== null, `${user} to ring`).then(() => undefined),
    get offer() {
      return invitation?.request.body ?? '';
    },
    get callerName() {
      return invitation?.remoteIdentity.displayName ?? '';
    },
    async answer() {
      await invitation?.accept();
    },
    stops: () =>
      waitUntil(() => session?.state === SessionState.Terminated, `${user}'s call to end`).then(() => undefined),
    hangUp,
    forget() {
      invitation = null;
    },
    async close() {
      await hangUp();
      if (registerer.state === RegistererState.Registered) await registerer.unregister();
      await agent.stop();
    },
  };
}
