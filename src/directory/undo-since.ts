import type { AuditEntry } from '../storage/directory/audit.ts';
import { changedFields, fieldsOf } from '../storage/directory/audit-fields.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { usersOf } from './kept-members.ts';

/** Changes that may be about the same: those of a kind, which begins an action, and a name; with `of` only some of them. */
type Thing = { readonly kind: string; readonly name: string; readonly of?: (entry: AuditEntry) => boolean };

/**
 * What was done since to the things that a change was about, the newest first. What was undone meanwhile, and its undoing, is left
 * out; what undid this very change is not.
 */
export function laterChanges(
  store: DirectoryStore,
  entry: AuditEntry,
  fields: readonly string[],
): readonly AuditEntry[] {
  const all = thingsOf(entry, fields).flatMap(({ kind, name, of = () => true }) =>
    store.audit.after(name, entry.id).filter((one) => one.action.startsWith(`${kind}.`) && of(one)),
  );
  const cancelled = new Set<number>();
  const standing: AuditEntry[] = [];
  for (const one of all.toSorted((a, b) => b.id - a.id)) {
    if (cancelled.has(one.id)) continue;
    if (one.undoes === null || one.undoes <= entry.id) standing.push(one);
    else cancelled.add(one.undoes);
  }
  return standing.filter(({ action }) => !action.endsWith('.drift'));
}

/** Which of the later changes made a field another one; null when none is known to. */
export function whoChanged(
  store: DirectoryStore,
  entry: AuditEntry,
  field: string,
  later: readonly AuditEntry[],
): AuditEntry | null {
  const bare = field.replace(/^phone\./, '');
  const members = field === 'members' ? usersOf(entry) : null;
  const isAbout = (one: AuditEntry): boolean => {
    const others = members === null ? null : usersOf(one);
    return others === null || [...others].some((user) => members?.has(user));
  };
  const direct = later.find(
    (one) => one.fields.some((name) => name === field || name.replace(/^phone\./, '') === bare) && isAbout(one),
  );
  if (direct !== undefined || field !== 'members') return direct ?? null;
  // Who is removed as a user leaves their queues without an entry of these.
  const { members: left = [] } = fieldsOf(entry.after);
  const names = members ?? (left as readonly { readonly user: string }[]).map(({ user }) => user);
  const removals = [...names].flatMap((name) => store.audit.after(name, entry.id));
  return removals.find(({ action }) => action === 'user.remove') ?? null;
}

/** What a change was about: rights also about whose they are, a phone about whose it is, a site about who came and left. */
function thingsOf({ action, subject, before, after }: AuditEntry, fields: readonly string[]): readonly Thing[] {
  const [kind = ''] = action.split('.');
  const own: Thing = { kind, name: subject };
  const kept = { ...fieldsOf(before), ...fieldsOf(after) };
  if (kind === 'outbound') {
    const [payer = '', name = ''] = subject.split(':');
    return [own, { kind: payer, name, of: isOther }];
  }
  if (kind === 'site') {
    const moved = [...usersBesides(before, after), ...usersBesides(after, before)];
    return [own, ...moved.map((name) => ({ kind: 'user', name, of: isOther }))];
  }
  if (kind === 'phone') {
    const ofPhone = (one: AuditEntry): boolean => fieldsOf(one.after)['phone.id'] === subject && touchesPhone(one);
    return [own, { kind: 'user', name: String(kept.user), of: (one) => isOther(one) || ofPhone(one) }];
  }
  if (kind !== 'user' || !fields.some((field) => field.startsWith('phone.'))) return [own];
  return [own, { kind: 'phone', name: String(kept['phone.id']) }];
}

/** The users of a site, as an entry keeps it, who are not at the other one. */
export function usersBesides(site: unknown, other: unknown): readonly string[] {
  const [{ users = [] }, { users: others = [] }] = [fieldsOf(site), fieldsOf(other)];
  const known = new Set(others as readonly string[]);
  return (users as readonly string[]).filter((user) => !known.has(user));
}

function touchesPhone(entry: AuditEntry): boolean {
  return changedFields(entry).some((field) => field.startsWith('phone.') || field === 'newPassword');
}

/** Whether it made or removed a thing: what is there now is another one than before it. */
export function isOther({ action }: Pick<AuditEntry, 'action'>): boolean {
  return /^[a-z]+\.(add|remove)$/.test(action);
}
