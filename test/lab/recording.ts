import { join } from 'node:path';
import type { NumberedFact } from '../../src/core/facts.ts';
import { createDice } from '../../src/simulation/dice.ts';
import { createRig, type Rig } from '../../src/simulation/rig.ts';
import { createWorkload, type Weather } from '../../src/simulation/workload.ts';
import { type LiveStore, openLiveStore } from '../../src/storage/live/store.ts';
import { makeScratch, removeScratch } from './scratch.ts';

/** A simulated working day whose every commit also goes into a real `live.db`. */
export type Recording = {
  readonly home: string;
  readonly liveDb: string;
  readonly checkpoints: string;
  readonly rig: Rig;
  readonly store: LiveStore;
  /** Lets it go on for so many minutes of virtual time. */
  work(minutes: number): void;
  close(): void;
};

export type OfferMade = Extract<NumberedFact, { type: 'offer-made' }>;

/** Begins one, with the engine's first step; the weather says how bad the network is, and how often things die. */
export function record(seed: number, weather: Weather): Recording {
  const home = makeScratch('past');
  const liveDb = join(home, 'live.db');
  const store = openLiveStore(liveDb, join(home, 'backups'));
  store.own('sim', process.pid);
  const dice = createDice(seed);
  const rig = createRig({ seed: dice.roll(1 << 30) });
  rig.store.onCommit = (batch) => void store.commit(batch);
  const workload = createWorkload(rig, dice.split(), weather);
  workload.start();
  return {
    home,
    liveDb,
    checkpoints: join(home, 'checkpoints'),
    rig,
    store,
    work: (minutes) => rig.run(minutes * 60_000),
    close() {
      store.close();
      removeScratch(home);
    },
  };
}
