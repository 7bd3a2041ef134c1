import { type CallingRights, internalOnly } from '../core/outside.ts';
import type { UserId } from '../core/settings.ts';
import type { RightsPatch, RightsView } from '../protocol/outbound.ts';
import type { RightsBody } from '../storage/directory/outside.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { change, type DirectoryContext } from './context.ts';
import { existingQueue } from './queues.ts';
import { Refusal } from './refusal.ts';
import { existingUser } from './users.ts';

/** Of whom rights are said: `user:NAME` or `group:NAME`, who must exist. Throws a `Refusal`. */
function subjectOf(context: DirectoryContext, text: string): { readonly kind: 'user' | 'group'; readonly id: string } {
  const [, kind, id = ''] = /^(user|group):([a-z0-9._-]{1,64})$/.exec(text) ?? [];
  if (kind === undefined)
    throw new Refusal('invalid', `subject: expected user:NAME or group:NAME; got ${text}`, 'subject');
  if (kind === 'user') existingUser(context, id);
  else existingQueue(context, 'group', id);
  return { kind: kind === 'user' ? 'user' : 'group', id };
}

/** What is said of one user or group changes; null takes it back. Users feel it with their next call. */
export function setRights(context: DirectoryContext, subject: string, patch: RightsPatch, who: string): RightsView {
  const { kind, id } = subjectOf(context, subject);
  checkHours(patch);
  change(context, who, (now) => {
    const { rights } = context.store.outside;
    const { id: _, ...before } = rights.find(subject) ?? { id: subject };
    const after = Object.fromEntries(
      Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null && value !== undefined),
    ) as RightsBody;
    if (Object.keys(after).length === 0) rights.remove(subject);
    else rights.put(subject, after);
    const users = kind === 'user' ? [id] : existingQueue(context, 'group', id).members.map((member) => member.user);
    for (const user of users) context.store.users.touch(user, now.revision);
    now.audit('outbound.set', subject, before, after);
  });
  return rightsView(context, subject);
}

function checkHours(patch: RightsPatch): void {
  for (const { from, to } of patch.hours ?? []) {
    if (from >= to)
      throw new Refusal('invalid', `hours: expected a time that ends after it begins; got ${from} to ${to}`, 'hours');
  }
}

/** The rights of a user or group, with what was said of them and what comes from elsewhere. */
export function rightsView(context: DirectoryContext, subject: string): RightsView {
  const { kind, id } = subjectOf(context, subject);
  const { store } = context;
  const { id: _, ...own } = store.outside.rights.find(subject) ?? { id: subject };
  const rights =
    kind === 'user'
      ? (callingRights(store, id, existingUser(context, id).group) ?? internalOnly)
      : { ...internalOnly, ...own };
  return { subject, ...rights, own: Object.keys(own).sort() };
}

/** What a user may dial: their own rights before their group's; null when nothing was said of either. */
export function callingRights(store: DirectoryStore, user: UserId, group: string | null): CallingRights | null {
  const ofUser = store.outside.rights.find(`user:${user}`);
  const ofGroup = group === null ? null : store.outside.rights.find(`group:${group}`);
  if (ofUser === null && ofGroup === null) return null;
  const { id: _, ...rights } = { ...internalOnly, id: '', ...ofGroup, ...ofUser };
  return rights;
}
