import type { FastifyInstance } from 'fastify';
import { mailboxViews, setMailbox } from '../directory/mailboxes.ts';
import { type MailboxView, mailboxSchema } from '../protocol/mailboxes.ts';
import { bodyOf, pathPart } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/mailboxes`: how many messages wait, for the lamps of phones. */
export function mailboxRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/mailboxes', (): { mailboxes: readonly MailboxView[] } => ({ mailboxes: mailboxViews(directory) }));

  app.put('/v1/mailboxes/:extension', (request): { mailbox: MailboxView } => {
    const mailbox = setMailbox(directory, pathPart(request, 'extension'), bodyOf(mailboxSchema, request));
    services.mailboxes.changed();
    return { mailbox };
  });
}
