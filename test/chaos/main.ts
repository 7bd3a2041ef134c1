import { Command } from 'commander';
import { countArgument } from '../../src/lib/count-argument.ts';
import { createDice } from '../../src/simulation/dice.ts';
import { type Outcome, tableOf } from './outcome.ts';
import { runFault } from './run.ts';
import { scenes } from './scenes.ts';
import { openStage, type Stage } from './stage.ts';
import { faults } from './table.ts';

type Options = { readonly minutes: number; readonly seed: number; readonly only: string; readonly short: boolean };
const values = new Command('chaos')
  .description(
    'Every scene and every fault once, then any fault by the dice until the time is over. Exits 1 when one of them failed.',
  )
  .option('--minutes <n>', 'how long', countArgument, 0)
  .option('--seed <n>', 'of the dice', countArgument, 1)
  .option('--only <text>', 'only those whose name holds this text', '')
  .option('--short', 'no scenes, and no long faults', false)
  .parse()
  .opts<Options>();

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const dice = createDice(values.seed);
const until = performance.now() + values.minutes * 60_000;
const chosen = faults.filter(
  (fault) => `${fault.family}: ${fault.name}`.includes(values.only) && !(values.short && fault.long),
);
const chosenScenes = values.short ? [] : scenes.filter(({ name }) => name.includes(values.only));
if (chosen.length + chosenScenes.length === 0) {
  const names = [...scenes.map(({ name }) => name), ...faults.map(({ family, name }) => `${family}: ${name}`)];
  process.stderr.write(`No scene and no fault has “${values.only}” in its name. There are:\n  ${names.join('\n  ')}\n`);
  process.exit(2);
}
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
  for (const { run } of chosenScenes) {
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
