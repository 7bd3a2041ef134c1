import { type SimulationOptions, simulate } from '../../src/simulation/simulate.ts';
import { addUp, type Summary } from '../../src/simulation/summary.ts';

/** How many events all weathers together are to bring: `SIMULATION_EVENTS`, a little over a million by default. */
const events = Number(process.env.SIMULATION_EVENTS ?? 1_020_000);
/** The first seed: `SIMULATION_FROM` looks elsewhere. */
const from = Number(process.env.SIMULATION_FROM ?? 1);

/** Of each weather so many slices, far enough apart that no seed comes twice. */
const slices = events >= 200_000 ? 10 : 1;
const apart = 1_000;

/** Where the slices of a weather begin. */
export const firstSeeds: readonly number[] = Array.from({ length: slices }, (_, place) => from + place * apart);

/** What each slice is to bring, of the three weathers. */
export const eventsOfSlice = Math.ceil(events / 3 / slices);

/** Runs one seed after the other until so many events were told; throws with the seed when a rule is broken. */
export function runSeeds(first: number, until: number, options: SimulationOptions): Summary {
  const results = [];
  for (let seed = first, told = 0; told < until; seed += 1) {
    const result = simulate(seed, options);
    results.push(result);
    told += result.events;
  }
  return addUp(results);
}
