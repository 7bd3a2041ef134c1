import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { AriRequest, AriResponse } from './ari/port.ts';

/** The context of Asterisk's mailboxes that are ours: `1001@cordboard`. */
export const mailboxContext = 'cordboard';

/** The context of the dialplan in which `MinivmMWI` says how many messages wait. */
export const messagesContext = 'cordboard-messages';

/** The modules of which one must run, or Asterisk has no counts but those of its own voicemail. */
export const mailboxModules = ['res_ari_mailboxes.so', 'app_minivm.so'] as const;

const lookAgainMs = 20;
const mostLooks = 250;

/** Sets how many messages wait in a mailbox of ours; rejects with why not. */
export type Mailboxes = {
  setMessages(extension: string, newMessages: number, oldMessages: number): Promise<void>;
};

/**
 * Message waiting (RFC 3842) as Asterisk keeps it. Where it was built with external message waiting (`res_mwi_external` and
 * `res_ari_mailboxes`, which cannot be had together with its own voicemail) there is a request for it; else `MinivmMWI` of app_minivm,
 * which every build has, says the same in a channel that lives for a moment and that nobody hears of.
 */
export function createMailboxes(link: {
  request(request: AriRequest, done: (response: AriResponse) => void): void;
}): Mailboxes {
  const ask = (request: AriRequest): Promise<AriResponse> =>
    new Promise((resolve) => {
      link.request(request, resolve);
    });
  const expectDone = ({ status }: AriResponse, what: string): void => {
    if (status < 200 || status >= 300) throw new Error(`${what}: ${status === 0 ? 'no answer' : `HTTP ${status}`}`);
  };
  /** That a channel was made says nothing of the dialplan: an adopted one may lack the context, or have an older one. */
  async function expectSaid(exten: string): Promise<void> {
    const { body } = await ask({ method: 'GET', uri: 'asterisk/variable?variable=CB_MESSAGES' });
    const said = typeof body === 'object' && body !== null && 'value' in body ? body.value : null;
    if (said === exten) return;
    const todo = 'include extensions_cordboard.conf as it is now, and: asterisk -rx "dialplan reload"';
    throw new Error(`the dialplan has no [${messagesContext}] that sets a mailbox: ${todo}`);
  }
  /** The answer comes before the dialplan has run: who says the next count too soon might be overtaken by this one. */
  async function gone(channel: string): Promise<void> {
    for (let looks = 0; looks < mostLooks; looks++) {
      const { status } = await ask({ method: 'GET', uri: `channels/${channel}` });
      if (status === 404) return;
      await wait(lookAgainMs);
    }
    throw new Error('the channel that sets a mailbox does not end');
  }

  return {
    async setMessages(extension, newMessages, oldMessages) {
      const name = encodeURIComponent(`${extension}@${mailboxContext}`);
      const uri = `mailboxes/${name}?oldMessages=${oldMessages}&newMessages=${newMessages}`;
      const answer = await ask({ method: 'PUT', uri });
      // Without the module this is no request at all.
      if (answer.status !== 404) return expectDone(answer, `setting mailbox ${extension}`);
      const { status } = await ask({ method: 'GET', uri: 'asterisk/modules/app_minivm.so' });
      if (status === 404) throw new Error(`neither ${mailboxModules.join(' nor ')} is running: load one of them`);
      const exten = `${extension}-${newMessages}-${oldMessages}`;
      const endpoint = `Local/${exten}@${messagesContext}`;
      const channel = `messages-${randomUUID()}`;
      // Its other end would go on here if it were ever answered.
      const end = `context=${messagesContext}&extension=over&timeout=5&channelId=${channel}`;
      const made = await ask({ method: 'POST', uri: `channels?endpoint=${encodeURIComponent(endpoint)}&${end}` });
      // Without the context there is nobody to call: 404 or 500, whatever the version.
      if (made.status < 500 && made.status !== 404) expectDone(made, `setting mailbox ${extension}`);
      await gone(channel);
      await expectSaid(exten);
    },
  };
}
