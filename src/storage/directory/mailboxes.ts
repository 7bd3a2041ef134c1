import type { DirectoryDb } from './database.ts';

/** How many messages wait for an extension. `changedAt` is ms since 1970. */
export type MailboxRow = {
  readonly number: string;
  readonly newMessages: number;
  readonly oldMessages: number;
  readonly changedAt: number;
};

/** The counts of messages by extension. One whose extension is nobody's any more stays until it was taken out of Asterisk. */
export function mailboxRows(db: DirectoryDb) {
  const all = db.prepare<[], MailboxRow>(
    `SELECT number, new_count AS newMessages, old_count AS oldMessages, changed_at AS changedAt
     FROM mailboxes ORDER BY number`,
  );
  const put = db.prepare(`INSERT INTO mailboxes (number, new_count, old_count, changed_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET new_count = excluded.new_count, old_count = excluded.old_count,
    changed_at = excluded.changed_at`);
  const forget = db.prepare('DELETE FROM mailboxes WHERE number = ?');
  return {
    all: (): readonly MailboxRow[] => all.all(),
    put: ({ number, newMessages, oldMessages, changedAt }: MailboxRow): void =>
      void put.run(number, newMessages, oldMessages, changedAt),
    forget: (number: string): void => void forget.run(number),
  };
}
