import type { PhoneId } from '../core/settings.ts';
import { createBackoff } from '../lib/backoff.ts';
import type { Log } from '../lib/log.ts';
import { whyOf } from '../lib/why.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { inspectPhones, type PhonesInspected } from './phone-inspection.ts';
import { hashOf, type Provisioner, specOf } from './phone-spec.ts';

/** Brings Asterisk's phones to what the directory says, and keeps trying. */
export type PhoneKeeper = {
  /** Pushes (or removes) these phones; resolves when each was tried once, or after `patienceMs`. */
  push(ids: readonly PhoneId[], patienceMs: number): Promise<void>;
  /** Compares everything: after a start, and when Asterisk came back. */
  check(): Promise<void>;
  /**
   * Compares attribute by attribute, puts right what somebody changed by hand, and says what that was. Rejects when
   * Asterisk cannot be asked. From the first check on it also runs by itself.
   */
  inspect(): Promise<PhonesInspected>;
  close(): void;
};

/** At most so many requests at Asterisk at a time. */
const CONCURRENCY = 8;

/** Makes the keeper; it inspects every `inspectMs`. */
export function createPhoneKeeper(
  store: DirectoryStore,
  provisioner: Provisioner,
  log: Log,
  inspectMs = 60 * 60_000,
): PhoneKeeper {
  const backoff = createBackoff({ firstMs: 1_000, lastMs: 60_000 });
  const waiting = new Map<PhoneId, (() => void)[]>();
  let retry: NodeJS.Timeout | null = null;
  const running = new Set<PhoneId>();
  let checks = Promise.resolve();
  let inspecting: Promise<PhonesInspected> | null = null;
  let nextInspection: NodeJS.Timeout | null = null;
  let closed = false;
  let saidStrangers = false;

  function enqueue(id: PhoneId): Promise<void> {
    const done = new Promise<void>((resolve) => waiting.set(id, [...(waiting.get(id) ?? []), resolve]));
    pump();
    return done;
  }

  function pump(): void {
    for (const [id, resolvers] of waiting) {
      if (running.size >= CONCURRENCY || closed) {
        return;
      }
      // One phone's pushes follow each other, so that the last one is what stays.
      if (running.has(id)) {
        continue;
      }
      waiting.delete(id);
      running.add(id);
      void settle(id).then(() => {
        running.delete(id);
        for (const resolve of resolvers) resolve();
        pump();
      });
    }
  }

  /** Makes Asterisk have this phone as the directory says at this moment. Never rejects. */
  async function settle(id: PhoneId): Promise<void> {
    let known = false;
    try {
      const phone = store.phones.find(id);
      known = phone !== null;
      if (phone !== null) {
        const hash = hashOf(phone);
        await provisioner.apply(specOf(phone));
        if (!closed) store.phones.mark(id, hash, null);
      } else {
        await provisioner.remove(id);
        if (!closed) store.phones.forget(id);
      }
    } catch (error) {
      if (closed) {
        return;
      }
      const why = whyOf(error);
      if (known) markFailed(id, why);
      if (retry === null && backoff.attempts() === 0)
        log.warn({ phone: id, why }, 'a phone could not be given to Asterisk; trying again');
      tryLater();
    }
  }

  /** A directory that cannot be written just now says what it said before: the next check finds out anew. */
  function markFailed(id: PhoneId, why: string): void {
    try {
      store.phones.mark(id, null, why);
    } catch (error) {
      log.warn(
        { phone: id, why: whyOf(error) },
        'that a phone could not be given to Asterisk could not be written down',
      );
    }
  }

  function tryLater(): void {
    if (retry === null && !closed) {
      retry = setTimeout(() => {
        retry = null;
        void check();
      }, backoff.next());
    }
  }

  /** One comparison after the other: two at a time would push everything twice. */
  function check(): Promise<void> {
    checks = checks.then(checkOnce).catch((error: unknown) => {
      log.warn({ why: whyOf(error) }, 'the phones of the directory could not be read; trying again');
      tryLater();
    });
    return checks;
  }

  async function checkOnce(): Promise<void> {
    if (closed) {
      return;
    }
    let there: ReadonlySet<PhoneId>;
    try {
      there = new Set(await provisioner.list(new Set(store.phones.all().map((phone) => phone.id))));
    } catch (error) {
      if (!closed) {
        const why = whyOf(error);
        if (backoff.attempts() === 0) log.warn({ why }, 'the phones of Asterisk could not be listed; trying again');
        tryLater();
      }
      return;
    }
    if (closed) {
      return;
    }
    const wrong = store.phones.all().filter((phone) => phone.applied !== hashOf(phone) || !there.has(phone.id));
    const toRemove = store.phones.removed();
    sayStrangers(there);
    inspectLater();
    if (wrong.length + toRemove.length === 0) {
      backoff.reset();
      return;
    }
    log.info({ apply: wrong.length, remove: toRemove.length }, 'giving Asterisk the phones that it lacks');
    await Promise.all([...toRemove, ...wrong.map((phone) => phone.id)].map(enqueue));
    if (retry === null) backoff.reset();
  }

  /** The first one soon after a start, which itself only compares hashes; then every `inspectMs`. */
  function inspectLater(): void {
    if (closed || nextInspection !== null) return;
    nextInspection = setTimeout(() => {
      nextInspection = null;
      void inspect()
        .catch((error: unknown) => log.warn({ why: String(error) }, 'the phones of Asterisk could not be inspected'))
        .finally(inspectLater);
    }, inspectMs);
    nextInspection.unref();
  }

  /** One at a time: two would report the same drift twice. */
  function inspect(): Promise<PhonesInspected> {
    inspecting ??= inspectPhones(store, provisioner, log, enqueue).finally(() => {
      inspecting = null;
    });
    return inspecting;
  }

  /**
   * Phones with our mark that the directory does not know: it came from a backup, or two directories share an Asterisk.
   * They are not removed, since in the second case that would silence another daemon's users.
   */
  function sayStrangers(there: ReadonlySet<PhoneId>): void {
    const known = new Set([
      ...store.phones.all().map((phone) => phone.id),
      ...store.phones.removed(),
      ...store.phones.trials(),
    ]);
    const strangers = [...there].filter((id) => !known.has(id));
    if (strangers.length > 0 && !saidStrangers) {
      log.warn(
        { count: strangers.length, phones: strangers.slice(0, 20) },
        'Asterisk has phones of ours that the directory does not know',
      );
    }
    saidStrangers = strangers.length > 0;
  }

  return {
    async push(ids, patienceMs) {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMs);
      });
      await Promise.race([Promise.all(ids.map(enqueue)), patience]);
      clearTimeout(timer);
    },
    check,
    inspect,
    close() {
      closed = true;
      if (nextInspection !== null) clearTimeout(nextInspection);
      if (retry !== null) clearTimeout(retry);
    },
  };
}
