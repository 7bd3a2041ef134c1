import { step } from '../../src/core/step.ts';
import { load, type World } from '../../src/core/world.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import type { Stretch } from './stretch.ts';
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

/** As many as the engine steps before it commits. */
const batch = 256;

/** Steps the stretch again on a world of its own. Nothing but the core and the clearing of its dirty rows is in the loop. */
export function take(stretch: Stretch): Omit<Take, 'floorUs'> {
  const { events, from } = stretch;
  const world = load({});
  run(world, stretch, 0, from);
  const samples: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  let last = began;
  for (let place = from; place < events.length; place += batch) {
    const until = Math.min(place + batch, events.length);
    run(world, stretch, place, until);
    const now = performance.now();
    samples.push(((now - last) * 1000) / (until - place));
    last = now;
  }
  const s = (last - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const us = spreadOf(samples);
  if (us === null) throw new Error('a stretch with no events was measured');
  return {
    stepsPerS: (events.length - from) / s,
    decisionsPerS: stretch.decisions / s,
    cpuUs: (user + system) / (events.length - from),
    us,
    whyMs: whyMs(world, events.at(-1)?.at ?? 0),
    surveysMs: surveyMs(world, events.at(-1)?.at ?? 0),
  };
}

function run(world: World, { events }: Stretch, from: number, until: number): void {
  for (let place = from; place < until; place += 1) {
    const one = events[place];
    if (one !== undefined) step(world, one.event, one.at);
  }
  world.dirty.take();
}
