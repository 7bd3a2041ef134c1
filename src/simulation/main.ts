import { Command, Option } from 'commander';
import { countArgument } from '../lib/count-argument.ts';
import { whyOf } from '../lib/why.ts';
import { type SimulationResult, simulate } from './simulate.ts';
import { addUp, inWords } from './summary.ts';
import { type Weather, weathers } from './workload.ts';

/** `--trace`: `>` what the engine was told, `!` what it asked for, and what happened. */
type Options = {
  readonly seed: number;
  readonly seeds: number;
  readonly weather?: Weather;
  readonly minutes: number;
  readonly twin: boolean;
  readonly trace: boolean;
};
const {
  seed: first,
  seeds,
  weather,
  minutes,
  twin,
  trace,
} = new Command('simulate')
  .description(
    'Lets simulated companies work, with an auditor that judges every batch; exits 1 at the first broken rule.',
  )
  .option('--seed <n>', 'the first seed', countArgument, 1)
  .option('--seeds <n>', 'how many, one after the other', countArgument, 1)
  .addOption(new Option('--weather <kind>', 'how much goes wrong (each seed has its own)').choices(weathers))
  .option('--minutes <n>', 'how long callers come, in virtual time', countArgument, 5)
  .option('--twin', 'a second engine loads its rows after every commit, and must do the same', false)
  .option('--trace', 'tell the story of each', false)
  .parse()
  .opts<Options>();

// Whoever reads only the first lines closes the pipe.
process.stdout.on('error', () => process.exit());
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const began = performance.now();
const results: SimulationResult[] = [];
let broken: string | null = null;

for (let seed = first; seed < first + seeds && broken === null; seed += 1) {
  try {
    const result = simulate(seed, {
      ...(weather === undefined ? {} : { weather }),
      workMs: minutes * 60_000,
      twin,
      ...(trace ? { trace: print } : {}),
    });
    results.push(result);
    print(`seed ${seed}: ${result.describe}; ${inWords(addUp([result]))}`);
  } catch (error) {
    broken = whyOf(error);
    print(broken);
    process.exitCode = 1;
  }
}
const s = (performance.now() - began) / 1000;
print(`${results.length} of ${seeds} kept every rule: ${inWords(addUp(results), s)}`);
