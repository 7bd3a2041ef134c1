import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SettingsEvent } from '../../src/core/events.ts';
import { type QueueSettings, queueOf } from '../../src/core/queue-settings.ts';
import type { UserSettings } from '../../src/core/settings.ts';
import { createFeed, PORTION } from '../../src/directory/feed.ts';
import { addPhone, removePhone } from '../../src/directory/phones.ts';
import { addReason, removeReason } from '../../src/directory/reasons.ts';
import { addUser, importUsers, removeUser, setUser } from '../../src/directory/users.ts';
import {
  addGroup,
  addMembers,
  type LabDirectory,
  newUser,
  openLabDirectory,
  removeGroup,
  removeMembers,
  setGroup,
} from '../lab/directory.ts';

let lab: LabDirectory;
beforeEach(() => {
  lab = openLabDirectory();
});
afterEach(() => lab.close());

const who = 'test';
const many = (count: number, from = 1000) =>
  Array.from({ length: count }, (_, i) => newUser(`u${from + i}`, String(from + i)));

/** What an engine makes of the events: it takes them as they are, and its revision must never fall. */
function engineModel() {
  const model = {
    revision: 0,
    users: new Map<string, UserSettings>(),
    queues: new Map<string, QueueSettings>(),
    events: [] as SettingsEvent[],
    take(event: SettingsEvent): void {
      expect(event.revision).toBeGreaterThanOrEqual(model.revision);
      model.revision = event.revision;
      for (const id of event.removedUsers) model.users.delete(id);
      for (const id of event.removedQueues) model.queues.delete(id);
      for (const user of event.users) model.users.set(user.id, user);
      for (const queue of event.queues) model.queues.set(queue.id, queue);
      model.events.push(event);
    },
    hello: () => ({
      kind: 'hello' as const,
      revision: model.revision,
      users: [...model.users.keys()],
      queues: [...model.queues.keys()],
    }),
  };
  return model;
}

/** What several phones have, each once. */
function groupsOf(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}

function expectSame(model: ReturnType<typeof engineModel>): void {
  const users = lab.store.users.all().map((user) => ({
    id: user.id,
    name: user.name,
    extension: user.extension,
    phones: lab.store.phones.ofUser(user.id).map((phone) => phone.id),
    callGroups: groupsOf(lab.store.phones.ofUser(user.id).map((phone) => phone.callGroups)),
    pickupGroups: groupsOf(lab.store.phones.ofUser(user.id).map((phone) => phone.pickupGroups)),
    transports: Object.fromEntries(lab.store.phones.ofUser(user.id).map(({ id, transport }) => [id, transport])),
    skills: user.skills,
    ...(user.forwards === 'refuse' ? {} : { forwards: user.forwards }),
  }));
  const groups = lab.store.queues
    .all()
    .map(({ revision: _, ...group }) => queueOf({ ...group, ladder: group.ladder ?? lab.config.rona.ladder }));
  expect([...model.users.values()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(users);
  expect([...model.queues.values()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(groups);
  expect(model.revision).toBe(lab.store.revision());
}

test('given_a_queue_with_a_ladder_of_its_own_then_the_engine_gets_that_and_the_others_the_configurations', () => {
  const engine = engineModel();
  const own = [{ misses: 2, withinMs: null, restMs: 5_000, untilReady: false, notify: 'nobody' as const }];
  addGroup(lab.context, { name: 'own', extension: '8001', ladder: own }, who);
  addGroup(lab.context, { name: 'usual', extension: '8002' }, who);
  const feed = createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take);
  feed.hello(engine.hello());
  expect(engine.queues.get('own')?.ladder).toEqual(own);
  expect(engine.queues.get('usual')?.ladder).toEqual(lab.config.rona.ladder);
  setGroup(lab.context, 'own', { ladder: null }, who);
  feed.sync();
  expect(engine.queues.get('own')?.ladder).toEqual(lab.config.rona.ladder);
});

test('given_reasons_when_they_change_then_the_whole_list_is_sent_and_otherwise_none_is', () => {
  const engine = engineModel();
  const feed = createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take);
  feed.hello(engine.hello());
  addReason(lab.context, { name: 'lunch', label: 'Lunch', limitMs: 60_000 }, who);
  addReason(lab.context, { name: 'coach', limitMs: null }, who);
  feed.sync();
  expect(engine.events.at(-1)?.reasons).toEqual([
    { id: 'lunch', name: 'Lunch', limitMs: 60_000 },
    { id: 'coach', name: 'coach', limitMs: null },
  ]);
  addUser(lab.context, newUser('anna', '1001'), who);
  feed.sync();
  expect(engine.events.at(-1)).not.toHaveProperty('reasons');
  removeReason(lab.context, 'lunch', who);
  importUsers(lab.context, many(PORTION + 1, 2000), who);
  feed.sync();
  expect(engine.events.at(-1)).toMatchObject({ revision: lab.store.revision(), reasons: [{ id: 'coach' }] });
  expect(engine.events.filter(({ reasons }) => reasons !== undefined)).toHaveLength(2);
});

describe('an engine that says hello', () => {
  test('given_a_thousand_users_and_an_empty_engine_then_it_gets_them_in_portions_and_the_revision_only_with_the_last', () => {
    importUsers(lab.context, many(1_100), who);
    addGroup(lab.context, { name: 'support', extension: '8001' }, who);
    const engine = engineModel();
    const feed = createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take);
    feed.hello(engine.hello());
    expect(engine.events.map((event) => event.users.length)).toEqual([PORTION, PORTION, 100, 0]);
    expect(engine.events.map((event) => event.revision)).toEqual([0, 0, 0, lab.store.revision()]);
    expectSame(engine);
  });

  test('given_an_engine_that_knows_all_then_it_is_sent_nothing', () => {
    importUsers(lab.context, many(3), who);
    const engine = engineModel();
    createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take).hello(engine.hello());
    const before = engine.events.length;
    createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take).hello(engine.hello());
    expect(engine.events.length).toBe(before);
  });

  test('given_an_engine_that_died_between_two_portions_then_it_gets_all_that_is_missing', () => {
    importUsers(lab.context, many(1_100), who);
    const engine = engineModel();
    let left = 2;
    createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, (event) => {
      if (left-- > 0) engine.take(event);
    }).hello(engine.hello());
    expect(engine.users.size).toBe(1_000);
    createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take).hello(engine.hello());
    expectSame(engine);
  });

  test('given_a_directory_from_a_backup_then_the_engine_is_brought_to_it_under_a_higher_revision', () => {
    importUsers(lab.context, many(3), who);
    const engine = engineModel();
    engine.take({
      type: 'settings',
      revision: 50,
      users: [{ id: 'gone', name: 'x', extension: '7000', phones: ['7000'], skills: {} }],
      queues: [],
      removedUsers: [],
      removedQueues: [],
    });
    createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take).hello(engine.hello());
    expect(engine.revision).toBe(51);
    expectSame(engine);
  });

  test('given_an_engine_that_lacks_an_old_user_then_it_gets_everything_again', () => {
    importUsers(lab.context, many(3), who);
    const engine = engineModel();
    createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take).hello(engine.hello());
    engine.users.delete('u1001');
    addUser(lab.context, newUser('new', '2000'), who);
    createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take).hello(engine.hello());
    expectSame(engine);
  });

  test('given_another_ladder_in_the_configuration_then_every_group_is_sent_again_with_it_once', () => {
    addGroup(lab.context, { name: 'support', extension: '8001' }, who);
    const engine = engineModel();
    createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take).hello(engine.hello());
    const ladder = lab.config.rona.ladder.slice(0, 1);
    createFeed(lab.store, ladder, lab.config.numbering, engine.take).hello(engine.hello());
    expect(engine.queues.get('support')?.ladder).toEqual(ladder);
    const before = engine.events.length;
    createFeed(lab.store, ladder, lab.config.numbering, engine.take).hello(engine.hello());
    expect(engine.events.length).toBe(before);
  });
});

describe('changes while it runs', () => {
  test('given_any_changes_then_the_engine_has_after_each_exactly_what_the_directory_has', () => {
    const engine = engineModel();
    const feed = createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take);
    const context = { ...lab.context, changed: () => feed.sync() };
    feed.hello(engine.hello());
    const steps: (() => unknown)[] = [
      () => importUsers(context, many(4), who),
      () => addGroup(context, { name: 'support', extension: '8001' }, who),
      () => addMembers(context, 'support', ['u1001', 'u1000'], who),
      () => addPhone(context, 'u1000', { label: 'mobile' }, who),
      () => removePhone(context, '1000', who),
      () => addUser(context, newUser('late', '1050'), who),
      () => removeMembers(context, 'support', ['u1001'], who),
      () => setGroup(context, 'support', { strategy: 'linear', overflow: { to: 'user', user: 'late' } }, who),
      () => addGroup(context, { name: 'sales', extension: '8002', overflow: { to: 'group', group: 'support' } }, who),
      () => removeUser(context, 'u1000', who),
      () => removeGroup(context, 'sales', who),
      () => setUser(context, 'u1002', { name: 'Other' }, who),
    ];
    for (const step of steps) {
      step();
      expectSame(engine);
    }
    // One for the hello, and one for each change.
    expect(engine.events.length).toBe(steps.length + 1);
  });

  test('given_a_number_that_moves_from_a_removed_user_to_a_new_one_in_a_large_import_then_the_removal_comes_first', () => {
    const engine = engineModel();
    addUser(lab.context, newUser('old', '1000'), who);
    createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take).hello(engine.hello());
    removeUser(lab.context, 'old', who);
    importUsers(lab.context, many(PORTION + 1), who);
    const from = engine.events.length;
    createFeed(lab.store, lab.config.rona.ladder, lab.config.numbering, engine.take).hello(engine.hello());
    expect(engine.events.slice(from).map((event) => [event.removedUsers, event.users.length])).toEqual([
      [['old'], 0],
      [[], PORTION],
      [[], 1],
    ]);
  });
});
