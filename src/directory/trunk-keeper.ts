import { createBackoff } from '../lib/backoff.ts';
import type { Log } from '../lib/log.ts';
import { whyOf } from '../lib/why.ts';
import type { TrunkBody, TrunksChecked } from '../protocol/trunks.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { hashOf, inspectTrunks } from './trunk-inspection.ts';

/** What gives trunks to Asterisk (`asterisk/provisioning`). Each rejects with a reason that people can read. */
export type TrunkProvisioner = {
  applyTrunk(id: string, trunk: TrunkBody): Promise<void>;
  /** Removing what is not there is done. */
  removeTrunk(id: string): Promise<void>;
  /** The attributes that Asterisk has otherwise. */
  driftOfTrunk(id: string, trunk: TrunkBody): Promise<readonly string[]>;
};

/** Brings Asterisk's trunks to what the directory says, and keeps trying. */
export type TrunkKeeper = {
  /** What changed is pushed; resolves when it was tried once. */
  push(): Promise<void>;
  /** Asterisk may be another one: everything is pushed again. */
  refresh(): Promise<void>;
  /** Compares all that Asterisk was given with what it has, and puts right what differs. Rejects when it cannot be asked. */
  inspect(): Promise<TrunksChecked>;
  close(): void;
};

/** Trunks are few: one pass after the other, each over all of them. They are inspected every `inspectMs`. */
export function createTrunkKeeper(
  store: DirectoryStore,
  provisioner: TrunkProvisioner,
  log: Log,
  inspectMs = 3_600_000,
): TrunkKeeper {
  const backoff = createBackoff({ firstMs: 1_000, lastMs: 60_000 });
  let passes = Promise.resolve();
  let retry: NodeJS.Timeout | null = null;
  let closed = false;

  async function pass(all: boolean): Promise<void> {
    let failed = false;
    let unwritten = false;
    const attempt = async (trunk: string, work: () => Promise<void>, done: (failure: string | null) => void) => {
      if (closed) return;
      try {
        await work();
        if (!closed) done(null);
      } catch (error) {
        failed = true;
        const why = whyOf(error);
        if (closed) return;
        try {
          done(why);
        } catch {
          // The directory cannot be written just now, and still says that Asterisk has it.
          unwritten = true;
        }
        if (backoff.attempts() === 0) log.warn({ trunk, why }, 'a trunk could not be given to Asterisk; trying again');
      }
    };
    const { trunks } = store.outside;
    for (const id of trunks.removed())
      await attempt(
        id,
        () => provisioner.removeTrunk(id),
        (failure) => failure ?? trunks.forget(id),
      );
    const pushed = trunks.pushed();
    for (const { id, ...body } of trunks.all()) {
      const hash = hashOf(body);
      if (!all && pushed.get(id)?.applied === hash) continue;
      await attempt(
        id,
        () => provisioner.applyTrunk(id, body),
        (failure) => trunks.mark(id, failure === null ? hash : null, failure),
      );
    }
    if (!failed) backoff.reset();
    else tryLater(unwritten);
  }

  function tryLater(all: boolean): void {
    if (retry !== null || closed) return;
    retry = setTimeout(() => {
      retry = null;
      void run(all);
    }, backoff.next());
  }

  function run(all: boolean): Promise<void> {
    passes = passes
      .then(() => pass(all))
      .catch((error: unknown) => {
        log.warn({ why: String(error) }, 'the trunks of the directory could not be read; trying again');
        tryLater(all);
      });
    return passes;
  }

  /** Behind what is being pushed: what is on its way is no drift. */
  async function inspect(): Promise<TrunksChecked> {
    await passes;
    return inspectTrunks(store, provisioner, log, () => run(false));
  }

  const inspections = setInterval(() => {
    inspect().catch((error: unknown) =>
      log.warn({ why: String(error) }, 'the trunks of Asterisk could not be inspected'),
    );
  }, inspectMs);
  inspections.unref();

  return {
    push: () => run(false),
    refresh: () => run(true),
    inspect,
    close() {
      closed = true;
      clearInterval(inspections);
      if (retry !== null) clearTimeout(retry);
    },
  };
}
