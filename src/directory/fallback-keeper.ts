import type { Log } from '../lib/log.ts';
import { createPasses } from '../lib/passes.ts';
import { whyOf } from '../lib/why.ts';
import { nationalForm } from '../numbering/numbering.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { placesOf } from './destination.ts';
import { emergencyEntries } from './sites.ts';

/** Tells Asterisk's own database what the dialplan must know when the daemon is absent. Each rejects with why not. */
export type FallbackPort = {
  /** What it rings for `extension`; null removes it. */
  setFallback(extension: string, dial: string | null): Promise<void>;
  /** The first lease of a caller, in seconds. */
  setLease(seconds: number): Promise<void>;
  /** All that Asterisk has of it. */
  readFallbacks(): Promise<ReadonlyMap<string, string>>;
};

/** Keeps Asterisk's own database told whom to ring without us. */
export type FallbackKeeper = {
  /** Something may have changed: soon, what differs is written. Many calls in a row make one pass. */
  changed(): void;
  /** Asterisk may have lost what it had: everything is written again. */
  refresh(): void;
  /** Compares what Asterisk was given with what it has, puts right what differs and gives its keys. Rejects when it cannot be asked. */
  inspect(): Promise<readonly string[]>;
  close(): void;
};

/** More phones than this are not rung at once: a dial string has its limits, and so has a caller's fallback. */
const MOST_PHONES = 20;
const COALESCE_MS = 200;

/** Makes the keeper; `leaseMs` is `limits.lease`. A write that fails is tried again with back-off. It inspects every `inspectMs`. */
export function createFallbackKeeper(
  store: DirectoryStore,
  port: FallbackPort,
  leaseMs: number,
  log: Log,
  inspectMs = 3_600_000,
): FallbackKeeper {
  let all = false;
  const passes = createPasses(write, COALESCE_MS, (why, delayMs, backoff) => {
    if (!passes.isClosed() && backoff.worthSaying())
      log.warn({ why, delayMs }, 'the fallback could not be written to Asterisk; trying again');
  });

  async function write(): Promise<void> {
    const everything = all;
    if (everything) await port.setLease(Math.ceil(leaseMs / 1000));
    const wanted = fallbackEntries(store);
    const had = store.fallbacks.all();
    for (const [extension, dial] of wanted) {
      if (passes.isClosed()) return;
      if (everything || had.get(extension) !== dial) {
        await port.setFallback(extension, dial);
        if (!passes.isClosed()) store.fallbacks.put(extension, dial);
      }
    }
    for (const extension of had.keys()) {
      if (passes.isClosed()) return;
      if (!wanted.has(extension)) {
        await port.setFallback(extension, null);
        if (!passes.isClosed()) store.fallbacks.drop(extension);
      }
    }
    if (everything) all = false;
  }

  async function inspect(): Promise<readonly string[]> {
    const before = store.fallbacks.all();
    const there = await port.readFallbacks();
    if (passes.isClosed()) return [];
    const wanted = fallbackEntries(store);
    // What is being written just now is no drift.
    const lost = [...store.fallbacks.all()].flatMap(([key, value]) => {
      const got = there.get(key);
      return before.get(key) === value && got !== value && got !== wanted.get(key) ? [key] : [];
    });
    if (lost.length === 0) return [];
    log.warn(
      { count: lost.length, keys: lost.slice(0, 20) },
      'what the dialplan knows without us was changed in Asterisk by somebody else; it is put right',
    );
    store.transaction(() => {
      // Not given any more, as far as we know: should this fail, the next pass gives it.
      for (const key of lost) store.fallbacks.drop(key);
      const said = { who: 'cordboard', action: 'fallback.drift', subject: 'fallback', after: null };
      store.audit.add({ at: Date.now(), ...said, before: { attributes: lost } });
    });
    try {
      for (const key of lost) {
        const dial = wanted.get(key) ?? null;
        await port.setFallback(key, dial);
        if (passes.isClosed()) break;
        if (dial !== null) store.fallbacks.put(key, dial);
      }
    } finally {
      passes.soon(COALESCE_MS);
    }
    return lost;
  }

  const inspections = setInterval(() => {
    inspect().catch((error: unknown) =>
      log.warn({ why: whyOf(error) }, 'what the dialplan knows without us could not be inspected'),
    );
  }, inspectMs);
  inspections.unref();

  return {
    inspect,
    changed: () => passes.soon(COALESCE_MS),
    refresh() {
      all = true;
      passes.anew(0);
    },
    close() {
      clearInterval(inspections);
      passes.close();
    },
  };
}

/** All that Asterisk's own database should have of us: whom the dialplan rings, and what emergency calls say. */
export function fallbackEntries(store: DirectoryStore): ReadonlyMap<string, string> {
  return new Map([...fallbacks(store), ...emergencyEntries(store)]);
}

/** What each number rings without us: all of a user's phones, those of a queue's members in the order of the team. */
export function fallbacks(store: DirectoryStore): ReadonlyMap<string, string> {
  const phonesOf = new Map<string, string[]>();
  for (const { user, id, label } of store.phones.all()) {
    const phones = phonesOf.get(user) ?? [];
    if (label === null) phones.unshift(id);
    else phones.push(id);
    phonesOf.set(user, phones);
  }
  const result = new Map<string, string>();
  const put = (extension: string, phones: readonly string[]): void => {
    const rung = phones.slice(0, MOST_PHONES).map((phone) => `PJSIP/${phone}`);
    if (rung.length > 0) result.set(extension, rung.join('&'));
  };
  for (const { extension, members } of store.queues.all()) {
    const phones = members.flatMap(({ user }) => phonesOf.get(user) ?? []);
    if (extension !== null) put(extension, phones);
  }
  for (const { id, extension } of store.users.all()) {
    if (extension !== null) put(extension, phonesOf.get(id) ?? []);
  }
  for (const { number, to: first } of store.outside.routes.all()) {
    // Without us nobody asks who may dial what: a number outside is not dialled, but what it falls back on is rung.
    const to = placesOf(first).find((place) => place.to !== 'number') ?? first;
    const extension =
      to.to === 'user'
        ? store.users.find(to.user)?.extension
        : to.to === 'group' || to.to === 'queue'
          ? store.queues.find(to.to === 'group' ? to.group : to.queue)?.extension
          : null;
    const dial = result.get(extension ?? '');
    // The dialplan knows the number only as the carrier sent it.
    if (dial !== undefined && !number.endsWith('*'))
      for (const written of [number, number.slice(1), `00${number.slice(1)}`, nationalForm(number)])
        if (!result.has(written)) result.set(written, dial);
  }
  return result;
}
