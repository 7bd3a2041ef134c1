import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFallbackKeeper } from '../../src/directory/fallback-keeper.ts';
import { keepMailboxes } from '../../src/directory/mailbox-keeper.ts';
import { setMailbox } from '../../src/directory/mailboxes.ts';
import { createPhoneKeeper, type PhoneKeeper } from '../../src/directory/phone-keeper.ts';
import { putSite } from '../../src/directory/sites.ts';
import { createTrunkKeeper } from '../../src/directory/trunk-keeper.ts';
import { addTrunk, removeTrunk } from '../../src/directory/trunks.ts';
import { addUser, removeUser, setUser } from '../../src/directory/users.ts';
import { silentLog } from '../../src/lib/log.ts';
import {
  addGroup,
  addMembers,
  type LabDirectory,
  newUser,
  openLabDirectory,
  removeGroup,
  removeMembers,
} from '../lab/directory.ts';
import { createAsteriskStub } from '../lab/front.ts';

let lab: LabDirectory;
let asterisk: ReturnType<typeof createAsteriskStub>;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  lab = openLabDirectory();
  asterisk = createAsteriskStub();
});
afterEach(() => {
  vi.useRealTimers();
  lab.close();
});

const who = 'test';

describe('phones in Asterisk', () => {
  let keeper: PhoneKeeper;
  beforeEach(() => {
    keeper = createPhoneKeeper(lab.store, asterisk.provisioner, silentLog());
  });
  afterEach(() => keeper.close());

  test('given_a_new_phone_when_pushed_then_asterisk_has_it_and_the_directory_says_so', async () => {
    addUser(lab.context, newUser('anna', '1001'), who);
    await keeper.push(['1001'], 1_000);
    expect(asterisk.phones.get('1001')).toMatchObject({
      id: '1001',
      extension: '1001',
      callerName: 'Name of anna',
      transport: 'udp',
    });
    expect(lab.store.phones.find('1001')).toMatchObject({ applied: expect.any(String), failure: null });
  });

  test('given_an_asterisk_that_refuses_then_the_phone_is_marked_with_the_reason_and_tried_again_until_it_works', async () => {
    addUser(lab.context, newUser('anna', '1001'), who);
    asterisk.failure = 'it is down';
    await keeper.push(['1001'], 1_000);
    expect(lab.store.phones.find('1001')).toMatchObject({ applied: null, failure: 'it is down' });
    for (let i = 0; i < 5; i++) await vi.advanceTimersByTimeAsync(60_000);
    expect(lab.store.phones.find('1001')?.failure).toBe('it is down');
    asterisk.failure = null;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lab.store.phones.find('1001')).toMatchObject({ applied: expect.any(String), failure: null });
    // What is left is the next inspection.
    expect(vi.getTimerCount()).toBe(1);
  });

  test('given_phones_that_asterisk_lost_or_has_otherwise_when_checked_then_only_those_are_pushed', async () => {
    for (const [i, name] of ['anna', 'bert', 'cleo'].entries()) addUser(lab.context, newUser(name, `100${i + 1}`), who);
    await keeper.check();
    asterisk.phones.delete('1002');
    setUser(lab.context, 'cleo', { name: 'Cleo' }, who);
    asterisk.log.length = 0;
    await keeper.check();
    expect(asterisk.log.sort()).toEqual(['apply 1002', 'apply 1003']);
    asterisk.log.length = 0;
    await keeper.check();
    expect(asterisk.log).toEqual([]);
  });

  test('given_phones_of_ours_that_the_directory_does_not_know_then_they_stay_and_that_is_said_once', async () => {
    const log = silentLog();
    const said = vi.spyOn(log, 'warn');
    const telling = createPhoneKeeper(lab.store, asterisk.provisioner, log);
    addUser(lab.context, newUser('anna', '1001'), who);
    await telling.check();
    await asterisk.provisioner.apply({
      id: '1002',
      extension: '1002',
      callerName: '',
      transport: 'udp',
      codecs: ['ulaw'],
      ha1: '',
    });
    await telling.check();
    await telling.check();
    expect([...asterisk.phones.keys()]).toEqual(['1001', '1002']);
    expect(said.mock.calls.map(([fields]) => fields)).toEqual([{ count: 1, phones: ['1002'] }]);
    telling.close();
  });

  test('given_a_phone_changed_by_hand_in_asterisk_when_inspected_then_it_is_put_right_and_reported_and_the_others_are_left', async () => {
    for (const [i, name] of ['anna', 'bert', 'cleo'].entries()) addUser(lab.context, newUser(name, `100${i + 1}`), who);
    await keeper.check();
    const mine = asterisk.phones.get('1002');
    if (mine === undefined) throw new Error('it was not given to Asterisk');
    asterisk.phones.set('1002', { ...mine, codecs: ['gsm'], context: 'elsewhere' });
    asterisk.phones.delete('1003');
    asterisk.log.length = 0;
    const checked = await keeper.inspect();
    expect(checked).toEqual({
      checked: 3,
      repaired: [
        { phone: '1002', attributes: ['endpoint.codecs', 'endpoint.context'] },
        { phone: '1003', attributes: ['endpoint'] },
      ],
      failed: [],
      strangers: [],
    });
    expect(asterisk.log).toEqual(['apply 1002', 'apply 1003']);
    expect(asterisk.phones.get('1002')).toEqual(mine);
    const row = lab.store.phones.find('1002');
    expect(row).toMatchObject({ applied: expect.any(String), failure: null });
    expect(row?.drift?.attributes).toEqual(['endpoint.codecs', 'endpoint.context']);
    expect(lab.store.audit.last(2)).toMatchObject([
      { who: 'cordboard', action: 'phone.drift', subject: '1003' },
      { who: 'cordboard', action: 'phone.drift', subject: '1002' },
    ]);
    expect((await keeper.inspect()).repaired).toEqual([]);
  });

  test('given_the_time_of_an_inspection_when_it_comes_then_what_was_changed_by_hand_is_put_right_by_itself', async () => {
    addUser(lab.context, newUser('anna', '1001'), who);
    await keeper.check();
    asterisk.phones.clear();
    await vi.advanceTimersByTimeAsync(59 * 60_000);
    expect(asterisk.phones.size).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([...asterisk.phones.keys()]).toEqual(['1001']);
    // And so the next time.
    asterisk.phones.clear();
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect([...asterisk.phones.keys()]).toEqual(['1001']);
  });

  test('given_a_repair_that_asterisk_refuses_then_the_report_says_so_and_the_phone_is_unprovisioned', async () => {
    addUser(lab.context, newUser('anna', '1001'), who);
    await keeper.check();
    asterisk.phones.clear();
    const refusing = createPhoneKeeper(
      lab.store,
      { ...asterisk.provisioner, apply: () => Promise.reject(new Error('not now')) },
      silentLog(),
    );
    expect(await refusing.inspect()).toMatchObject({ repaired: [], failed: [{ phone: '1001', failure: 'not now' }] });
    expect(lab.store.phones.find('1001')).toMatchObject({ applied: null, failure: 'not now' });
    refusing.close();
  });

  test('given_a_removed_user_while_asterisk_is_down_then_the_phone_is_taken_away_later', async () => {
    addUser(lab.context, newUser('anna', '1001'), who);
    await keeper.check();
    asterisk.failure = 'it is down';
    removeUser(lab.context, 'anna', who);
    await keeper.push(['1001'], 1_000);
    expect(lab.store.phones.removed()).toEqual(['1001']);
    asterisk.failure = null;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asterisk.phones.size).toBe(0);
    expect(lab.store.phones.removed()).toEqual([]);
  });

  test('given_a_directory_that_cannot_be_written_when_a_phone_is_given_to_asterisk_then_it_is_tried_again_until_it_can', async () => {
    addUser(lab.context, newUser('anna', '1001'), who);
    lab.db.pragma('query_only = true');
    await keeper.push(['1001'], 1_000);
    asterisk.failure = 'it is down';
    await vi.advanceTimersByTimeAsync(60_000);
    asterisk.failure = null;
    await vi.advanceTimersByTimeAsync(60_000);
    lab.db.pragma('query_only = false');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asterisk.phones.has('1001')).toBe(true);
    expect(lab.store.phones.find('1001')).toMatchObject({ applied: expect.any(String), failure: null });
  });

  test('given_two_changes_of_one_phone_at_once_then_the_pushes_follow_each_other_and_the_last_one_stays', async () => {
    addUser(lab.context, newUser('anna', '1001'), who);
    const order: string[] = [];
    let release = (): void => {};
    const slow = createPhoneKeeper(
      lab.store,
      {
        ...asterisk.provisioner,
        async apply(phone) {
          order.push(`begin ${phone.callerName}`);
          if (order.length === 1) await new Promise<void>((resolve) => (release = resolve));
          order.push(`end ${phone.callerName}`);
        },
      },
      silentLog(),
    );
    const first = slow.push(['1001'], 1_000);
    setUser(lab.context, 'anna', { name: 'Second' }, who);
    const second = slow.push(['1001'], 1_000);
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['begin Name of anna', 'end Name of anna', 'begin Second', 'end Second']);
    slow.close();
  });

  test('given_an_asterisk_that_never_answers_then_the_caller_of_push_is_let_go_after_its_patience', async () => {
    addUser(lab.context, newUser('anna', '1001'), who);
    const stuck = createPhoneKeeper(
      lab.store,
      { ...asterisk.provisioner, apply: () => new Promise(() => {}) },
      silentLog(),
    );
    const pushed = stuck.push(['1001'], 3_000);
    await vi.advanceTimersByTimeAsync(3_000);
    await pushed;
    expect(lab.store.phones.find('1001')).toMatchObject({ applied: null, failure: null });
    stuck.close();
  });
});

describe('trunks in Asterisk', () => {
  test('given_a_directory_that_cannot_be_written_when_all_trunks_are_given_to_another_asterisk_then_it_has_them_in_the_end', async () => {
    const keeper = createTrunkKeeper(lab.store, asterisk.trunks, silentLog());
    addTrunk(lab.context, { name: 'red', host: 'sip.carrier.example' }, who);
    await keeper.push();
    expect(asterisk.trunkBodies.has('red')).toBe(true);
    asterisk.trunkBodies.clear();
    asterisk.failure = 'it is down';
    lab.db.pragma('query_only = true');
    await keeper.refresh();
    lab.db.pragma('query_only = false');
    asterisk.failure = null;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asterisk.trunkBodies.has('red')).toBe(true);
    // What is changed later is given as well: the chain of passes is whole.
    removeTrunk(lab.context, 'red', who);
    await keeper.push();
    expect(asterisk.trunkBodies.has('red')).toBe(false);
    keeper.close();
  });
});

describe('what rings without us', () => {
  test('given_groups_and_users_then_asterisk_has_a_list_for_each_number_and_loses_what_is_gone', async () => {
    const keeper = createFallbackKeeper(lab.store, asterisk.fallback, 6_000, silentLog());
    const context = { ...lab.context, changed: () => keeper.changed() };
    for (const [i, name] of ['anna', 'bert', 'cleo'].entries()) addUser(context, newUser(name, `100${i + 1}`), who);
    addGroup(context, { name: 'support', extension: '8001' }, who);
    addMembers(context, 'support', ['cleo', 'anna'], who);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(Object.fromEntries(asterisk.fallbacks)).toEqual({
      1001: 'PJSIP/1001',
      1002: 'PJSIP/1002',
      1003: 'PJSIP/1003',
      8001: 'PJSIP/1003&PJSIP/1001',
    });
    removeUser(context, 'cleo', who);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asterisk.fallbacks.get('8001')).toBe('PJSIP/1001');
    removeMembers(context, 'support', ['anna'], who);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([...asterisk.fallbacks.keys()].sort()).toEqual(['1001', '1002']);
    removeGroup(context, 'support', who);
    keeper.close();
  });

  test('given_an_asterisk_that_is_down_then_it_is_written_when_it_is_back_and_refresh_writes_all_again', async () => {
    const keeper = createFallbackKeeper(lab.store, asterisk.fallback, 6_000, silentLog());
    addUser(lab.context, newUser('anna', '1001'), who);
    asterisk.failure = 'down';
    keeper.changed();
    await vi.advanceTimersByTimeAsync(120_000);
    asterisk.failure = null;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asterisk.fallbacks.get('1001')).toBe('PJSIP/1001');
    asterisk.fallbacks.clear();
    keeper.changed();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asterisk.fallbacks.size).toBe(0);
    keeper.refresh();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asterisk.fallbacks.get('1001')).toBe('PJSIP/1001');
    expect(asterisk.leaseS).toBe(6);
    keeper.close();
  });
});

describe('what was changed by hand of what is known without us', () => {
  beforeEach(() => {
    addUser(lab.context, newUser('anna', '1001'), who);
    const site = { callback: '+33170000000', location: 'Paris', locationUri: null, users: [], isDefault: true };
    putSite(lab.context, 'paris', site, who);
  });
  const place = 'emergency/1001/location';

  test('given_lists_and_addresses_that_somebody_took_away_when_inspected_then_they_are_written_again_and_noted', async () => {
    const keeper = createFallbackKeeper(lab.store, asterisk.fallback, 6_000, silentLog());
    keeper.changed();
    await vi.advanceTimersByTimeAsync(1_000);
    const before = Object.fromEntries(asterisk.fallbacks);
    expect(await keeper.inspect()).toEqual([]);
    asterisk.fallbacks.set('1001', 'PJSIP/9');
    asterisk.fallbacks.delete(place);
    asterisk.fallbacks.set('8009', 'of somebody else');
    expect(await keeper.inspect()).toEqual(['1001', place]);
    expect(Object.fromEntries(asterisk.fallbacks)).toEqual({ ...before, 8009: 'of somebody else' });
    expect(await keeper.inspect()).toEqual([]);
    const [entry] = lab.store.audit.last(1);
    expect(entry).toMatchObject({ action: 'fallback.drift', before: { attributes: ['1001', place] } });
    keeper.close();
  });

  test('given_an_asterisk_that_goes_away_while_it_is_put_right_then_the_next_pass_does_it', async () => {
    const keeper = createFallbackKeeper(lab.store, asterisk.fallback, 6_000, silentLog());
    keeper.changed();
    await vi.advanceTimersByTimeAsync(1_000);
    asterisk.fallbacks.delete(place);
    const port = vi.spyOn(asterisk.fallback, 'setFallback').mockRejectedValueOnce(new Error('away'));
    await expect(keeper.inspect()).rejects.toThrow('away');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asterisk.fallbacks.get(place)).toBe('Paris');
    port.mockRestore();
    keeper.close();
  });

  test('given_time_when_somebody_took_an_address_away_then_it_comes_back_by_itself', async () => {
    const keeper = createFallbackKeeper(lab.store, asterisk.fallback, 6_000, silentLog(), 5);
    keeper.changed();
    await vi.advanceTimersByTimeAsync(1_000);
    asterisk.fallbacks.delete(place);
    await vi.waitFor(() => expect(asterisk.fallbacks.get(place)).toBe('Paris'), { timeout: 20_000 });
    keeper.close();
  });
});

describe('counts of messages in Asterisk', () => {
  test('given_counts_when_asterisk_fails_comes_back_or_an_extension_goes_then_it_has_each_as_it_is_and_is_told_no_count_twice', async () => {
    const told: string[] = [];
    const setMessages: typeof asterisk.mailboxes.setMessages = async (...counts) => {
      await asterisk.mailboxes.setMessages(...counts);
      told.push(counts.join(' '));
    };
    const keeper = keepMailboxes(lab.store, { setMessages }, silentLog());
    addUser(lab.context, newUser('anna', '1001'), who);
    setMailbox(lab.context, '1001', { newMessages: 3, oldMessages: 1 });
    asterisk.failure = 'away';
    keeper.changed();
    await vi.advanceTimersByTimeAsync(100);
    expect(told).toEqual([]);
    asterisk.failure = null;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual(['1001 3 1']);
    keeper.changed();
    await vi.advanceTimersByTimeAsync(100);
    expect(told).toEqual(['1001 3 1']);
    keeper.refresh();
    await vi.advanceTimersByTimeAsync(100);
    expect(told).toEqual(['1001 3 1', '1001 3 1']);
    removeUser(lab.context, 'anna', who);
    addUser(lab.context, newUser('ben', '1001'), who);
    keeper.changed();
    await vi.advanceTimersByTimeAsync(100);
    expect(told.at(-1)).toBe('1001 0 0');
    removeUser(lab.context, 'ben', who);
    keeper.changed();
    await vi.advanceTimersByTimeAsync(100);
    expect(lab.store.mailboxes.all()).toEqual([]);
    keeper.close();
  });

  test('given_an_extension_that_becomes_free_while_its_count_is_being_told_then_asterisk_is_told_all_the_same_that_it_is_empty', async () => {
    const told: string[] = [];
    let answer = (): void => undefined;
    const setMessages: typeof asterisk.mailboxes.setMessages = async (...counts) => {
      told.push(counts.join(' '));
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
    };
    const keeper = keepMailboxes(lab.store, { setMessages }, silentLog());
    addUser(lab.context, newUser('anna', '1001'), who);
    setMailbox(lab.context, '1001', { newMessages: 5, oldMessages: 0 });
    keeper.changed();
    await vi.advanceTimersByTimeAsync(100);
    removeUser(lab.context, 'anna', who);
    keeper.changed();
    answer();
    await vi.advanceTimersByTimeAsync(200);
    answer();
    await vi.advanceTimersByTimeAsync(200);
    expect(told).toEqual(['1001 5 0', '1001 0 0']);
    expect(lab.store.mailboxes.all()).toEqual([]);
    keeper.close();
  });
});
