import { createPhone, type Phone, type PhoneEvent, type PhoneOptions } from '../../src/phones/index.ts';

/** How long a wait lasts unless told otherwise, in ms: far beyond anything that works, short of a test's own limit. */
const PATIENCE_MS = 10_000;

/** Phones of one test: made here, they are all closed by `closeAll`, whatever became of the test. */
export type PhoneBox = {
  /** A registered phone. */
  readonly register: (options: PhoneOptions) => Promise<Phone>;
  /** A phone that has not registered (yet), such as a caller's. */
  readonly make: (options: PhoneOptions) => Phone;
  /** Every event of every phone of the box, in the order in which it happened. */
  readonly events: readonly PhoneEvent[];
  readonly closeAll: () => Promise<void>;
};

/** Makes an empty box; call `closeAll` in `afterEach`. */
export function openPhoneBox(): PhoneBox {
  const phones: Phone[] = [];
  const events: PhoneEvent[] = [];
  const make = (options: PhoneOptions): Phone => {
    const phone = createPhone(options);
    phone.subscribe((event) => events.push(event));
    phones.push(phone);
    return phone;
  };
  return {
    make,
    register: async (options) => {
      const phone = make(options);
      await phone.register();
      return phone;
    },
    events,
    closeAll: async () => {
      await Promise.all(phones.splice(0).map((phone) => phone.close()));
    },
  };
}

/**
 * Resolves with the first event of the phone, past or coming, that the predicate takes. Rejects after `patienceMs` with
 * the phone's whole history in the message, which is what one needs to see.
 */
export function waitForEvent<T extends PhoneEvent = PhoneEvent>(
  phone: Phone,
  predicate: ((event: PhoneEvent) => event is T) | ((event: PhoneEvent) => boolean),
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const past = phone.events.find(predicate);
  if (past !== undefined) return Promise.resolve(past as T);
  return new Promise((resolve, reject) => {
    const unsubscribe = phone.subscribe((event) => {
      if (!predicate(event)) return;
      clearTimeout(timer);
      unsubscribe();
      resolve(event as T);
    });
    const timer = setTimeout(() => {
      unsubscribe();
      const history = phone.events.map((event) => JSON.stringify(event)).join('\n  ');
      reject(
        new Error(
          `phone ${phone.user}: nothing that was waited for within ${patienceMs} ms. Its events:\n  ${history}`,
        ),
      );
    }, patienceMs);
  });
}

/** Resolves with the first event of this type, past or coming; of this call only, when its number is given. */
export function waitFor<K extends PhoneEvent['type']>(
  phone: Phone,
  type: K,
  call?: number,
  patienceMs = PATIENCE_MS,
): Promise<Extract<PhoneEvent, { type: K }>> {
  const isIt = (event: PhoneEvent): event is Extract<PhoneEvent, { type: K }> =>
    event.type === type && (call === undefined || ('call' in event && event.call === call));
  return waitForEvent(phone, isIt, patienceMs);
}

/**
 * Asks again and again until the probe gives something other than null, undefined or false, and resolves with that.
 * Rejects after `patienceMs`, naming what was waited for and the probe's last error.
 */
export async function until<T>(
  what: string,
  probe: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    let failure = '';
    try {
      const found = await probe();
      if (found !== null && found !== undefined && found !== false) return found;
    } catch (error) {
      failure = `; the last probe failed: ${String(error)}`;
    }
    if (Date.now() >= deadline) throw new Error(`${what}: not within ${patienceMs} ms${failure}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
