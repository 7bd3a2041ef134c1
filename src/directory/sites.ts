import { isDeepStrictEqual } from 'node:util';
import type { UserId } from '../core/settings.ts';
import type { SiteInput, SiteView } from '../protocol/sites.ts';
import type { SiteBody } from '../storage/directory/outside.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { type Change, change, type DirectoryContext } from './context.ts';
import { Refusal } from './refusal.ts';
import { existingUser } from './users.ts';

/** Makes a site or replaces it. A user is at one site, and one site is the default: both leave the one before. */
export function putSite(context: DirectoryContext, name: string, input: SiteInput, who: string): SiteView {
  if (!/^[a-z0-9._-]{1,64}$/.test(name))
    throw new Refusal('invalid', `name: expected 1 to 64 of a-z, 0-9, ".", "_", "-"; got ${name}`, 'name');
  return change(context, who, (now) => placeSite(context, now, name, input));
}

/** The same within a change. `undoes` is the entry that it puts back, where that is not the one of the whole change. */
export function placeSite(
  context: DirectoryContext,
  now: Change,
  name: string,
  input: SiteInput,
  undoes?: number,
): SiteView {
  const { sites } = context.store.outside;
  for (const user of input.users) existingUser(context, user);
  const { id: _, ...before } = sites.find(name) ?? { id: name };
  const coming = new Set(input.users);
  for (const { id, ...other } of sites.all()) {
    if (id === name) continue;
    const users = other.users.filter((user) => !coming.has(user));
    const isDefault = other.isDefault && !input.isDefault;
    if (users.length === other.users.length && isDefault === other.isDefault) continue;
    sites.put(id, { ...other, users, isDefault });
    auditSite(now, id, other, { ...other, users, isDefault });
  }
  sites.put(name, input);
  auditSite(now, name, before, input, undoes);
  return { name, ...input };
}

/** The users, of whom there may be thousands, are kept only where they are others. */
function auditSite(now: Change, name: string, before: Partial<SiteBody>, after: SiteBody, undoes?: number): void {
  const isSame = isDeepStrictEqual(before.users, after.users);
  const kept = ({ users, ...site }: Partial<SiteBody>) => (isSame || users === undefined ? site : { ...site, users });
  now.audit('site.set', name, kept(before), kept(after), undoes);
}

/** Removes a site: its users are at the default one from now on. */
export function removeSite(context: DirectoryContext, name: string, who: string): void {
  const { sites } = context.store.outside;
  change(context, who, (now) => {
    const { id: _, ...before } = existingSite(context.store, name);
    sites.remove(name);
    now.audit('site.remove', name, before, null);
  });
}

/** Who is removed leaves their site: the next user of that name may sit elsewhere. Kept in the audit like any other change. */
export function leaveSite(store: DirectoryStore, now: Change, user: UserId): void {
  const { sites } = store.outside;
  for (const { id, ...before } of sites.all()) {
    if (!before.users.includes(user)) continue;
    const after = { ...before, users: before.users.filter((one) => one !== user) };
    sites.put(id, after);
    auditSite(now, id, before, after);
  }
}

/** The site, or a `Refusal`. */
export function existingSite(store: DirectoryStore, name: string): SiteBody & { readonly id: string } {
  const site = store.outside.sites.find(name);
  if (site === null) throw new Refusal('unknown-site', `There is no site ${name}: see cordboard site list`, 'name');
  return site;
}

/** All sites, by name. */
export function siteViews(store: DirectoryStore): readonly SiteView[] {
  return store.outside.sites.all().map(({ id, ...site }) => ({ name: id, ...site }));
}

/**
 * What the emergency dialplan is told, as keys and values below `cordboard/fallback` in AstDB: for each phone, and for an
 * endpoint that is nobody's (`default`), who is to be called back and where help must come.
 */
export function emergencyEntries(store: DirectoryStore): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  const sites = store.outside.sites.all();
  const siteOf = new Map(sites.flatMap((site) => site.users.map((user) => [user, site] as const)));
  const byDefault = sites.find((site) => site.isDefault);
  const put = (endpoint: string, site: (typeof sites)[number] | undefined): void => {
    if (site === undefined) return;
    result.set(`emergency/${endpoint}/callback`, site.callback);
    result.set(`emergency/${endpoint}/location`, site.location);
    if (site.locationUri !== null) result.set(`emergency/${endpoint}/uri`, site.locationUri);
  };
  put('default', byDefault);
  if (sites.length > 0) for (const { id, user } of store.phones.all()) put(id, siteOf.get(user) ?? byDefault);
  return result;
}
