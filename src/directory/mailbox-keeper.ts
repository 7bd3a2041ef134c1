import type { Log } from '../lib/log.ts';
import { createPasses } from '../lib/passes.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';

/** Asterisk's side of the message waiting lamps; rejects with why not. */
export type MailboxPort = {
  setMessages(extension: string, newMessages: number, oldMessages: number): Promise<void>;
};

/** Keeps the message waiting lamps true. */
export type MailboxKeeper = {
  /** Counts, or extensions, have changed. */
  changed(): void;
  /** Asterisk came back, and may have forgotten all of them. */
  refresh(): void;
  close(): void;
};

const empty = '0/0';
/** Counts that change together are told in one pass. */
const coalesceMs = 50;

/** Makes the keeper: one request after the other, and only for a count that changed; a failure is tried again with back-off. */
export function keepMailboxes(store: DirectoryStore, port: MailboxPort, log: Log): MailboxKeeper {
  const told = new Map<string, string>();
  const passes = createPasses(tell, coalesceMs, (why, delayMs, backoff) => {
    if (backoff.worthSaying()) log.warn({ why, delayMs }, 'message waiting lamps could not be set; trying again');
  });

  async function tell(): Promise<void> {
    for (const { number, newMessages, oldMessages } of store.mailboxes.all()) {
      if (passes.isClosed()) return;
      const counts = `${newMessages}/${oldMessages}`;
      if (told.get(number) !== counts) {
        await port.setMessages(number, newMessages, oldMessages);
        told.set(number, counts);
      }
      // An extension that is nobody's any more was emptied when it became free: perhaps just now, and Asterisk was told what was before.
      if (passes.isClosed() || counts !== empty || store.extensions.owner(number) !== null) continue;
      store.mailboxes.forget(number);
      told.delete(number);
    }
  }

  return {
    changed: () => passes.soon(coalesceMs),
    refresh() {
      told.clear();
      passes.anew(coalesceMs);
    },
    close: () => passes.close(),
  };
}
