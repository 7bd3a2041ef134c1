import type { PhoneId } from '../../core/settings.ts';
import type { Contact } from './event.ts';

/** What is known of all contacts. A phone with several is reachable while one of them is. */
export type Contacts = {
  /** Notes one contact; gives the phone's reachability where that changed, else null. */
  note(contact: Contact, gone: boolean): { readonly phone: PhoneId; readonly reachable: boolean } | null;
  /** Whether this contact was noted already, by phone and address. */
  knows(contact: Contact): boolean;
  /** The phones that are reachable, sorted. */
  reachable(): readonly PhoneId[];
};

/** Makes an empty table. */
export function createContacts(): Contacts {
  const phones = new Map<PhoneId, Map<string, boolean>>();
  const isReachable = (phone: PhoneId): boolean => [...(phones.get(phone)?.values() ?? [])].includes(true);
  return {
    note({ phone, uri, reachable }, gone) {
      const before = isReachable(phone);
      const uris = phones.get(phone) ?? new Map<string, boolean>();
      phones.set(phone, uris);
      // What is gone stays as known and unreachable, so that a list older than the news does not bring it back.
      uris.set(uri, reachable && !gone);
      const after = isReachable(phone);
      return before === after ? null : { phone, reachable: after };
    },
    knows: ({ phone, uri }) => phones.get(phone)?.has(uri) ?? false,
    reachable: () => [...phones.keys()].filter(isReachable).sort(),
  };
}
