import type { PhoneId } from '../../core/settings.ts';
import { trunkOf } from '../translate.ts';
import type { Contact } from './event.ts';

/** What is known of all contacts. A phone with several is reachable while one of them is. */
export type Contacts = {
  /** Notes one contact; gives the phone's reachability where that changed, else null. */
  note(contact: Contact, gone: boolean): { readonly phone: PhoneId; readonly reachable: boolean } | null;
  /** Whether this contact was noted already, by phone and address. */
  knows(contact: Contact): boolean;
  /** The list is in: from here on nothing is older than the news, and what cannot be reached need not be remembered. */
  settle(): void;
  isReachable(phone: PhoneId): boolean;
  /** The phones that are reachable, sorted. */
  reachable(): readonly PhoneId[];
};

/** Makes an empty table. */
export function createContacts(): Contacts {
  const phones = new Map<PhoneId, Map<string, boolean>>();
  const isReachable = (phone: PhoneId): boolean => [...(phones.get(phone)?.values() ?? [])].includes(true);
  let isSettled = false;

  /** A phone in a browser has a new address with each registration: kept, they would fill the memory in months. */
  function forget(phone: PhoneId): void {
    const uris = phones.get(phone) ?? new Map<string, boolean>();
    for (const [uri, reachable] of uris) if (!reachable) uris.delete(uri);
    if (uris.size === 0) phones.delete(phone);
  }

  return {
    note({ phone, uri, reachable }, gone) {
      // A trunk that never answered is news, too: nobody registers there.
      const isNew = trunkOf(phone) !== null && !phones.has(phone);
      const before = isReachable(phone);
      const uris = phones.get(phone) ?? new Map<string, boolean>();
      phones.set(phone, uris);
      // Until the list is in, what is gone stays known as unreachable: a list older than the news must not bring it back.
      uris.set(uri, reachable && !gone);
      const after = isReachable(phone);
      if (isSettled) forget(phone);
      return before === after && !isNew ? null : { phone, reachable: after };
    },
    knows: ({ phone, uri }) => phones.get(phone)?.has(uri) ?? false,
    settle() {
      isSettled = true;
      for (const phone of [...phones.keys()]) forget(phone);
    },
    isReachable,
    reachable: () => [...phones.keys()].filter(isReachable).sort(),
  };
}
