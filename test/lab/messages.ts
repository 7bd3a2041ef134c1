import { Registerer, Subscriber, SubscriptionState, UserAgent } from 'sip.js';
import { SocketTransport } from '../../src/phones/socket-transport.ts';

/** A message waiting lamp on a desk phone (RFC 3842). */
export type MessageLamp = {
  /** What each NOTIFY said, in order: `yes 3/1` is on, with three new messages and an old one. */
  readonly shown: readonly string[];
  close(): Promise<void>;
};

type Who = { readonly wsUrl: string; readonly user: string; readonly ha1: string };

/** A phone that asks: it subscribes to message-summary of its own address. Resolves when Asterisk has accepted it. */
export async function watchMessages(who: Who): Promise<MessageLamp> {
  const shown: string[] = [];
  const agent = agentOf(who, shown);
  await agent.start();
  const subscriber = new Subscriber(agent, agent.configuration.uri, 'message-summary');
  subscriber.delegate = {
    onNotify(notification) {
      shown.push(summaryIn(notification.request.body));
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

/** A phone that never asks: it registers, and takes what it is told. */
export async function hearMessages(who: Who): Promise<MessageLamp> {
  const shown: string[] = [];
  const agent = agentOf(who, shown);
  await agent.start();
  const registerer = new Registerer(agent);
  await registerer.register();
  return {
    shown,
    async close() {
      await registerer.unregister();
      await agent.stop();
    },
  };
}

function agentOf({ wsUrl, user, ha1 }: Who, shown: string[]): UserAgent {
  const uri = UserAgent.makeURI(`sip:${user}@${new URL(wsUrl).hostname}`);
  if (uri === undefined) throw new Error(`no SIP URI of ${user}`);
  return new UserAgent({
    uri,
    authorizationUsername: user,
    authorizationHa1: ha1,
    transportConstructor: SocketTransport,
    transportOptions: { url: wsUrl, insecure: true, connectMs: 5_000, trace: null },
    logBuiltinEnabled: false,
    delegate: {
      onNotify(notification) {
        shown.push(summaryIn(notification.request.body));
        void notification.accept();
      },
    },
  });
}

function summaryIn(body: string): string {
  const [, waiting = '?'] = /^Messages-Waiting: (\w+)/m.exec(body) ?? [];
  const [, counts = '?'] = /^Voice-Message: (\d+\/\d+)/m.exec(body) ?? [];
  return `${waiting} ${counts}`;
}
