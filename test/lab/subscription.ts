import { Subscriber, SubscriptionState, type URI, UserAgent } from 'sip.js';
import { SocketTransport } from '../../src/phones/socket-transport.ts';

/** A desk phone as Asterisk knows it: its user, and the digest of its password. */
export type Desk = { readonly wsUrl: string; readonly user: string; readonly ha1: string };

/** The address of an extension at the Asterisk that a phone is at. */
export function addressOf({ wsUrl }: Desk, extension: string): URI {
  const uri = UserAgent.makeURI(`sip:${extension}@${new URL(wsUrl).hostname}`);
  if (uri === undefined) throw new Error(`no SIP URI of ${extension}`);
  return uri;
}

/** The options of a phone's user agent. */
export function deskOptions(desk: Desk): ConstructorParameters<typeof UserAgent>[0] {
  const { wsUrl, user, ha1 } = desk;
  return {
    uri: addressOf(desk, user),
    authorizationUsername: user,
    authorizationHa1: ha1,
    transportConstructor: SocketTransport,
    transportOptions: { url: wsUrl, insecure: true, connectMs: 5_000, trace: null },
    logBuiltinEnabled: false,
  };
}

/** Subscribes to an event package (RFC 6665); resolves when Asterisk has accepted it, with what ends it and the phone. */
export async function subscribe(
  agent: UserAgent,
  to: { readonly uri: URI; readonly event: string },
  heard: (body: string) => void,
): Promise<() => Promise<void>> {
  await agent.start();
  const subscriber = new Subscriber(agent, to.uri, to.event);
  subscriber.delegate = {
    onNotify(notification) {
      heard(notification.request.body);
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
  return async () => {
    await subscriber.unsubscribe();
    await agent.stop();
  };
}
