import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';
import type { Weather } from './workload.ts';

/**
 * `simulate --seed N [--seeds COUNT] [--weather fair|poor|storm] [--minutes M] [--twin] [--trace]`: runs seeds and prints
 * a line for each; exits 1 at the first that breaks a rule, with its seed.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    weather: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    twin: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const weather = (['fair', 'poor', 'storm'] as const).find((one): one is Weather => one === values.weather);
const first = Number(values.seed);

for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
  try {
    const result = simulate(seed, {
      ...(weather === undefined ? {} : { weather }),
      workMs: Number(values.minutes) * 60_000,
      twin: values.twin,
      ...(values.trace ? { trace: print } : {}),
    });
    const offers = result.counts.get('offer-made') ?? 0;
    print(`seed ${seed}: ${result.describe}; ${result.calls} calls, ${offers} offers, ${result.steps} steps`);
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
    break;
  }
}
