import * as z from 'zod';

const count = () => {
  const error = 'a whole number from 0 to 9999';
  return z.number({ error }).int({ error }).min(0, { error }).max(9_999, { error });
};

/** `PUT /v1/mailboxes/:extension`: how many messages wait there. */
export const mailboxSchema = z.strictObject({ newMessages: count(), oldMessages: count().default(0) });
export type MailboxInput = z.output<typeof mailboxSchema>;

/** What the lamp of an extension tells. The messages themselves are another system's. */
export type MailboxView = {
  readonly extension: string;
  readonly kind: 'user' | 'group' | 'queue';
  readonly owner: string;
  readonly newMessages: number;
  readonly oldMessages: number;
  readonly changedAt: number;
};
