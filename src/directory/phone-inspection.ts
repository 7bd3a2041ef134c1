import type { PhoneId } from '../core/settings.ts';
import type { Log } from '../lib/log.ts';
import type { PhonesChecked } from '../protocol/phones.ts';
import type { PhoneRow } from '../storage/directory/phones.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { hashOf, type Provisioner, specOf } from './phone-spec.ts';

/** What is told of the phones themselves. */
export type PhonesInspected = Omit<PhonesChecked, 'fallbacks'>;

/** So few at a time: nobody waits for it, and Asterisk has calls to set up. */
const AT_ONCE = 2;

/**
 * Compares each phone that Asterisk was given with what it has, attribute by attribute. What somebody changed by hand there
 * is noted with the phone, in the audit and in the log, and `push` puts it right. Rejects when Asterisk cannot be asked.
 */
export async function inspectPhones(
  store: DirectoryStore,
  provisioner: Provisioner,
  log: Log,
  push: (id: PhoneId) => Promise<void>,
): Promise<PhonesInspected> {
  const phones = store.phones.all().filter((phone) => phone.applied === hashOf(phone));
  const drifted: { phone: PhoneId; attributes: readonly string[] }[] = [];
  const queue = [...phones];
  const look = async (): Promise<void> => {
    for (let phone = queue.shift(); phone !== undefined; phone = queue.shift()) {
      const attributes = await provisioner.drift(specOf(phone));
      // Somebody may have changed it meanwhile, and then it is pushed anyway.
      if (attributes.length > 0 && isStill(store, phone)) drifted.push({ phone: phone.id, attributes });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  drifted.sort((a, b) => (a.phone < b.phone ? -1 : 1));
  for (const { phone, attributes } of drifted) note(store, log, phone, attributes);
  await Promise.all(drifted.map(({ phone }) => push(phone)));
  const after = drifted.map(({ phone }) => store.phones.find(phone)).filter((phone) => phone !== null);
  const known = new Set([
    ...store.phones.all().map((phone) => phone.id),
    ...store.phones.removed(),
    ...store.phones.trials(),
  ]);
  return {
    checked: phones.length,
    repaired: drifted.filter(({ phone }) => after.some(({ id, applied }) => id === phone && applied !== null)),
    failed: after.flatMap(({ id, failure }) => (failure === null ? [] : [{ phone: id, failure }])),
    strangers: (await provisioner.list(known)).filter((id) => !known.has(id)),
  };
}

function isStill(store: DirectoryStore, phone: PhoneRow): boolean {
  return store.phones.find(phone.id)?.applied === phone.applied;
}

function note(store: DirectoryStore, log: Log, phone: PhoneId, attributes: readonly string[]): void {
  const at = Date.now();
  log.warn({ phone, attributes }, 'a phone was changed in Asterisk by somebody else; it is put right');
  store.transaction(() => {
    store.phones.drifted(phone, { at, attributes });
    store.audit.add({
      at,
      who: 'cordboard',
      action: 'phone.drift',
      subject: phone,
      before: { attributes },
      after: null,
    });
  });
}
