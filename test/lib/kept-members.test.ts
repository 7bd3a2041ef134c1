import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Member, memberOf } from '../../src/core/queue-settings.ts';
import { type KeptMember, keptMembers, membersBack, membersNow } from '../../src/directory/kept-members.ts';
import type { AuditEntry } from '../../src/storage/directory/audit.ts';

const users = ['anna', 'bert', 'cleo', 'dora', 'eric', 'fred'];
const aMember = fc
  .record({ user: fc.constantFrom(...users), penalty: fc.nat(2) })
  .map(({ user, penalty }) => memberOf({ user, penalty }));
const someMembers = fc.uniqueArray(aMember, { selector: ({ user }) => user });

const entryOf = (before: unknown, after: unknown) =>
  ({
    id: 1,
    at: 0,
    who: 'eve',
    action: 'queue.member.put',
    subject: 'billing',
    before,
    after,
  }) as unknown as AuditEntry;

test('given_any_change_of_members_when_what_is_kept_of_it_is_put_back_then_all_are_as_before_and_no_more_is_kept_than_differs', () => {
  fc.assert(
    fc.property(someMembers, someMembers, (one, other) => {
      const known = new Map(other.map((member) => [member.user, member]));
      // Who stays does so in their order, as with every change but one of the order itself.
      const after: readonly Member[] = [
        ...one.flatMap(({ user }) => known.get(user) ?? []),
        ...other.filter(({ user }) => !one.some((was) => was.user === user)),
      ];
      const [before, left] = keptMembers(one, after) as unknown as readonly { members: KeptMember[] }[];
      const entry = entryOf(before, left);
      expect(membersNow(after, entry)).toEqual(left?.members);
      expect(membersBack(after, before?.members ?? [], entry)).toEqual(one);
      const same = one.filter((was) => known.get(was.user)?.penalty === was.penalty).map(({ user }) => user);
      for (const { user } of [...(before?.members ?? []), ...(left?.members ?? [])]) expect(same).not.toContain(user);
    }),
  );
});

test('given_members_in_another_order_then_the_lists_are_kept_whole', () => {
  const [anna, bert] = [memberOf({ user: 'anna' }), memberOf({ user: 'bert' })];
  expect(keptMembers([anna, bert], [bert, anna])).toEqual([
    [anna, bert],
    [bert, anna],
  ]);
});
