import type { SimulationResult } from './simulate.ts';

/** What several seeds came to, added up. */
export type Summary = {
  readonly seeds: number;
  readonly calls: number;
  /** Events that the engine was told, and steps that changed something. */
  readonly events: number;
  readonly steps: number;
  /** How many facts of each type. */
  readonly facts: ReadonlyMap<string, number>;
};

export function addUp(results: readonly SimulationResult[]): Summary {
  const facts = new Map<string, number>();
  for (const { counts } of results) for (const [type, count] of counts) facts.set(type, (facts.get(type) ?? 0) + count);
  const sum = (pick: (one: SimulationResult) => number): number => results.reduce((all, one) => all + pick(one), 0);
  return {
    seeds: results.length,
    calls: sum((one) => one.calls),
    events: sum((one) => one.events),
    steps: sum((one) => one.steps),
    facts,
  };
}

/** One line: `153 calls, 67 offers, 41 answered, …`. With `s`, how fast it was. */
export function inWords({ calls, events, steps, facts }: Summary, s?: number): string {
  const of = (type: string): number => facts.get(type) ?? 0;
  const parts = [
    `${calls} calls`,
    `${of('offer-made')} offers`,
    `${of('call-connected')} talks`,
    `${of('call-picked-up')} pickups`,
    `${of('agent-missed')} misses`,
    `${of('call-overflowed')} overflows`,
    `${of('engine-started')} starts`,
    `${of('pbx-lost')} cuts`,
    `${of('repaired')} repairs`,
    `${events} events in ${steps} steps`,
  ];
  return `${parts.join(', ')}${s === undefined ? '' : `; ${Math.round(events / s)} events a second`}`;
}
