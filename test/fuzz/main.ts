import { parseArgs } from 'node:util';
import { fuzzAmi } from './ami.ts';
import { fuzzAri } from './ari.ts';

/** `fuzz [--seed S] [--events N] [--runs R]`: R runs of N events each; exits 1 at the first that breaks a rule. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    events: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '1' },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const first = Number(values.seed);
const events = Number(values.events);

for (let seed = first; seed < first + Number(values.runs); seed += 1) {
  try {
    const ari = fuzzAri(seed, events);
    print(
      `seed ${seed}: ${events} ARI events, ${ari.believed} believed; ${ari.calls} calls, ${ari.repairs} repairs, nothing left`,
    );
    print(`seed ${seed}: ${events} AMI events, ${fuzzAmi(seed, events)} believed`);
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
    break;
  }
}
