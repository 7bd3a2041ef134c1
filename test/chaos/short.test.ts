import { afterAll, describe, expect, test } from 'vitest';
import { createDice } from '../../src/simulation/dice.ts';
import { type Outcome, tableOf } from './outcome.ts';
import { runFault } from './run.ts';
import { openStage, type Stage } from './stage.ts';
import { faults } from './table.ts';

const seed = 1;

describe(`the short form of the chaos suite, seed ${seed}`, () => {
  const dice = createDice(seed);
  const outcomes: Outcome[] = [];
  let stage: Stage | null = null;

  /** What a fault left behind must not be taken for the next one's. */
  async function strike(place: number): Promise<Outcome> {
    const fault = short[place];
    if (fault === undefined) throw new Error(`there is no fault ${place}`);
    stage ??= await openStage();
    const outcome = await runFault(stage, fault, dice.split());
    outcomes.push(outcome);
    if (outcome.failure !== null) {
      await stage.stop();
      stage = null;
    }
    return outcome;
  }

  const short = faults.filter((fault) => !fault.long);

  afterAll(async () => {
    await stage?.stop();
    process.stdout.write(`${tableOf(outcomes)}\n`);
  });

  test.each(short.map(({ family, name }, place) => [family, name, place] as const))(
    'given_a_busy_exchange_when_%s_%s_then_nobody_is_lost_and_nothing_is_left',
    async (_family, _name, place) => {
      expect((await strike(place)).failure).toBeNull();
    },
    240_000,
  );
});
