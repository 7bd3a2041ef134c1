import { parseArgs } from 'node:util';
import { type SimulationResult, simulate } from './simulate.ts';
import { addUp, inWords } from './summary.ts';
import type { Weather } from './workload.ts';

/**
 * `simulate --seed N [--seeds COUNT] [--weather fair|poor|storm] [--minutes M] [--twin] [--trace]`: runs seeds and prints
 * a line for each, and at last what all came to; exits 1 at the first that breaks a rule, with its seed. `--trace` tells
 * the story of each: `>` what the engine was told, `!` what it asked for, and what happened.
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

// Whoever reads only the first lines closes the pipe.
process.stdout.on('error', () => process.exit());
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const weather = (['fair', 'poor', 'storm'] as const).find((one): one is Weather => one === values.weather);
const first = Number(values.seed);
const began = performance.now();
const results: SimulationResult[] = [];
let broken: string | null = null;

for (let seed = first; seed < first + Number(values.seeds) && broken === null; seed += 1) {
  try {
    const result = simulate(seed, {
      ...(weather === undefined ? {} : { weather }),
      workMs: Number(values.minutes) * 60_000,
      twin: values.twin,
      ...(values.trace ? { trace: print } : {}),
    });
    results.push(result);
    print(`seed ${seed}: ${result.describe}; ${inWords(addUp([result]))}`);
  } catch (error) {
    broken = error instanceof Error ? error.message : String(error);
    print(broken);
    process.exitCode = 1;
  }
}
const s = (performance.now() - began) / 1000;
print(`${results.length} of ${values.seeds} kept every rule: ${inWords(addUp(results), s)}`);
