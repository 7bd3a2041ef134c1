import { expect, test } from 'vitest';
import { createContacts } from '../../src/asterisk/ami/contacts.ts';
import { decodeEvent } from '../../src/asterisk/ami/event.ts';
import type { PhoneTransport } from '../../src/core/settings.ts';

const at = (uri: string, reachable = true, by: PhoneTransport = 'udp') => ({ phone: '1001', uri, reachable, by });

test('given_the_list_is_not_in_when_a_contact_goes_then_it_is_remembered_and_an_old_list_does_not_bring_it_back', () => {
  const contacts = createContacts();
  contacts.note(at('sip:a'), true);
  expect(contacts.knows(at('sip:a'))).toBe(true);
  contacts.settle();
  expect(contacts.knows(at('sip:a'))).toBe(false);
});

test('given_the_list_is_in_when_a_phone_registers_again_and_again_then_only_what_can_be_reached_is_remembered', () => {
  const contacts = createContacts();
  contacts.settle();
  expect(contacts.note(at('sip:a'), false)).toEqual({ phone: '1001', reachable: true, by: 'udp' });
  expect(contacts.note(at('sip:b'), false)).toBeNull();
  expect(contacts.note(at('sip:a'), true)).toBeNull();
  expect(contacts.knows(at('sip:a'))).toBe(false);
  expect(contacts.reachable()).toEqual(['1001']);
  expect(contacts.note(at('sip:b', false), false)).toEqual({ phone: '1001', reachable: false, by: null });
  expect(contacts.knows(at('sip:b'))).toBe(false);
});

test('given_a_registered_phone_when_it_comes_by_another_transport_then_that_is_news_and_the_newest_counts', () => {
  const contacts = createContacts();
  contacts.settle();
  contacts.note(at('sip:a'), false);
  expect(contacts.note(at('sip:b', true, 'tls'), false)).toEqual({ phone: '1001', reachable: true, by: 'tls' });
  expect(contacts.note(at('sip:a'), true)).toBeNull();
  expect(contacts.by('1001')).toBe('tls');
});

test('given_a_trunk_that_answered_when_it_is_given_another_address_that_does_not_then_that_is_news_and_the_old_ones_end_is_none', () => {
  const contacts = createContacts();
  const trunk = (uri: string, reachable: boolean) => ({ phone: 'trunk-red', uri, reachable, by: 'udp' as const });
  contacts.settle();
  expect(contacts.note(trunk('sip:old', true), false)).toMatchObject({ reachable: true });
  expect(contacts.note(trunk('sip:new', false), false)).toMatchObject({ phone: 'trunk-red', reachable: false });
  contacts.note(trunk('sip:new', true), false);
  expect(contacts.note(trunk('sip:old', false), true)).toBeNull();
  expect(contacts.isReachable('trunk-red')).toBe(true);
});

test('given_a_trunk_that_was_not_asked_yet_when_it_is_noted_asked_and_given_another_address_then_each_is_news', () => {
  const contacts = createContacts();
  const trunk = (uri: string, reachable: boolean | null) => ({
    phone: 'trunk-red',
    uri,
    reachable,
    by: 'udp' as const,
  });
  contacts.note(trunk('sip:a', null), false);
  contacts.settle();
  expect(contacts.reachable().map(contacts.stateOf)).toEqual([{ phone: 'trunk-red', reachable: null, by: 'udp' }]);
  expect(contacts.note(trunk('sip:a', null), false)).toBeNull();
  expect(contacts.note(trunk('sip:a', true), false)).toMatchObject({ reachable: true });
  expect(contacts.note(trunk('sip:b', null), false)).toMatchObject({ reachable: null });
  expect(contacts.note(trunk('sip:b', false), false)).toMatchObject({ reachable: false });
});

test('given_a_contact_that_was_not_asked_when_it_is_read_then_a_phone_is_there_and_of_a_trunk_nothing_is_known', () => {
  const read = (objectname: string, status: string) => {
    const event = decodeEvent({ event: 'ContactList', objectname, uri: 'sip:a', status });
    return event?.type === 'contact-listed' ? event.contact.reachable : undefined;
  };
  const statuses = ['NonQualified', 'Reachable', 'Unreachable', 'Removed'];
  expect(statuses.map((status) => read('1001;@0123', status))).toEqual([true, true, false, false]);
  expect(statuses.map((status) => read('trunk-red;@0123', status))).toEqual([null, true, false, false]);
});

test('given_a_trunk_that_was_removed_when_one_of_its_name_is_made_then_its_first_contact_is_news_again', () => {
  const contacts = createContacts();
  const trunk = { phone: 'trunk-red', uri: 'sip:a', reachable: true, by: 'udp' as const };
  contacts.settle();
  contacts.note(trunk, false);
  expect(contacts.note(trunk, false)).toBeNull();
  contacts.keepTrunks(['blue']);
  expect(contacts.note(trunk, false)).toEqual({ phone: 'trunk-red', reachable: true, by: 'udp' });
});
