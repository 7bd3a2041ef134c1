import { isDeepStrictEqual } from 'node:util';
import type { AuditUndone, UndoneField } from '../protocol/audit.ts';
import type { AuditEntry } from '../storage/directory/audit.ts';
import { changedFields, type Fields, fieldsOf } from '../storage/directory/audit-fields.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { auditView, existingEntry } from './audit.ts';
import type { DirectoryContext } from './context.ts';
import { warningsOf } from './queue-warnings.ts';
import { existingQueue, queueView } from './queues.ts';
import { Refusal } from './refusal.ts';
import { isOther, laterChanges, whoChanged } from './undo-since.ts';
import { placesBack, takenBy } from './undo-sites.ts';
import { type Way, ways } from './undo-ways.ts';

/** `dryRun`: says what would be, and does nothing. `confirmed`: also when the thing was changed otherwise since. */
export type UndoOptions = { readonly dryRun: boolean; readonly confirmed: boolean };

/**
 * Puts back what one change altered, as `who`, by the operation that anybody would use: with all its checks, and a change in the
 * audit itself. Throws a `Refusal` when a field is another one since, or when it cannot be put back as it was.
 */
export function undo(context: DirectoryContext, id: string, who: string, options: UndoOptions): AuditUndone {
  const { store } = context;
  const entry = existingEntry(store, id);
  const way = wayOf(store, entry);
  const before = fieldsOf(entry.before);
  const names = entry.after === null ? Object.keys(before) : changedFields(entry);
  const later = laterChanges(store, entry, names);
  refuseOther(entry, later);
  const now = way.now(context, entry.subject, entry);
  refuseChanged(context, entry, now, names, later);
  if (later.length > 0 && !options.confirmed && !options.dryRun) {
    const since = later
      .map((one) => `${traceOf(one)} (${auditView(one).fields.join(', ') || 'as a whole'})`)
      .join('; ');
    throw new Refusal(
      'costly',
      `${entry.subject} was changed since, by ${since}: see what would be (--dry-run), and confirm it (cordboard audit undo ${entry.id} --yes)`,
      'confirmed',
    );
  }
  const changes = names.map((field): UndoneField => ({ field, from: now[field] ?? null, to: before[field] ?? null }));
  const back = Object.fromEntries(changes.map(({ field, to }) => [field, to]));
  const was = isOfQueue(entry) && entry.after !== null ? existingQueue(context, null, entry.subject) : null;
  const places = placesBack(store, entry);
  const doing = { ...context, undoes: entry.id, isRehearsal: options.dryRun };
  const queue = way.put(doing, entry.subject, back, who, entry);
  const done = options.dryRun ? null : store.audit.undoing(entry.id);
  return {
    undone: auditView(entry),
    entry: done === null ? null : auditView(done),
    changes,
    queue: queue === null || was === null ? null : { before: queueView(was), after: queueView(queue) },
    warnings: [
      ...later.map((one) => `since then: ${traceOf(one)}`),
      ...rightsGone(context, entry),
      ...places,
      ...(queue === null ? [] : warningsOf(store, queue)),
    ],
    dryRun: options.dryRun,
  };
}

/** The contexts of the dialplan that this would give a phone again: only Asterisk knows whether they are there still. */
export function contextsPutBack(context: DirectoryContext, id: string): readonly string[] {
  const entry = existingEntry(context.store, id);
  const before = fieldsOf(entry.before);
  return changedFields(entry)
    .filter((field) => field === 'context' || field === 'phone.context')
    .flatMap((field) => (typeof before[field] === 'string' ? before[field] : []));
}

/** How a change of this kind is put back; a `Refusal` says why one cannot be. */
function wayOf(store: DirectoryStore, entry: AuditEntry): Way {
  const { id, action, subject, before, after } = entry;
  const [kind = '', what] = action.split('.');
  const no = (why: string): Refusal => new Refusal('not-undoable', `#${id} (${action} ${subject}) ${why}`);
  if (what === 'drift')
    throw no('is what the daemon found changed in Asterisk, and it was put right: there is nothing to undo');
  const names = changedFields(entry);
  if (names.includes('extension') && kind === 'user')
    throw no('gave an extension, which never changes: it is in contacts, on cards and in other phones');
  if (action === 'phone.rotate' || holdsSecret(entry))
    throw no(
      `changed a secret, which the audit does not keep: it cannot be put back. Give a new one (cordboard ${secretCommand(kind, subject)})`,
    );
  if (action === 'user.remove' || action === 'phone.remove')
    throw no(`took a SIP password along, which is not kept: make it anew (cordboard ${kind} add), with a new one`);
  const isMade = before === null || (action === 'site.set' && isDeepStrictEqual(before, {}));
  const [taken] = isMade && action === 'site.set' ? takenBy(store, entry) : [];
  if (taken !== undefined)
    throw no(
      `made it, and took from ${taken.from.subject} what cordboard audit undo ${taken.from.id} gives back: do that first, and then remove it (cordboard site remove ${subject})`,
    );
  if (isMade) throw no(`made it, and changed nothing: remove it instead (cordboard ${kind} remove ${subject})`);
  const way = ways[action];
  if (way === undefined) throw no('is of a kind that cannot be undone by this version');
  if (after !== null && names.length === 0) throw no('altered nothing');
  return way;
}

/** Refuses when what it was about was removed since, or is another one of that name. What it removed itself is gone anyway. */
function refuseOther({ id, action, after }: AuditEntry, later: readonly AuditEntry[]): void {
  const [kind = ''] = action.split('.');
  const other = later.find((one) => isOther(one) && (after !== null || !one.action.startsWith(`${kind}.`)));
  if (other === undefined) return;
  const what = other.action.endsWith('.remove') ? 'is gone' : 'is another one';
  const trace = traceOf(other);
  throw new Refusal('changed-since', `${other.subject} ${what} since ${trace}: #${id} was about the one before it`);
}

/** Refuses when a field is not as the change left it: somebody wanted it so since, and a person has to look. */
function refuseChanged(
  context: DirectoryContext,
  entry: AuditEntry,
  now: Fields,
  names: readonly string[],
  later: readonly AuditEntry[],
): void {
  if (entry.after === null) return;
  const after = fieldsOf(entry.after);
  const other = names.find((name) => !isDeepStrictEqual(now[name], after[name]));
  if (other === undefined) return;
  const culprit = whoChanged(context.store, entry, other, later);
  if (culprit !== null && culprit.undoes === entry.id)
    throw new Refusal('changed-since', `#${entry.id} was undone already, by ${traceOf(culprit)}`, other);
  const by = culprit === null ? 'the audit does not say by whom' : `by ${traceOf(culprit)}`;
  throw new Refusal(
    'changed-since',
    `${other}: expected ${valueText(after[other])}, as #${entry.id} left it; it is ${valueText(now[other])} now, ${by}. Look at it, and set what is meant`,
    other,
  );
}

/** Calling rights that went with a queue are a change of their own, just before the removal, and come back by it. */
function rightsGone({ store }: DirectoryContext, { action, subject, id }: AuditEntry): readonly string[] {
  const [kind = '', what] = action.split('.');
  const rights = what === 'remove' ? store.audit.find(id - 1) : null;
  if (rights === null || rights.action !== 'outbound.set' || rights.subject !== `${kind}:${subject}`) return [];
  return [`what ${subject} may dial outside went with it: cordboard audit undo ${rights.id} gives it back`];
}

function holdsSecret(entry: AuditEntry): boolean {
  const { password = null } = fieldsOf(entry.before);
  if (entry.after === null) return password !== null;
  return changedFields(entry).some((field) => field === 'newPassword' || field === 'password');
}

function secretCommand(kind: string, subject: string): string {
  if (kind === 'user') return `user set ${subject} --new-password`;
  return kind === 'phone' ? `phone rotate ${subject}` : `${kind} set ${subject} --password`;
}

function isOfQueue({ action }: AuditEntry): boolean {
  return action.startsWith('queue.') || action.startsWith('group.');
}

function traceOf({ id, action, who, at }: AuditEntry): string {
  return `${who} at ${new Date(at).toISOString()} (#${id} ${action})`;
}

/** A value in a sentence: cut where it is long. */
function valueText(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
