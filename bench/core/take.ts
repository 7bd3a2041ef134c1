import { step } from '../../src/core/step.ts';
import { load, type World } from '../../src/core/world.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import type { PackedStretch, Told } from './stretch.ts';
import { surveyMs } from './survey.ts';
import { whyMs } from './why.ts';

/** What stepping a stretch once came to. */
export type Take = {
  readonly stepsPerS: number;
  readonly decisionsPerS: number;
  /** CPU time of a step in µs, the collector's included: what others do on the machine disturbs it least. */
  readonly cpuUs: number;
  /** Time of a step in µs, over chunks of a batch's size. */
  readonly us: Spread;
  /** Time of one survey in ms, each. */
  readonly surveysMs: readonly number[];
  /** Time of one answer to the question why, in ms, each. */
  readonly whyMs: readonly number[];
  /** CPU time in µs a step of what no core of rows in maps can do without; see `floor.ts`. */
  readonly floorUs: number;
};

/** Steps the stretch again on a world of its own. Nothing but the core and the clearing of its dirty rows is on the clock. */
export function take({ settling, measured, decisions }: PackedStretch): Omit<Take, 'floorUs'> {
  const world = load({});
  for (let place = 0; place < settling.count; place += 1) run(world, settling.at(place));
  const samples: number[] = [];
  let ms = 0;
  let cpuUs = 0;
  let last = 0;
  for (let place = 0; place < measured.count; place += 1) {
    const batch = measured.at(place);
    const cpu = process.cpuUsage();
    const began = performance.now();
    run(world, batch);
    const took = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    ms += took;
    cpuUs += user + system;
    samples.push((took * 1000) / batch.length);
    last = batch.at(-1)?.at ?? last;
  }
  const us = spreadOf(samples);
  if (us === null) throw new Error('a stretch with no events was measured');
  return {
    stepsPerS: (measured.items / ms) * 1000,
    decisionsPerS: (decisions / ms) * 1000,
    cpuUs: cpuUs / measured.items,
    us,
    whyMs: whyMs(world, last),
    surveysMs: surveyMs(world, last),
  };
}

function run(world: World, batch: readonly Told[]): void {
  for (const { event, at } of batch) step(world, event, at);
  world.dirty.take();
}
