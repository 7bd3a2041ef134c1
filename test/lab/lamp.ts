import { Subscriber, SubscriptionState, UserAgent } from 'sip.js';
import { SocketTransport } from '../../src/phones/socket-transport.ts';

/** A lamp on a desk phone: a subscription to the dialog event package (RFC 4235) of an extension. */
export type Lamp = {
  /** What each NOTIFY said, in order: `terminated` (off), `early` (blinks) or `confirmed` (on). */
  readonly shown: readonly string[];
  close(): Promise<void>;
};

/** Subscribes as the phone `user`; resolves when Asterisk has accepted it. */
export async function watchLamp(options: {
  readonly wsUrl: string;
  readonly user: string;
  readonly ha1: string;
  readonly extension: string;
}): Promise<Lamp> {
  const { wsUrl, user, ha1, extension } = options;
  const host = new URL(wsUrl).hostname;
  const agent = new UserAgent({
    ...uriOf(user, host),
    authorizationUsername: user,
    authorizationHa1: ha1,
    transportConstructor: SocketTransport,
    transportOptions: { url: wsUrl, insecure: true, connectMs: 5_000, trace: null },
    logBuiltinEnabled: false,
  });
  await agent.start();
  const { uri } = uriOf(extension, host);
  const subscriber = new Subscriber(agent, uri, 'dialog');
  const shown: string[] = [];
  subscriber.delegate = {
    onNotify(notification) {
      const states = [...notification.request.body.matchAll(/<state>(\w+)<\/state>/g)].map((match) => match[1] ?? '');
      shown.push(states[0] ?? 'terminated');
      void notification.accept();
    },
  };
  const accepted = new Promise<void>((resolve) => {
    subscriber.stateChange.addListener((state) => {
      if (state === SubscriptionState.Subscribed) resolve();
    });
  });
  await subscriber.subscribe();
  await accepted;
  return {
    shown,
    async close() {
      await subscriber.unsubscribe();
      await agent.stop();
    },
  };
}

function uriOf(user: string, host: string) {
  const uri = UserAgent.makeURI(`sip:${user}@${host}`);
  if (uri === undefined) throw new Error(`no SIP URI of ${user}`);
  return { uri };
}
