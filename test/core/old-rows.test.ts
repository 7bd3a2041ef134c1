import { expect, test } from 'vitest';
import type { Agent, Call, Offer } from '../../src/core/state.ts';
import { drive, rowsOf, user } from './driver.ts';
import { situations } from './situations.ts';

// A daemon is upgraded under live calls: their rows lack what came later, and are as good as any.

/** What calls have had since calls go outside. */
const later = [
  'inbound',
  'outbound',
  'priority',
  'needs',
  'tier',
  'wave',
  'waveAt',
  'relaxed',
  'rises',
  'forward',
  'forwardedBy',
  'queueGone',
  'givenTo',
] as const;

test.each(['a call waits and nobody is ready', 'a leg is ringing', 'two talk'])(
  'given_%s_in_rows_of_an_older_version_when_loaded_then_the_call_goes_on_and_ends',
  (name) => {
    const there = situations[name]?.();
    if (there === undefined) throw new Error(`there is no situation “${name}”`);
    const rows = rowsOf(there.world);
    const calls = rows.calls.map(
      (call) => Object.fromEntries(Object.entries(call).filter(([key]) => !later.some((one) => one === key))) as Call,
    );
    const agents = rows.agents.map(({ cutShort: _, spared: __, ...agent }) => agent as Agent);
    const offers = rows.offers.map(({ turn: _, ...offer }) => offer as Offer);
    const driver = drive({ ...rows, calls, agents, offers });
    driver.now = there.now;
    const [call] = driver.world.state.calls.values();
    expect(call).toMatchObject({ outbound: null, inbound: null, priority: 5, queueGone: null, givenTo: null });
    for (const agent of driver.world.state.agents.values()) expect(agent).toMatchObject({ cutShort: null, spared: [] });
    driver.step({ type: 'leg-gone', leg: call?.caller ?? '', cause: 16, sip: 0 });
    expect(driver.facts.filter((fact) => fact.type === 'call-ended')).toHaveLength(1);
  },
);

test('given_a_row_that_cannot_be_read_when_loaded_then_only_that_call_is_named_and_can_be_set_aside', () => {
  const rows = rowsOf(situations['a leg is ringing']?.().world ?? drive().world);
  const [row] = rows.calls;
  if (row === undefined) throw new Error('there is no call');
  const driver = drive({ ...rows, calls: [{ ...row, offers: null } as unknown as Call] }, false);
  expect([...driver.world.index.unreadable]).toEqual([row.id]);
  const commands = driver.step({ type: 'set-aside', call: row.id });
  expect(driver.facts.at(-1)).toMatchObject({ type: 'call-ended', call: row.id, ending: 'lost-bug' });
  expect(commands).toContainEqual(expect.objectContaining({ do: 'release', leg: row.caller }));
  expect([...driver.world.state.calls.keys(), ...driver.world.state.offers.keys()]).toEqual([]);
});

test('given_two_users_with_one_number_in_rows_of_an_older_version_when_one_gives_it_up_then_the_other_keeps_it', () => {
  // Between two portions of settings both had it; which of them it was for, the older version knew by their ids.
  const driver = drive({ users: [user('ann', '1001'), user('cleo', '1001', '1003')] });
  driver.step({
    type: 'settings',
    revision: 2,
    users: [user('ann', '1009')],
    queues: [],
    removedUsers: [],
    removedQueues: [],
  });
  const { extensions } = driver.world.index;
  expect([extensions.get('1001'), extensions.get('1009')]).toEqual([{ user: 'cleo' }, { user: 'ann' }]);
});
