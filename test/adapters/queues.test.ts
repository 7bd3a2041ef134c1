import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config/load.ts';
import { parseNeeds } from '../../src/core/needs.ts';
import { fallbacks } from '../../src/directory/fallback-keeper.ts';
import { addMembers, importMembers, removeMembers, setMember } from '../../src/directory/members.ts';
import { warningsOf } from '../../src/directory/queue-warnings.ts';
import { addQueue, existingQueue, removeQueue, setQueue } from '../../src/directory/queues.ts';
import { addReason, removeReason, setReason } from '../../src/directory/reasons.ts';
import { Refusal } from '../../src/directory/refusal.ts';
import { importSkills, listSkills, setSkills } from '../../src/directory/skills.ts';
import { addUser, removeUser } from '../../src/directory/users.ts';
import { type LabDirectory, newUser, openLabDirectory } from '../lab/directory.ts';

let lab: LabDirectory;
beforeEach(() => {
  lab = openLabDirectory('queues: {per-agent: 2}\n');
  for (const [i, name] of ['anna', 'bert', 'cleo'].entries()) addUser(lab.context, newUser(name, `100${i + 1}`), who);
});
afterEach(() => lab.close());

const who = 'root(0)';
const queue = (name: string, rest = {}) => addQueue(lab.context, 'queue', { name, ...rest }, who);
const join = (name: string, ...users: string[]) => addMembers(lab.context, 'queue', name, { users }, who);
const members = (name: string) => existingQueue(lab.context, null, name).members;

function refusal(work: () => unknown): Pick<Refusal, 'code' | 'field' | 'message'> {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, field: error.field, message: error.message };
    throw error;
  }
  throw new Error('it was not refused');
}

describe('standalone queues', () => {
  test('given_a_queue_with_all_settings_when_read_again_then_each_is_what_was_said', () => {
    const said = {
      extension: '9001',
      strategy: 'weighted-random' as const,
      waves: { size: 3, everyMs: 4_000 },
      priority: 7,
      rises: [{ afterMs: 60_000, priority: 9 }],
      needs: parseNeeds('es>=3,~billing') ?? [],
      relax: [{ afterMs: 30_000, skill: 'es', lowerBy: 1 }],
      tiers: { afterMs: 5_000, whenTried: false },
      maxLength: 20,
      maxTalking: 5,
      keepFree: { agents: 2, fromPriority: 8 },
      refuseWhen: 'nobody-ready' as const,
      leaveWhen: 'nobody-signed-in' as const,
      climbs: ['declined' as const],
      ringAllMissEvery: 5,
      backOffs: { busy: 5_000 },
      ladder: [{ misses: 2, withinMs: null, restMs: null, untilReady: true, notify: 'agent' as const }],
      overflow: { to: 'user' as const, user: 'anna' },
    };
    queue('billing', said);
    expect(lab.store.queues.find('billing')).toMatchObject({ ...said, kind: 'queue', members: [], ringMs: 15_000 });
    setQueue(lab.context, 'queue', 'billing', { waves: null, needs: [], extension: null }, who);
    expect(lab.store.queues.find('billing')).toMatchObject({ ...said, waves: null, needs: [], extension: null });
    expect(lab.store.extensions.owner('9001')).toBeNull();
  });

  test('given_what_the_configuration_says_of_back_offs_then_a_new_queue_takes_it_and_what_is_said_of_it_comes_first', () => {
    const made = (name: string, rest = {}) => {
      queue(name, rest);
      const { backOffMs, backOffs } = existingQueue(lab.context, 'queue', name);
      return { backOffMs, backOffs };
    };
    expect(made('plain')).toEqual({ backOffMs: 10_000, backOffs: { busy: 5_000 } });
    expect(made('long', { backOffMs: 30_000 })).toEqual({ backOffMs: 30_000, backOffs: { busy: 5_000 } });
    expect(made('short', { backOffMs: 2_000 })).toEqual({ backOffMs: 2_000, backOffs: {} });
    expect(made('said', { backOffs: { declined: 9_000 } })).toEqual({
      backOffMs: 10_000,
      backOffs: { declined: 9_000 },
    });
    expect(made('none', { backOffs: {} })).toEqual({ backOffMs: 10_000, backOffs: {} });
    const groups = (text: string) => readConfig(`groups: {${text}}`, 'f', '/home').groups;
    expect(groups('back-off: 2s')).toMatchObject({ backOffMs: 2_000, backOffs: {} });
    expect(groups('back-offs: {}')).toMatchObject({ backOffMs: 10_000, backOffs: {} });
    expect(groups('back-offs: {dropped: 30s}')).toMatchObject({ backOffMs: 10_000, backOffs: { dropped: 30_000 } });
    const set = setQueue(lab.context, 'queue', 'plain', { backOffMs: 1_000 }, who);
    expect(set.backOffs, 'what is there stays').toEqual({ busy: 5_000 });
    expect(warningsOf(lab.store, set)).toEqual([expect.stringContaining('says busy rests 5000 ms')]);
    expect(warningsOf(lab.store, existingQueue(lab.context, 'queue', 'long'))).toEqual([]);
  });

  test('given_names_and_numbers_that_are_taken_or_wrong_then_each_is_refused_with_its_field', () => {
    addQueue(lab.context, 'group', { name: 'support', extension: '8001' }, who);
    queue('billing', { extension: '9001' });
    expect(refusal(() => queue('support'))).toMatchObject({ code: 'taken', field: 'name' });
    expect(refusal(() => queue('b2', { extension: '9001' }))).toMatchObject({
      code: 'taken',
      message: expect.stringContaining('the queue billing'),
    });
    expect(refusal(() => queue('b2', { extension: '8002' }))).toMatchObject({ code: 'out-of-range' });
    expect(refusal(() => setQueue(lab.context, 'queue', 'support', {}, who)).code).toBe('unknown-queue');
    expect(refusal(() => setQueue(lab.context, 'group', 'billing', {}, who)).code).toBe('unknown-group');
  });

  test('given_an_overflow_to_a_queue_then_it_must_be_one_and_cannot_be_removed', () => {
    queue('second');
    const to = (name: string) => ({ to: 'queue' as const, queue: name });
    expect(refusal(() => queue('first', { overflow: to('none') })).code).toBe('unknown-queue');
    expect(refusal(() => queue('first', { overflow: to('first') })).code).toBe('invalid');
    expect(refusal(() => queue('first', { overflow: { to: 'group', group: 'second' } })).code).toBe('unknown-group');
    queue('first', { overflow: to('second') });
    expect(refusal(() => removeQueue(lab.context, 'queue', 'second', who))).toMatchObject({
      code: 'in-use',
      message: expect.stringContaining('cordboard queue set first'),
    });
  });
});

describe('members', () => {
  test('given_an_agent_in_as_many_queues_as_allowed_when_added_to_another_then_it_is_refused_and_a_group_does_not_count', () => {
    for (const name of ['a', 'b', 'c']) queue(name);
    addQueue(lab.context, 'group', { name: 'support', extension: '8001' }, who);
    addMembers(lab.context, 'group', 'support', { users: ['anna'] }, who);
    join('a', 'anna');
    join('b', 'anna');
    expect(refusal(() => join('c', 'bert', 'anna'))).toMatchObject({
      code: 'too-many-queues',
      field: 'users',
      message: expect.stringContaining('at most 2 queues an agent'),
    });
    expect(members('c')).toEqual([]);
    expect(lab.store.users.find('anna')).toMatchObject({ group: 'support', queues: ['a', 'b'] });
  });

  test('given_members_with_penalty_weight_and_wrap_up_when_changed_then_what_is_not_named_stays_and_so_does_their_place', () => {
    queue('a');
    addMembers(lab.context, 'queue', 'a', { users: ['anna', 'bert'], penalty: 1, weight: 5, wrapUpMs: 3_000 }, who);
    setMember(lab.context, 'queue', 'a', 'anna', { penalty: 2, wrapUpMs: null }, who);
    expect(members('a')).toEqual([
      { user: 'anna', penalty: 2, weight: 5, wrapUpMs: null },
      { user: 'bert', penalty: 1, weight: 5, wrapUpMs: 3_000 },
    ]);
    expect(refusal(() => setMember(lab.context, 'queue', 'a', 'cleo', { weight: 2 }, who)).code).toBe('not-member');
    removeMembers(lab.context, 'queue', 'a', ['anna'], who);
    expect(lab.store.users.find('anna')?.queues).toEqual([]);
  });

  test('given_an_import_with_one_wrong_row_then_nothing_is_done_and_without_it_all_is', () => {
    queue('a');
    addQueue(lab.context, 'group', { name: 'support', extension: '8001' }, who);
    join('a', 'anna');
    const rows = [
      { queue: 'a', username: 'anna', penalty: 3 },
      { queue: 'support', username: 'anna', weight: 2 },
      { queue: 'a', username: 'bert' },
    ];
    const wrong = [...rows, { queue: 'none', username: 'bert' }];
    expect(refusal(() => importMembers(lab.context, wrong, who))).toMatchObject({
      code: 'unknown-queue',
      field: 'members.3.name',
    });
    expect(members('a')).toMatchObject([{ user: 'anna', penalty: 0 }]);
    expect(importMembers(lab.context, rows, who)).toEqual({ added: 2, changed: 1, queues: ['a', 'support'] });
    expect(members('a')).toMatchObject([{ user: 'anna', penalty: 3 }, { user: 'bert' }]);
    expect(members('support')).toMatchObject([{ user: 'anna', weight: 2 }]);
  });

  test('given_an_import_when_it_has_many_rows_of_a_queue_then_the_queue_is_read_no_more_often_than_for_one', () => {
    queue('a');
    const find = vi.spyOn(lab.store.queues, 'find');
    importMembers(lab.context, [{ queue: 'a', username: 'anna', penalty: 1 }], who);
    const forOne = find.mock.calls.length;
    const rows = ['bert', 'anna', 'cleo', 'bert'].map((username, weight) => ({ queue: 'a', username, weight }));
    find.mockClear();
    expect(importMembers(lab.context, rows, who)).toEqual({ added: 2, changed: 2, queues: ['a'] });
    expect(find).toHaveBeenCalledTimes(forOne);
    expect(members('a')).toMatchObject([
      { user: 'anna', penalty: 1, weight: 1 },
      { user: 'bert', weight: 3 },
      { user: 'cleo', weight: 2 },
    ]);
    const plan = lab.db.prepare('EXPLAIN QUERY PLAN SELECT max(position) FROM queue_members WHERE queue = ?').all('a');
    expect(JSON.stringify(plan), 'the place of a new member').toContain('queue_members_by_position');
  });

  test('given_a_member_of_queues_when_the_user_goes_then_those_queues_are_new_to_the_engine', () => {
    queue('a');
    join('a', 'anna', 'bert');
    const before = lab.store.revision();
    expect(removeUser(lab.context, 'anna', who)).toEqual({ leftGroup: null, leftQueues: ['a'] });
    expect(lab.store.queues.changedSince(before).map(({ id }) => id)).toEqual(['a']);
    expect(members('a').map(({ user }) => user)).toEqual(['bert']);
  });

  test('given_a_queue_with_a_number_then_the_fallback_rings_its_members', () => {
    queue('a', { extension: '9001' });
    queue('silent');
    join('a', 'bert', 'anna');
    expect(fallbacks(lab.store).get('9001')).toBe('PJSIP/1002&PJSIP/1001');
  });
});

describe('skills', () => {
  test('given_skills_when_some_are_set_and_one_taken_then_the_others_stay_and_the_user_is_new_to_the_engine', () => {
    setSkills(lab.context, 'anna', { es: 7, billing: 3 }, who);
    const before = lab.store.revision();
    expect(setSkills(lab.context, 'anna', { es: 8, billing: null, fr: 1 }, who)).toEqual({ es: 8, fr: 1 });
    expect(lab.store.users.changedSince(before)).toMatchObject([{ id: 'anna', skills: { es: 8, fr: 1 } }]);
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`s${i}`, 1]));
    expect(refusal(() => setSkills(lab.context, 'anna', many, who))).toMatchObject({
      code: 'invalid',
      field: 'skills',
    });
    expect(lab.store.skills.ofUser('anna')).toEqual({ es: 8, fr: 1 });
  });

  test('given_an_import_with_too_many_skills_of_one_user_then_it_is_refused_before_any_is_written_and_they_are_looked_up_once', () => {
    setSkills(lab.context, 'anna', { es: 7, fr: 1 }, who);
    const find = vi.spyOn(lab.store.users, 'find');
    const put = vi.spyOn(lab.store.skills, 'put');
    const rows = Array.from({ length: 51 }, (_, i) => ({
      username: 'anna',
      skill: `s${i}`,
      level: 1 as number | null,
    }));
    expect(refusal(() => importSkills(lab.context, rows.slice(0, 49), who)).message).toBe(
      'skills: expected at most 50 a user; anna would have 51',
    );
    expect(refusal(() => importSkills(lab.context, rows, who)).field).toBe('skills');
    expect(put).not.toHaveBeenCalled();
    expect(find.mock.calls.length, 'once as it is read, once as it is written').toBe(4);
    const made = [...rows.slice(0, 49), { username: 'anna', skill: 'fr', level: null }];
    expect(importSkills(lab.context, made, who)).toEqual({ users: 1, changed: 50 });
    expect(Object.keys(lab.store.skills.ofUser('anna'))).toHaveLength(50);
  });

  test('given_skills_of_users_and_needs_of_queues_then_the_list_has_both', () => {
    importSkills(
      lab.context,
      [
        { username: 'anna', skill: 'es', level: 3 },
        { username: 'bert', skill: 'es', level: 7 },
      ],
      who,
    );
    queue('a', { needs: parseNeeds('es,~fr') ?? [] });
    expect(listSkills(lab.context)).toEqual([
      {
        name: 'es',
        users: [
          { username: 'bert', level: 7 },
          { username: 'anna', level: 3 },
        ],
        neededBy: ['a'],
      },
      { name: 'fr', users: [], neededBy: ['a'] },
    ]);
    const wrong = [{ username: 'nobody', skill: 'es', level: 1 }];
    expect(refusal(() => importSkills(lab.context, wrong, who))).toMatchObject({ field: 'skills.0.username' });
  });

  test('given_settings_that_may_not_be_meant_then_each_is_warned_of', () => {
    const warned = (rest: object) => warningsOf(lab.store, setQueue(lab.context, 'queue', 'a', rest, who));
    queue('a');
    join('a', 'anna', 'bert');
    setSkills(lab.context, 'anna', { es: 2 }, who);
    expect(warned({ needs: parseNeeds('es>=2,~fr') ?? [] })).toEqual([]);
    expect(warned({ needs: parseNeeds('es>=3') ?? [] })).toEqual([
      expect.stringContaining('nothing relaxes that need'),
    ]);
    expect(warned({ relax: [{ afterMs: 1_000, skill: null, lowerBy: 1 }] })).toEqual([
      expect.stringContaining('until that need is relaxed'),
    ]);
    expect(warned({ needs: [], keepFree: { agents: 2, fromPriority: 7 } })).toEqual([
      expect.stringContaining('never offered to anybody'),
    ]);
    expect(warned({ keepFree: null, rises: [{ afterMs: 1_000, priority: 5 }] })).toEqual([
      expect.stringContaining('does nothing'),
    ]);
  });
});

test('given_reasons_when_added_changed_and_removed_then_the_list_keeps_their_order', () => {
  addReason(lab.context, { name: 'lunch', limitMs: 60_000 }, who);
  addReason(lab.context, { name: 'coach', label: 'Coaching', limitMs: null }, who);
  expect(refusal(() => addReason(lab.context, { name: 'lunch', limitMs: null }, who)).code).toBe('taken');
  setReason(lab.context, 'lunch', { limitMs: null }, who);
  expect(lab.store.reasons.all()).toEqual([
    { name: 'lunch', label: 'lunch', limitMs: null },
    { name: 'coach', label: 'Coaching', limitMs: null },
  ]);
  removeReason(lab.context, 'lunch', who);
  expect(refusal(() => removeReason(lab.context, 'lunch', who)).code).toBe('unknown-reason');
});
