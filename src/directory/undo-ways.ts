import * as z from 'zod';
import { memberOf } from '../core/queue-settings.ts';
import type { Destination } from '../core/settings.ts';
import { groupPatchSchema, newGroupSchema } from '../protocol/groups.ts';
import { nameSchema } from '../protocol/names.ts';
import { newNumberSchema, numberPatchSchema } from '../protocol/numbers.ts';
import { rightsSchema } from '../protocol/outbound.ts';
import { phonePatchSchema } from '../protocol/phones.ts';
import { memberFields } from '../protocol/queue-fields.ts';
import { newQueueSchema, queuePatchSchema } from '../protocol/queues.ts';
import { newReasonSchema, reasonPatchSchema } from '../protocol/reasons.ts';
import { siteSchema } from '../protocol/sites.ts';
import { skillsPatchSchema } from '../protocol/skills.ts';
import { newTrunkSchema, trunkPatchSchema } from '../protocol/trunks.ts';
import { userPatchSchema } from '../protocol/users.ts';
import type { AuditEntry } from '../storage/directory/audit.ts';
import { type Fields, fieldsOf } from '../storage/directory/audit-fields.ts';
import type { QueueRow } from '../storage/directory/queues.ts';
import { checked } from './checked.ts';
import type { DirectoryContext } from './context.ts';
import { printDestination } from './destination.ts';
import { membersBack, membersNow, usersOf } from './kept-members.ts';
import { putMembers } from './members.ts';
import { addNumber, existingNumber, setNumber } from './numbers.ts';
import { existingPhone, setPhone, shown } from './phones.ts';
import { addQueue, existingQueue, type QueueKind, queueView, setQueue } from './queues.ts';
import { addReason, existingReason, setReason } from './reasons.ts';
import { Refusal } from './refusal.ts';
import { setRights } from './rights.ts';
import { existingSite, putSite } from './sites.ts';
import { setSkills } from './skills.ts';
import { addTrunk, existingTrunk, setTrunk, shownBody } from './trunks.ts';
import { putSiteBack } from './undo-sites.ts';
import { existingUser, setUser, shownUser } from './users.ts';

/** How one kind of change is put back. `subject` is the entry's. */
export type Way = {
  /** How it is now, in the words of the entry; a `Refusal` where there is nothing of that name any more. */
  readonly now: (context: DirectoryContext, subject: string, entry: AuditEntry) => Fields;
  /** Puts these fields back by the operation that anybody would use, with all that it checks. Gives the queue, of one. */
  readonly put: (
    context: DirectoryContext,
    subject: string,
    fields: Fields,
    who: string,
    entry: AuditEntry,
  ) => QueueRow | null;
};

/** Of what was removed there is nothing now. */
const nothing = (): Fields => ({});

/** By the action of the entry: changes of settings, and removals of what can be made again as it was. */
export const ways: Readonly<Record<string, Way>> = {
  ...queueWays('queue'),
  ...queueWays('group'),
  'user.set': {
    now: ({ store }, id) => fieldsOf(shownUser(existingUser({ store }, id), store.phones.ofUser(id)[0] ?? null)),
    put: done((context, id, fields, who) => {
      const named = Object.entries(fields).map(([name, value]) => [name.replace(/^phone\./, ''), value]);
      setUser(context, id, checked(userPatchSchema, Object.fromEntries(named)), who);
    }),
  },
  'user.skills': {
    now: ({ store }, user) => store.skills.ofUser(existingUser({ store }, user).id),
    put: done((context, user, fields, who) => {
      setSkills(context, user, checked(skillsPatchSchema, { skills: fields }).skills, who);
    }),
  },
  'phone.set': {
    now: (context, id) => shown(existingPhone(context, id)),
    put: done((context, id, fields, who) => setPhone(context, id, checked(phonePatchSchema, fields), who)),
  },
  'trunk.set': {
    now: (context, name) => shownBody(withoutId(existingTrunk(context, name))),
    put: done((context, name, fields, who) => setTrunk(context, name, checked(trunkPatchSchema, fields), who)),
  },
  'trunk.remove': {
    now: nothing,
    put: done((context, name, fields, who) => addTrunk(context, checked(newTrunkSchema, { name, ...fields }), who)),
  },
  'number.set': {
    now: (context, name) => withoutId(existingNumber(context, name)),
    put: done((context, name, fields, who) => {
      setNumber(context, name, checked(numberPatchSchema, written(fields)), who);
    }),
  },
  'number.remove': {
    now: nothing,
    put: done((context, name, fields, who) => {
      addNumber(context, checked(newNumberSchema, { name, ...written(fields) }), who);
    }),
  },
  'outbound.set': {
    now: ({ store }, subject) => withoutId(store.outside.rights.find(subject) ?? { id: subject }),
    put: done((context, subject, fields, who) => setRights(context, subject, checked(rightsSchema, fields), who)),
  },
  'site.set': {
    now: ({ store }, name) => withoutId(existingSite(store, name)),
    put: done(putSiteBack),
  },
  'site.remove': { now: nothing, put: done(siteAgain) },
  'reason.set': {
    now: (context, name) => existingReason(context, name),
    put: done((context, name, fields, who) => setReason(context, name, checked(reasonPatchSchema, fields), who)),
  },
  'reason.remove': {
    now: nothing,
    put: done((context, _, fields, who) => addReason(context, checked(newReasonSchema, fields), who)),
  },
};

function queueWays(kind: QueueKind): Readonly<Record<string, Way>> {
  const members: Way = {
    now: (context, id, entry) => ({ members: membersNow(existingQueue(context, kind, id).members, entry) }),
    put(context, id, fields, who, entry) {
      if (usersOf(entry) === null)
        return putMembers(context, kind, id, checked(membersKept(memberKept), fields).members, who);
      const { members } = checked(membersKept(memberKept.extend({ place: z.int().min(0) })), fields);
      const { members: now } = existingQueue(context, kind, id);
      return putMembers(context, kind, id, membersBack(now, members, entry), who);
    },
  };
  const settings: Way = {
    now: (context, id) => ({ ...queueView(existingQueue(context, kind, id)) }),
    put(context, id, fields, who) {
      const patch = checked(kind === 'group' ? groupPatchSchema : queuePatchSchema, fields);
      return setQueue(context, kind, id, patch, who);
    },
  };
  const again: Way = {
    now: nothing,
    put(context, _, { kind: __, members: listed, ...fields }, who) {
      const said = checked(kind === 'group' ? newGroupSchema : newQueueSchema, fields);
      const { members: all } = checked(membersShown, { members: listed });
      return addQueue(
        context,
        kind,
        said,
        who,
        all.map(({ username, ...member }) => memberOf({ user: username, ...member })),
      );
    },
  };
  const ofMembers = ['add', 'remove', 'set', 'import', 'put'].map((what) => [`${kind}.member.${what}`, members]);
  return { [`${kind}.set`]: settings, [`${kind}.remove`]: again, ...Object.fromEntries(ofMembers) };
}

/** The members as an entry about them has them, and as a removed queue has them. */
const memberKept = z.strictObject({ user: nameSchema('a username'), ...memberFields });
const membersKept = <M extends z.ZodType>(member: M) => z.strictObject({ members: z.array(member) });
const membersShown = z.strictObject({
  members: z.array(z.strictObject({ username: nameSchema('a username'), ...memberFields })),
});

/** A site takes its users from where they are: one that comes back must not do so unseen. */
function siteAgain(context: DirectoryContext, name: string, fields: Fields, who: string): void {
  const site = checked(siteSchema, fields);
  for (const { id, users, isDefault } of context.store.outside.sites.all()) {
    const taken = users.find((user) => site.users.includes(user));
    if (taken === undefined && !(isDefault && site.isDefault)) continue;
    const what = taken === undefined ? `${id} is the default site` : `${taken} is at ${id}`;
    throw new Refusal(
      'changed-since',
      `${what} by now: make ${name} anew as it is meant (cordboard site set)`,
      'users',
    );
  }
  putSite(context, name, site, who);
}

/** The destination of a route as people write it. */
function written(fields: Fields): Fields {
  return 'to' in fields ? { ...fields, to: printDestination(fields.to as Destination) } : fields;
}

function withoutId<T extends { readonly id: string }>({ id: _, ...rest }: T): Omit<T, 'id'> {
  return rest;
}

/** For what is about no queue. */
function done(put: (...asked: Parameters<Way['put']>) => unknown): Way['put'] {
  return (...asked) => {
    put(...asked);
    return null;
  };
}
