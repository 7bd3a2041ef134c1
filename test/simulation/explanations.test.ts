import { describe, expect, it } from 'vitest';
import { whyOf } from '../../src/lib/why.ts';
import { createDice } from '../../src/simulation/dice.ts';
import { checkExplanations } from '../../src/simulation/explanations.ts';
import { createRig } from '../../src/simulation/rig.ts';
import { createWorkload, type Weather } from '../../src/simulation/workload.ts';

/** A working day of which every batch is explained; returns how many offers were made in it. */
function explained(seed: number, weather: Weather, minutes: number): number {
  const dice = createDice(seed);
  const rig = createRig({ seed: dice.roll(1 << 30) });
  const workload = createWorkload(rig, dice.split(), weather);
  let offers = 0;
  rig.onBatch = (batch) => {
    const world = rig.world();
    if (world === null) return;
    try {
      checkExplanations(world, batch);
    } catch (error) {
      throw new Error(`seed ${seed} (${workload.describe}): ${whyOf(error)}`);
    }
    offers += batch.steps.flatMap(({ facts }) => facts).filter(({ type }) => type === 'offer-made').length;
  };
  workload.start();
  rig.run(minutes * 60_000);
  return offers;
}

describe('what is explained, all day long', () => {
  it.each(['fair', 'poor', 'storm'] as const)(
    'given_%s_weather_when_every_waiting_call_is_explained_after_every_batch_then_no_reason_is_wrong',
    (weather) => {
      let offers = 0;
      for (let seed = 1; seed <= 8; seed += 1) offers += explained(seed, weather, 3);
      expect(offers).toBeGreaterThan(100);
    },
  );
});
