import { expect, test } from 'vitest';
import { createContacts } from '../../src/asterisk/ami/contacts.ts';
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
