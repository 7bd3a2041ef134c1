import { describe, expect, it } from 'vitest';
import { type CoreMeasure, coreMeasures } from '../../bench/core/measure.ts';
import { coreReport } from '../../bench/core/report.ts';
import { packed, recordStretch } from '../../bench/core/stretch.ts';
import { type Take, take } from '../../bench/core/take.ts';
import { step } from '../../src/core/step.ts';
import { load } from '../../src/core/world.ts';

describe('the benchmark of the core', () => {
  it('given_a_company_at_work_when_its_stretch_is_stepped_again_then_the_same_decisions_are_made', () => {
    const stretch = recordStretch({ agents: 20, queues: 4 }, 3_000);
    expect(stretch.events.length - stretch.from).toBeGreaterThanOrEqual(3_000);
    const world = load({});
    let decisions = 0;
    for (const [place, { event, at }] of stretch.events.entries()) {
      const { facts } = step(world, event, at);
      if (place >= stretch.from) decisions += facts.filter(({ type }) => type === 'offer-made').length;
    }
    expect(decisions).toBe(stretch.decisions);
    expect(decisions).toBeGreaterThan(100);
    const talking = [...world.state.calls.values()].filter(({ phase }) => phase === 'talking');
    expect(talking.length, 'nine tenths of the agents at work').toBeGreaterThan(8);
    expect(take(packed(stretch)).us.samples).toBe(Math.ceil((stretch.events.length - stretch.from) / 256));
  });

  it('given_targets_when_the_rounds_are_folded_then_each_must_be_met', () => {
    const measure = coreMeasures.find(({ name }) => name === 'core-10000-agents-1000-queues');
    expect(measure?.target).toBe(4);
    expect(measure?.leastStepsPerS).toBe(300_000);
    const met = (stepsPerS: number, cpuUs: number): boolean | null =>
      coreReport(measure as CoreMeasure, [took(stepsPerS, cpuUs)], [took(900_000, 1)]).met;
    expect(met(300_000, 4)).toBe(true);
    expect(met(299_999, 4)).toBe(false);
    expect(met(300_000, 5)).toBe(false);
  });
});

function took(stepsPerS: number, cpuUs: number): Take {
  const us = { samples: 1, p50: 1, p99: 1, max: 1 };
  return { stepsPerS, cpuUs, floorUs: 1, decisionsPerS: 1, us, surveysMs: [1], whyMs: [1] };
}
