import { Command } from 'commander';
import { countArgument } from '../../src/lib/count-argument.ts';
import { whyOf } from '../../src/lib/why.ts';
import { fuzzAmi } from './ami.ts';
import { fuzzAri } from './ari.ts';

type Options = { readonly seed: number; readonly events: number; readonly runs: number };
const {
  seed: first,
  events,
  runs,
} = new Command('fuzz')
  .description('Tells the engine garbage over ARI and AMI; exits 1 at the first run that breaks a rule.')
  .option('--seed <n>', 'of the first run', countArgument, 1)
  .option('--events <n>', 'of each run', countArgument, 100_000)
  .option('--runs <n>', 'how many', countArgument, 1)
  .parse()
  .opts<Options>();

const print = (line: string): void => void process.stdout.write(`${line}\n`);

for (let seed = first; seed < first + runs; seed += 1) {
  try {
    const ari = fuzzAri(seed, events);
    print(
      `seed ${seed}: ${events} ARI events, ${ari.believed} believed; ${ari.calls} calls, ${ari.repairs} repairs, nothing left`,
    );
    print(`seed ${seed}: ${events} AMI events, ${fuzzAmi(seed, events)} believed`);
  } catch (error) {
    print(whyOf(error));
    process.exitCode = 1;
    break;
  }
}
