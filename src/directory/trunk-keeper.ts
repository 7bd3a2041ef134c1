import { createHash } from 'node:crypto';
import { createBackoff } from '../lib/backoff.ts';
import type { Log } from '../lib/log.ts';
import type { TrunkBody } from '../protocol/trunks.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';

/** What gives trunks to Asterisk (`asterisk/provisioning`). Each rejects with a reason that people can read. */
export type TrunkProvisioner = {
  applyTrunk(id: string, trunk: TrunkBody): Promise<void>;
  /** Removing what is not there is done. */
  removeTrunk(id: string): Promise<void>;
};

/** Brings Asterisk's trunks to what the directory says, and keeps trying. */
export type TrunkKeeper = {
  /** What changed is pushed; resolves when it was tried once. */
  push(): Promise<void>;
  /** Asterisk may be another one: everything is pushed again. */
  refresh(): Promise<void>;
  close(): void;
};

/** Trunks are few: one pass after the other, each over all of them. */
export function createTrunkKeeper(store: DirectoryStore, provisioner: TrunkProvisioner, log: Log): TrunkKeeper {
  const backoff = createBackoff({ firstMs: 1_000, lastMs: 60_000 });
  let passes = Promise.resolve();
  let retry: NodeJS.Timeout | null = null;
  let closed = false;

  async function pass(all: boolean): Promise<void> {
    let failed = false;
    const attempt = async (trunk: string, work: () => Promise<void>, done: (failure: string | null) => void) => {
      if (closed) return;
      try {
        await work();
        if (!closed) done(null);
      } catch (error) {
        failed = true;
        const why = error instanceof Error ? error.message : String(error);
        if (closed) return;
        done(why);
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
    else if (retry === null && !closed) {
      retry = setTimeout(() => {
        retry = null;
        void run(false);
      }, backoff.next());
    }
  }

  function run(all: boolean): Promise<void> {
    passes = passes.then(() => pass(all));
    return passes;
  }

  return {
    push: () => run(false),
    refresh: () => run(true),
    close() {
      closed = true;
      if (retry !== null) clearTimeout(retry);
    },
  };
}

function hashOf(body: TrunkBody): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}
