import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import pc from 'picocolors';
import { countArgument } from '../lib/count-argument.ts';
import type { AuditDetails, AuditUndone, AuditView } from '../protocol/audit.ts';
import { fieldsOf } from '../storage/directory/audit-fields.ts';
import { timeArgument } from './arguments.ts';
import { changeLine, settingName, valueLine } from './change-words.ts';
import type { CliContext } from './context.ts';
import { dateAndTime } from './moment.ts';
import { fields, orDash, table } from './output.ts';
import { changedLines } from './queue-settings.ts';

type ListOptions = { who?: string; action?: string; since?: number; until?: number; limit: number };

/** `cordboard audit …` */
export function auditCommand(program: Command, context: CliContext): void {
  const audit = program.command('audit').description('who changed what in the directory, and when');

  audit
    .command('list [subject]')
    .description('the changes, the newest first; with a subject those of one user, phone, group, queue, trunk ...')
    .option('--who <part>', 'only by whose name has this in it')
    .option('--action <action>', 'only these, such as phone.set, or phone for all that was done to phones')
    .option('--since <time>', 'not before this time: 14:03, 2026-01-31, 2026-01-31T14:03:07 or 30m (ago)', timeArgument)
    .option('--until <time>', 'not after this time', timeArgument)
    .option('--limit <count>', 'at most so many', countArgument, 50)
    .action(async (subject: string | undefined, { limit, ...said }: ListOptions) => {
      const query = new URLSearchParams({ limit: String(Math.max(1, limit)) });
      for (const [name, value] of Object.entries({ subject, ...said }))
        if (value !== undefined) query.set(name, String(value));
      const answer = await context.client().get<{ entries: readonly AuditView[] }>(`/v1/audit?${query}`);
      context.output().result(answer, ({ entries }) => auditTable(entries));
    });

  audit
    .command('show <id>')
    .description('one change: each field that it altered, before and after')
    .option('--full', 'also the fields that stayed as they were')
    .action(async (id: string, { full = false }: { full?: boolean }) => {
      const answer = await context.client().get<{ entry: AuditDetails }>(`/v1/audit/${encodeURIComponent(id)}`);
      context.output().result(answer, ({ entry }) => entryText(entry, full));
    });

  audit
    .command('undo <id>')
    .description('put back what one change altered; refused when it is another one since, or cannot be as it was')
    .option('--dry-run', 'check everything and say what would change, and do nothing')
    .option('--yes', 'also when other things of the same were changed since')
    .action(async (id: string, { dryRun = false, yes = false }: { dryRun?: boolean; yes?: boolean }) => {
      const path = `/v1/audit/${encodeURIComponent(id)}/undo?dryRun=${dryRun}&confirmed=${yes}`;
      context.output().result(await context.client().post<AuditUndone>(path), undoneText);
    });
}

/** What becomes another, in the words of the command that sets it. */
function undoneText({ undone, entry, changes, queue, warnings, dryRun }: AuditUndone): string {
  const { id, action, subject } = undone;
  const lines =
    queue === null
      ? changes.map(({ field, from, to }) => changeLine(field, from, to))
      : changedLines(queue.before, queue.after);
  const head = dryRun
    ? `#${id} (${action} ${subject}) could be undone; nothing was done`
    : `#${id} (${action} ${subject}) undone${entry === null ? '' : `, by #${entry.id}`}`;
  return [head, ...lines, ...warnings.map((each) => pc.yellow(`warning: ${each}`))].join('\n');
}

function auditTable(entries: readonly AuditView[]): string {
  const rows = entries.map(({ id, at, who, action, subject, undoes, fields: changed }) => [
    String(id),
    dateAndTime(at),
    who,
    undoes === null ? action : `${action} (undoes ${undoes})`,
    subject,
    orDash(changed.map(settingName).join(', ')),
  ]);
  return table(['Id', 'At', 'Who', 'What', 'Of', 'Changed'], rows, 'No change is like that', { spare: ['Who'] });
}

/** What changed of it; what was made or removed, or `isFull`, has all fields. */
function entryText({ id, at, who, action, subject, before, after, undoes }: AuditDetails, isFull: boolean): string {
  const head = fields([
    ['id', String(id)],
    ['at', dateAndTime(at)],
    ['who', who],
    ['what', action],
    ['of', subject],
    ...(undoes === null ? [] : [['undoes', `#${undoes}`] as const]),
  ]);
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  const lines = [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((name) => {
    const [old, now] = [was[name], is[name]];
    if (before === null || after === null) return [valueLine(name, old ?? now)];
    if (!isDeepStrictEqual(old, now)) return [changeLine(name, old, now)];
    return isFull ? [valueLine(name, now)] : [];
  });
  const title = before === null ? ['made as'] : after === null ? ['it was'] : [];
  return [head, '', ...title, ...(lines.length === 0 ? ['Nothing else is kept of it'] : lines)].join('\n');
}
