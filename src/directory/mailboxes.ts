import type { MailboxInput, MailboxView } from '../protocol/mailboxes.ts';
import type { DirectoryContext } from './context.ts';
import { Refusal } from './refusal.ts';

/**
 * Notes how many messages wait for an extension. It is a state of another system and no setting: it has no revision, and is not in
 * the audit.
 */
export function setMailbox(context: DirectoryContext, extension: string, input: MailboxInput): MailboxView {
  const { store } = context;
  return store.transaction(() => {
    const holder = store.extensions.owner(extension);
    if (holder === null) {
      const message = `extension: expected one of a user, group or queue; ${extension} is nobody's`;
      throw new Refusal('unknown-extension', message, 'extension');
    }
    const changedAt = context.now();
    store.mailboxes.put({ number: extension, ...input, changedAt });
    return { extension, ...holder, ...input, changedAt };
  });
}

/** The mailboxes of which something was said, by extension. */
export function mailboxViews({ store }: Pick<DirectoryContext, 'store'>): readonly MailboxView[] {
  return store.mailboxes.all().flatMap(({ number, ...counts }) => {
    const holder = store.extensions.owner(number);
    return holder === null ? [] : [{ extension: number, ...holder, ...counts }];
  });
}
