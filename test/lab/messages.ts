import { Registerer, UserAgent } from 'sip.js';
import { addressOf, type Desk, deskOptions, subscribe } from './subscription.ts';

/** A message waiting lamp on a desk phone (RFC 3842). */
export type MessageLamp = {
  /** What each NOTIFY said, in order: `yes 3/1` is on, with three new messages and an old one. */
  readonly shown: readonly string[];
  close(): Promise<void>;
};

/** A phone that asks: it subscribes to message-summary of its own address. Resolves when Asterisk has accepted it. */
export async function watchMessages(desk: Desk): Promise<MessageLamp> {
  const shown: string[] = [];
  const to = { uri: addressOf(desk, desk.user), event: 'message-summary' };
  const close = await subscribe(agentOf(desk, shown), to, (body) => void shown.push(summaryIn(body)));
  return { shown, close };
}

/** A phone that never asks: it registers, and takes what it is told. */
export async function hearMessages(desk: Desk): Promise<MessageLamp> {
  const shown: string[] = [];
  const agent = agentOf(desk, shown);
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

function agentOf(desk: Desk, shown: string[]): UserAgent {
  return new UserAgent({
    ...deskOptions(desk),
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
