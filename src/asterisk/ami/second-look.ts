import type { PhoneId } from '../../core/settings.ts';
import type { Contacts, Reachability } from './contacts.ts';
import type { AmiEvent, Contact } from './event.ts';

/** Asks Asterisk once more for the contacts of phones that were away from the directory for a while. */
export type SecondLook = {
  /** Tells of those among these phones that have a contact; what is asked while a look is under way follows it. */
  look(phones: readonly PhoneId[]): void;
  /** Whether the event belongs to the list that was asked for. */
  take(event: AmiEvent): boolean;
  /** Somebody told of a contact while the list was on its way: that is newer. */
  noted(contact: Contact): void;
};

/**
 * A phone that is removed while it is registered takes its contacts along as soon as their connection closes, and Asterisk tells nobody: with
 * no AOR there is no ContactStatus. When a phone of that name is made again, what was known of it may be old. `ask` sends the question; that
 * nobody is registered at all is an error to Asterisk.
 */
export function createSecondLook(
  ask: () => Promise<unknown>,
  contacts: Contacts,
  tell: (news: Reachability) => void,
): SecondLook {
  let asked: ReadonlySet<PhoneId> | null = null;
  let listed: Contact[] = [];
  const newer = new Set<string>();
  const next = new Set<PhoneId>();

  function begin(): void {
    if (asked !== null || next.size === 0) return;
    asked = new Set(next);
    next.clear();
    newer.clear();
    listed = [];
    ask().catch((error: Error) => done(/no contacts found/i.test(error.message)));
  }

  function done(isList: boolean): void {
    const phones = [...(asked ?? [])];
    asked = null;
    const there = new Set(listed.map(keyOf));
    const isOld = (contact: Contact): boolean => !there.has(keyOf(contact)) && !newer.has(keyOf(contact));
    for (const phone of phones) {
      if (isList) for (const contact of contacts.of(phone).filter(isOld)) contacts.note(contact, true);
      if (contacts.isReachable(phone)) tell({ phone, reachable: true, by: contacts.by(phone) });
    }
    begin();
  }

  return {
    look(phones) {
      // Of one that never had a contact, its first one will be news.
      for (const phone of phones) if (contacts.isReachable(phone)) next.add(phone);
      begin();
    },
    take(event) {
      if (asked === null) return false;
      if (event.type === 'contact-listed') listed.push(event.contact);
      else if (event.type === 'contacts-listed') done(true);
      return event.type === 'contact-listed' || event.type === 'contacts-listed';
    },
    noted: (contact) => void newer.add(keyOf(contact)),
  };
}

function keyOf({ phone, uri }: Contact): string {
  return `${phone} ${uri}`;
}
