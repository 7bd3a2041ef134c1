import type { NumberedFact } from '../core/facts.ts';
import type { Log } from '../lib/log.ts';
import { createPasses } from '../lib/passes.ts';
import type { LampOwner, LampState } from './lamps.ts';

/** Asterisk's side of the lamps. Both reject with why not. */
export type LampPort = {
  /** Every lamp of ours that Asterisk has, by extension. */
  readLamps(): Promise<ReadonlyMap<string, string>>;
  /** Null takes the lamp away. */
  setLamp(extension: string, state: LampState | null): Promise<void>;
};

/** Keeps the lamps on phones true. */
export type LampKeeper = {
  saw(facts: readonly NumberedFact[]): void;
  /** The directory changed, or Asterisk came back: what it shows is read and put right. */
  refresh(): void;
  close(): void;
};

/** What happens within so long is shown as one change: a lamp need not be quicker than an eye. */
const coalesceMs = 250;

/** What can change a lamp. */
const telling: ReadonlySet<NumberedFact['type']> = new Set([
  'call-queued',
  'call-connected',
  'call-overflowed',
  'call-ended',
  'call-turned-away',
  'agent-work',
]);

/**
 * Makes the keeper. `owners` reads whose lamps there are, which only a change of the directory changes; `wanted` says what they
 * should be now. One request after the other goes out, and only for a lamp that
 * changed; a failure is tried again with back-off.
 */
export function keepLamps(
  owners: () => readonly LampOwner[],
  wanted: (owners: readonly LampOwner[]) => ReadonlyMap<string, LampState>,
  port: LampPort,
  log: Log,
): LampKeeper {
  let shown: Map<string, string> | null = null;
  let known: readonly LampOwner[] | null = null;
  /** How often it was asked to read again: what a pass began to read before that is old. */
  let refreshes = 0;
  const passes = createPasses(write, coalesceMs, (why, delayMs) => {
    shown = null;
    log.warn({ why, delayMs }, 'lamps could not be set; trying again');
  });

  async function write(): Promise<void> {
    const asked = refreshes;
    const there = shown ?? new Map(await port.readLamps());
    const whose = known ?? owners();
    if (asked === refreshes) {
      shown = there;
      known = whose;
    }
    const lamps = wanted(whose);
    for (const extension of [...there.keys()]) {
      if (passes.isClosed() || lamps.has(extension)) continue;
      await port.setLamp(extension, null);
      there.delete(extension);
    }
    for (const [extension, state] of lamps) {
      if (passes.isClosed() || there.get(extension) === state) continue;
      await port.setLamp(extension, state);
      there.set(extension, state);
    }
  }

  return {
    saw(facts) {
      if (facts.some((fact) => telling.has(fact.type))) passes.soon(coalesceMs);
    },
    refresh() {
      refreshes += 1;
      shown = null;
      known = null;
      passes.anew(coalesceMs);
    },
    close: () => passes.close(),
  };
}
