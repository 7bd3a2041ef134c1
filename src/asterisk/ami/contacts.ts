import type { TrunkId } from '../../core/outside.ts';
import type { PhoneId, PhoneTransport } from '../../core/settings.ts';
import { trunkOf } from '../translate.ts';
import type { Contact } from './event.ts';

/** What is known of all contacts. A phone with several is reachable while one of them is. */
export type Contacts = {
  /** Notes one contact; gives what is known of the phone where that changed, else null. */
  note(contact: Contact, gone: boolean): Reachability | null;
  /** Whether this contact was noted already, by phone and address. */
  knows(contact: Contact): boolean;
  /** The list is in: from here on nothing is older than the news, and what cannot be reached need not be remembered. */
  settle(): void;
  /** There are no trunks but these: what was known of another must not count for one of its name that is made later. */
  keepTrunks(trunks: readonly TrunkId[]): void;
  isReachable(phone: PhoneId): boolean;
  /** Its contacts, the newest last. */
  of(phone: PhoneId): readonly Contact[];
  /** By which transport its newest contact came that can be reached; null where none did, or nobody knows. */
  by(phone: PhoneId): PhoneTransport | null;
  /** What is known of it. */
  stateOf(phone: PhoneId): Reachability;
  /** Those that are not unreachable, sorted. */
  reachable(): readonly PhoneId[];
};

/** Whether a phone can be reached (null: a trunk that was not asked yet), and by which transport it came. */
export type Reachability = {
  readonly phone: PhoneId;
  readonly reachable: boolean | null;
  readonly by: PhoneTransport | null;
};

type Known = { readonly reachable: boolean | null; readonly by: PhoneTransport | null };

/** Makes an empty table. */
export function createContacts(): Contacts {
  const phones = new Map<PhoneId, Map<string, Known>>();
  const current = (phone: PhoneId): Known | null =>
    [...(phones.get(phone)?.values() ?? [])].findLast(({ reachable }) => reachable !== false) ?? null;
  const isReachable = (phone: PhoneId): boolean => current(phone) !== null;
  const stateOf = (phone: PhoneId): Reachability => {
    const { reachable, by } = current(phone) ?? { reachable: false, by: null };
    return { phone, reachable, by };
  };
  let isSettled = false;

  /** A phone in a browser has a new address with each registration: kept, they would fill the memory in months. */
  function forget(phone: PhoneId): void {
    const uris = phones.get(phone) ?? new Map<string, Known>();
    for (const [uri, { reachable }] of uris) if (reachable === false) uris.delete(uri);
    if (uris.size === 0) phones.delete(phone);
  }

  return {
    note({ phone, uri, reachable, by }, gone) {
      // A trunk that never answered is news, too: nobody registers there.
      const isNew = trunkOf(phone) !== null && !phones.has(phone);
      const before = current(phone);
      const uris = phones.get(phone) ?? new Map<string, Known>();
      phones.set(phone, uris);
      // A trunk has one address, and Asterisk says nothing of the one that it had before.
      if (trunkOf(phone) !== null && !gone && !uris.has(uri)) uris.clear();
      // Until the list is in, what is gone stays known as unreachable: a list older than the news must not bring it back.
      if (!uris.get(uri)?.reachable) uris.delete(uri);
      uris.set(uri, { reachable: gone ? false : reachable, by });
      const after = current(phone);
      if (isSettled) forget(phone);
      const isSame = before?.reachable === after?.reachable && before?.by === after?.by;
      return isSame && !isNew ? null : stateOf(phone);
    },
    knows: ({ phone, uri }) => phones.get(phone)?.has(uri) ?? false,
    settle() {
      isSettled = true;
      for (const phone of [...phones.keys()]) forget(phone);
    },
    keepTrunks(trunks) {
      for (const endpoint of [...phones.keys()]) {
        const trunk = trunkOf(endpoint);
        if (trunk !== null && !trunks.includes(trunk)) phones.delete(endpoint);
      }
    },
    isReachable,
    stateOf,
    of: (phone) => [...(phones.get(phone) ?? [])].map(([uri, one]) => ({ phone, uri, ...one })),
    by: (phone) => current(phone)?.by ?? null,
    reachable: () => [...phones.keys()].filter(isReachable).sort(),
  };
}
