import type { Command } from 'commander';
import { countArgument } from '../lib/count-argument.ts';
import type { MailboxView } from '../protocol/mailboxes.ts';
import type { CliContext } from './context.ts';
import { listCommand } from './listing.ts';
import { dateAndTime } from './moment.ts';
import { table } from './output.ts';

type Counts = { new: number; old: number };

/** `cordboard mailbox …` */
export function mailboxCommand(program: Command, context: CliContext): void {
  const mailbox = program.command('mailbox').description('how many messages wait, for the lamps of phones');

  listCommand<MailboxView>(mailbox, context, 'the mailboxes of which something was said', 'mailboxes', mailboxTable);

  mailbox
    .command('set <extension>')
    .description('say how many messages wait for an extension of a user, group or queue')
    .requiredOption(
      '--new <count>',
      'messages that nobody has heard: the lamp is on while there are any',
      countArgument,
    )
    .option('--old <count>', 'messages that were heard and kept', countArgument, 0)
    .action(async (extension: string, counts: Counts) => {
      const body = { newMessages: counts.new, oldMessages: counts.old };
      const path = `/v1/mailboxes/${encodeURIComponent(extension)}`;
      const answer = await context.client().put<{ mailbox: MailboxView }>(path, body);
      context.output().result(answer, (saved) => mailboxTable([saved.mailbox]));
    });
}

function mailboxTable(mailboxes: readonly MailboxView[]): string {
  const rows = mailboxes.map(({ extension, kind, owner, newMessages, oldMessages, changedAt }) => [
    extension,
    `${kind} ${owner}`,
    String(newMessages),
    String(oldMessages),
    dateAndTime(changedAt),
  ]);
  return table(['Extension', 'Of', 'New', 'Old', 'Since'], rows, 'No messages were ever said: cordboard mailbox set');
}
