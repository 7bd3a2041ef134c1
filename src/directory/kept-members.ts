import { isDeepStrictEqual } from 'node:util';
import type { Member } from '../core/queue-settings.ts';
import type { UserId } from '../core/settings.ts';
import type { AuditEntry } from '../storage/directory/audit.ts';

/** A member as an entry of the audit keeps them: with how many stood before them in the queue. */
export type KeptMember = Member & { readonly place: number };
type Kept = { readonly members: readonly KeptMember[] };
type Members = readonly Member[];

/**
 * What an entry keeps of a change of members: those who came, left or are others, however many more there are. Where the others
 * stand in another order there is no saying it by few, and the lists are kept whole.
 */
export function keptMembers(before: Members, after: Members): readonly [Kept | Members, Kept | Members] {
  const [were, are] = [byUser(before), byUser(after)];
  const stayed = before.filter(({ user }) => are.has(user));
  const stay = after.filter(({ user }) => were.has(user));
  if (stayed.some(({ user }, i) => user !== stay[i]?.user)) return [before, after];
  const kept = (all: Members, others: ReadonlyMap<UserId, Member>): Kept => ({
    members: all
      .map((member, place) => ({ ...member, place }))
      .filter(({ place: _, ...member }) => !isDeepStrictEqual(member, others.get(member.user))),
  });
  return [kept(before, are), kept(after, were)];
}

/** Whom an entry about members is about; null where it keeps the whole list, as entries of before do. */
export function usersOf({ before, after }: AuditEntry): ReadonlySet<UserId> | null {
  if (!isKept(before) || !isKept(after)) return null;
  return new Set([...before.members, ...after.members].map(({ user }) => user));
}

/** The members of now in the words of an entry. Who is as it left them counts as that, wherever they stand by now. */
export function membersNow(members: Members, entry: AuditEntry): Members {
  const users = usersOf(entry);
  if (users === null) return members;
  const left = new Map((entry.after as Kept).members.map((member) => [member.user, member]));
  const now = new Map(members.map((member, place) => [member.user, { ...member, place }]));
  return [...new Set([...left.keys(), ...users])].flatMap((user) => {
    const [is, was] = [now.get(user), left.get(user)];
    if (is === undefined) return [];
    return was !== undefined && isDeepStrictEqual({ ...was, place: 0 }, { ...is, place: 0 }) ? [was] : [is];
  });
}

/** The members with these of an entry as they were before it; all others stay as and where they are. */
export function membersBack(members: Members, back: readonly KeptMember[], entry: AuditEntry): Members {
  const users = usersOf(entry);
  const were = new Map(back.map(({ place: _, ...member }) => [member.user, member]));
  const result = members
    .filter(({ user }) => users?.has(user) !== true || were.has(user))
    .map((member) => were.get(member.user) ?? member);
  const there = byUser(members);
  for (const { place, user } of back.toSorted((a, b) => a.place - b.place)) {
    const member = were.get(user);
    if (member !== undefined && !there.has(user)) result.splice(place, 0, member);
  }
  return result;
}

function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'members' in value;
}

function byUser(members: Members): ReadonlyMap<UserId, Member> {
  return new Map(members.map((member) => [member.user, member]));
}
