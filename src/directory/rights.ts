import { type CallingRights, internalOnly, type Payer } from '../core/outside.ts';
import type { UserId } from '../core/settings.ts';
import type { RightsPatch, RightsView } from '../protocol/outbound.ts';
import type { RightsBody, Together } from '../storage/directory/outside.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { type Change, change, type DirectoryContext } from './context.ts';
import { existingQueue } from './queues.ts';
import { Refusal } from './refusal.ts';
import { existingUser } from './users.ts';

type Subject = { readonly kind: 'user' | 'group' | 'queue' | 'system'; readonly id: string };

/** Of whom rights are said: `user:NAME`, `group:NAME`, `queue:NAME` (who must exist) or `system`. Throws a `Refusal`. */
function subjectOf(context: DirectoryContext, text: string): Subject {
  if (text === 'system') return { kind: 'system', id: text };
  const [, kind, id = ''] = /^(user|group|queue):([a-z0-9._-]{1,64})$/.exec(text) ?? [];
  if (kind === 'user') return { kind, id: existingUser(context, id).id };
  if (kind === 'group' || kind === 'queue') return { kind, id: existingQueue(context, kind, id).id };
  throw new Refusal('invalid', `subject: expected user:NAME, group:NAME, queue:NAME or system; got ${text}`, 'subject');
}

/** What is said of one subject changes; null takes it back. Users feel it with their next call. */
export function setRights(context: DirectoryContext, subject: string, patch: RightsPatch, who: string): RightsView {
  const { kind, id } = subjectOf(context, subject);
  checkHours(patch);
  checkTogether(kind, patch);
  change(context, who, (now) => {
    const { rights } = context.store.outside;
    const { id: _, ...before } = rights.find(subject) ?? { id: subject };
    const after = Object.fromEntries(
      Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null && value !== undefined),
    ) as RightsBody;
    if (Object.keys(after).length === 0) rights.remove(subject);
    else rights.put(subject, after);
    for (const user of usersOf(context, { kind, id })) context.store.users.touch(user, now.revision);
    now.audit('outbound.set', subject, before, after);
  });
  return rightsView(context, subject);
}

/** What was said of a subject that is removed goes with it, and is kept in the audit like any other change. */
export function dropRights(store: DirectoryStore, now: Change, subject: string): void {
  const row = store.outside.rights.find(subject);
  if (row === null) return;
  const { id: _, ...before } = row;
  store.outside.rights.remove(subject);
  now.audit('outbound.set', subject, before, {});
}

function usersOf(context: DirectoryContext, { kind, id }: Subject): readonly UserId[] {
  if (kind === 'user') return [id];
  return kind === 'group' ? existingQueue(context, 'group', id).members.map((member) => member.user) : [];
}

function checkTogether(kind: Subject['kind'], patch: RightsPatch): void {
  if (kind === 'group') return;
  for (const field of ['groupMaxCalls', 'groupCallsPerMinute', 'groupMinutesPerDay'] as const)
    if (patch[field] !== undefined && patch[field] !== null)
      throw new Refusal('invalid', `${field}: expected only for a group; got ${patch[field]} for a ${kind}`, field);
}

function checkHours(patch: RightsPatch): void {
  for (const { from, to } of patch.hours ?? []) {
    if (from >= to)
      throw new Refusal('invalid', `hours: expected a time that ends after it begins; got ${from} to ${to}`, 'hours');
  }
}

/** The rights of a subject, with what was said of it and what comes from elsewhere. */
export function rightsView(context: DirectoryContext, subject: string): RightsView {
  const { kind, id } = subjectOf(context, subject);
  const { store } = context;
  const { id: _, ...own } = store.outside.rights.find(subject) ?? { id: subject };
  const rights =
    kind === 'user'
      ? (callingRights(store, id, existingUser(context, id).group) ?? internalOnly)
      : withLimits({ ...internalOnly, ...own });
  return { ...noneTogether, ...rights, subject, own: Object.keys(own).sort() };
}

const noneTogether: Together = { groupMaxCalls: null, groupCallsPerMinute: null, groupMinutesPerDay: null };

/** What a user may dial: their own rights before their group's; null when nothing was said of either. */
export function callingRights(store: DirectoryStore, user: UserId, group: string | null): CallingRights | null {
  const ofUser = store.outside.rights.find(`user:${user}`);
  const ofGroup = group === null ? null : store.outside.rights.find(`group:${group}`);
  if (ofUser === null && ofGroup === null) return null;
  return withoutTogether(withLimits({ ...internalOnly, ...ofGroup, ...ofUser }));
}

const limits = [
  'maxCalls',
  'callsPerMinute',
  'minutesPerDay',
  'groupMaxCalls',
  'groupCallsPerMinute',
  'groupMinutesPerDay',
] as const;

/** A limit that is said to be none (0) is what the core knows as none: null. */
function withLimits<T extends RightsBody>(said: T): T {
  return { ...said, ...Object.fromEntries(limits.flatMap((limit) => (said[limit] === 0 ? [[limit, null]] : []))) };
}

/**
 * Who pays besides users: each group, queue and the system, of which rights were said. A group's limits are here those for all
 * its members together: what is said of each member has gone to the members.
 */
export function payers(store: DirectoryStore): readonly Payer[] {
  return store.outside.rights.all().flatMap(({ id, ...row }) => {
    if (id.startsWith('user:')) return [];
    const said = withLimits<RightsBody>(row);
    const rights = withoutTogether({ ...internalOnly, ...said });
    if (!id.startsWith('group:')) return [{ id, rights }];
    const { groupMaxCalls = null, groupCallsPerMinute = null, groupMinutesPerDay = null } = said;
    const limits = { maxCalls: groupMaxCalls, callsPerMinute: groupCallsPerMinute, minutesPerDay: groupMinutesPerDay };
    return [{ id, rights: { ...rights, ...limits } }];
  });
}

function withoutTogether(rights: CallingRights & RightsBody & { readonly id?: string }): CallingRights {
  const {
    id: _,
    groupMaxCalls: _calls,
    groupCallsPerMinute: _perMinute,
    groupMinutesPerDay: _perDay,
    ...mine
  } = rights;
  return mine;
}
