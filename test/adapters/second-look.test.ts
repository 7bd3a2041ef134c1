import { expect, test } from 'vitest';
import { createContacts, type Reachability } from '../../src/asterisk/ami/contacts.ts';
import type { Contact } from '../../src/asterisk/ami/event.ts';
import { createSecondLook } from '../../src/asterisk/ami/second-look.ts';

const at = (phone: string, uri: string): Contact => ({ phone, uri, reachable: true, by: 'ws' });

/** Phones 1001 to 1003, each known by one contact, and the questions that were asked. */
function setUp() {
  const contacts = createContacts();
  contacts.settle();
  for (const phone of ['1001', '1002', '1003']) contacts.note(at(phone, `sip:${phone}`), false);
  const questions: ((error: Error) => void)[] = [];
  const told: Reachability[] = [];
  const ask = () => new Promise<void>((_, reject) => void questions.push(reject));
  return { contacts, questions, told, second: createSecondLook(ask, contacts, (news) => void told.push(news)) };
}

test('given_phones_made_again_when_the_list_lacks_one_then_only_the_others_are_told_of_and_its_contact_is_forgotten', () => {
  const { contacts, questions, told, second } = setUp();
  second.look(['1001', '1002', '1009']);
  second.look(['1003']);
  expect(questions).toHaveLength(1);
  expect(second.take({ type: 'contact-listed', contact: at('1002', 'sip:1002') })).toBe(true);
  expect(second.take({ type: 'contacts-listed' })).toBe(true);
  expect(told).toEqual([{ phone: '1002', reachable: true, by: 'ws' }]);
  expect(contacts.reachable()).toEqual(['1002', '1003']);
  // What was asked meanwhile is asked now.
  expect(questions).toHaveLength(2);
  second.take({ type: 'contacts-listed' });
  expect(contacts.reachable()).toEqual(['1002']);
  expect(second.take({ type: 'contacts-listed' })).toBe(false);
});

test('given_a_phone_that_registers_while_the_list_is_on_its_way_when_the_list_lacks_it_then_the_news_counts', () => {
  const { contacts, told, second } = setUp();
  second.look(['1001']);
  second.noted(at('1001', 'sip:new'));
  contacts.note(at('1001', 'sip:new'), false);
  second.take({ type: 'contacts-listed' });
  expect(told).toEqual([{ phone: '1001', reachable: true, by: 'ws' }]);
  expect(contacts.of('1001').map(({ uri }) => uri)).toEqual(['sip:new']);
});

test('given_that_nobody_is_registered_or_no_answer_when_asked_then_the_first_forgets_and_the_other_proves_nothing', async () => {
  const { contacts, questions, told, second } = setUp();
  second.look(['1001']);
  questions[0]?.(new Error('AMI PJSIPShowContacts: No Contacts found'));
  await Promise.resolve();
  await Promise.resolve();
  expect([told, contacts.isReachable('1001')]).toEqual([[], false]);
  second.look(['1002']);
  questions[1]?.(new Error('AMI PJSIPShowContacts: no answer in 5000 ms'));
  await Promise.resolve();
  await Promise.resolve();
  expect(told).toEqual([{ phone: '1002', reachable: true, by: 'ws' }]);
});
