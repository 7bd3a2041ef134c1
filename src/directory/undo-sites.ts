import type { UserId } from '../core/settings.ts';
import { siteSchema } from '../protocol/sites.ts';
import type { AuditEntry } from '../storage/directory/audit.ts';
import { type Fields, fieldsOf } from '../storage/directory/audit-fields.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { checked } from './checked.ts';
import { change, type DirectoryContext } from './context.ts';
import { Refusal } from './refusal.ts';
import { existingSite, placeSite } from './sites.ts';
import { isOther, laterChanges, usersBesides } from './undo-since.ts';

/** What a change of one site took from another, by the entry about that one. */
type Taken = { readonly from: AuditEntry; readonly users: readonly UserId[]; readonly isDefault: boolean };

/** From which sites a change of this one took users, or the default: their entries are those just before its own. */
export function takenBy(store: DirectoryStore, entry: AuditEntry): readonly Taken[] {
  const gained = new Set(usersBesides(entry.after, entry.before));
  const taken: Taken[] = [];
  for (let id = entry.id - 1; ; id--) {
    const from = store.audit.find(id);
    if (from === null || !isSameChange(from, entry)) return taken;
    const users = usersBesides(from.before, from.after).filter((user) => gained.has(user));
    const isDefault = becameDefault(entry) && fieldsOf(from.before).isDefault === true;
    if (users.length > 0 || isDefault) taken.push({ from, users, isDefault });
  }
}

/**
 * Puts back what one change altered of a site, and with it what that took from others: whoever leaves a site by an undo is where
 * they were before. Refused where that site is gone, or another one, since.
 */
export function putSiteBack(
  context: DirectoryContext,
  name: string,
  fields: Fields,
  who: string,
  entry: AuditEntry,
): void {
  const { store } = context;
  const taken = takenBy(store, entry);
  for (const { from } of taken) refuseOtherSite(store, from, entry);
  change(context, who, (now) => {
    const { id: _, ...site } = existingSite(store, name);
    placeSite(context, now, name, checked(siteSchema, { ...site, ...fields }));
    for (const { from, users, isDefault } of taken) {
      const { id, ...other } = existingSite(store, from.subject);
      const all = { users: inOrder(from, [...other.users, ...users]), isDefault: other.isDefault || isDefault };
      placeSite(context, now, id, { ...other, ...all }, from.id);
    }
  });
}

/** What else becomes of emergency addresses when a change of a site is put back, one line each. */
export function placesBack(store: DirectoryStore, entry: AuditEntry): readonly string[] {
  if (entry.action !== 'site.set') return [];
  const taken = takenBy(store, entry);
  const back = new Set(taken.flatMap(({ users }) => users));
  const nowhere = usersBesides(entry.after, entry.before).filter((user) => !back.has(user));
  return [
    ...taken.map(({ from, users, isDefault }) => {
      const what = [...(users.length > 0 ? [namesOf(users)] : []), ...(isDefault ? ['that it is the default'] : [])];
      return `${from.subject} gets back what #${entry.id} took from it (#${from.id}): ${what.join(', and ')}`;
    }),
    ...(nowhere.length > 0 ? [`as before #${entry.id}, at no site: ${namesOf(nowhere)}`] : []),
    ...(becameDefault(entry) && !taken.some(({ isDefault }) => isDefault)
      ? [`as before #${entry.id}, no site is the default: who is at none has no emergency address`]
      : []),
  ];
}

function isSameChange(one: AuditEntry, other: AuditEntry): boolean {
  if (one.action !== 'site.set' || one.who !== other.who || one.revision !== other.revision) return false;
  // Entries of before do not say of which change they are.
  return other.revision !== null || one.at === other.at;
}

function becameDefault({ before, after }: AuditEntry): boolean {
  return fieldsOf(after).isDefault === true && fieldsOf(before).isDefault !== true;
}

function refuseOtherSite(store: DirectoryStore, from: AuditEntry, entry: AuditEntry): void {
  const other = laterChanges(store, from, []).find((one) => isOther(one) && one.action.startsWith('site.'));
  if (other === undefined) return;
  const at = new Date(other.at).toISOString();
  throw new Refusal(
    'changed-since',
    `${from.subject}, from which #${entry.id} took users or the default, was removed since, by ${other.who} at ${at} (#${other.id} ${other.action}): say where they belong (cordboard site set)`,
    'users',
  );
}

/** In the order in which they were there before. */
function inOrder({ before }: AuditEntry, users: readonly UserId[]): UserId[] {
  const { users: were = [] } = fieldsOf(before) as { readonly users?: readonly UserId[] };
  const place = new Map(were.map((user, i) => [user, i]));
  return users.toSorted((a, b) => (place.get(a) ?? were.length) - (place.get(b) ?? were.length));
}

/** Names in a sentence: few of many. */
function namesOf(users: readonly UserId[]): string {
  const more = users.length > 5 ? ` and ${users.length - 5} more` : '';
  return `${users.slice(0, 5).join(', ')}${more}`;
}
