import { parseArgs } from 'node:util';
import { createDice } from '../../src/simulation/dice.ts';
import { type Outcome, tableOf } from './outcome.ts';
import { runFault } from './run.ts';
import { scenes } from './scenes.ts';
import { openStage, type Stage } from './stage.ts';
import { faults } from './table.ts';

/**
 * `chaos [--minutes N] [--seed S] [--only TEXT] [--short]`: every scene and every fault once, then any fault by the dice until
 * the time is over. Prints a line for each and the table at the end; exits 1 when one of them failed.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    short: { type: 'boolean', default: false },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const dice = createDice(Number(values.seed));
const until = performance.now() + Number(values.minutes) * 60_000;
const chosen = faults.filter(
  (fault) => `${fault.family}: ${fault.name}`.includes(values.only) && !(values.short && fault.long),
);
const outcomes: Outcome[] = [];
let stage: Stage | null = null;

/** A line as soon as it is known how it went. */
function note(outcome: Outcome, began: number): void {
  outcomes.push(outcome);
  const { fault, failure } = outcome;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  print(`${failure === null ? 'held' : 'FAILED'}  ${fault} (${seconds} s)  ${failure ?? outcome.note}`);
}

try {
  for (const { name, run } of scenes) {
    if (values.short || !name.includes(values.only)) continue;
    const began = performance.now();
    note(await run(), began);
  }
  for (let count = 0; count < chosen.length || (performance.now() < until && chosen.length > 0); count += 1) {
    const fault = chosen[count] ?? dice.pick(chosen);
    stage ??= await openStage();
    const began = performance.now();
    const outcome = await runFault(stage, fault, dice.split());
    note(outcome, began);
    if (outcome.failure !== null) {
      await stage.stop();
      stage = null;
    }
  }
} finally {
  await stage?.stop();
}
print(`\nseed ${values.seed}\n${tableOf(outcomes)}`);
if (outcomes.some(({ failure }) => failure !== null)) process.exitCode = 1;
