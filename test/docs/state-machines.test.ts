import { expect, test } from 'vitest';
import type { Event } from '../../src/core/events.ts';
import { step } from '../../src/core/step.ts';
import { load, type World } from '../../src/core/world.ts';
import { startMs } from '../../src/simulation/rig.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { cell, fileText, tableUnder } from './page.ts';
import { literalsOf, typeText } from './types.ts';

const page = 'docs/internals/state-machines.md';
const machines = ['Call', 'Leg', 'Offer', 'Agent'] as const;
type Machine = (typeof machines)[number];

const documented = new Map(
  machines.map((machine) => [
    machine,
    new Set(tableUnder(page, machine).rows.map((row) => `${cell(row, 'From')} → ${cell(row, 'To')}`)),
  ]),
);

test.each(machines)(
  '%s_when_its_phases_are_compared_with_the_page_then_the_table_and_the_diagram_have_each',
  (machine) => {
    const state = fileText('src/core/state.ts');
    const line =
      machine === 'Agent' ? typeText(state, 'WorkKind') : (typeText(state, machine).match(/\bphase: [^;]*/)?.[0] ?? '');
    const named = [...(documented.get(machine) ?? [])].flatMap((transition) => transition.split(' → '));
    expect(new Set(named)).toEqual(new Set(['new', 'gone', ...literalsOf(line)]));
    const diagram =
      fileText(page)
        .split(`\n## ${machine}\n`)[1]
        ?.match(/```\n([\s\S]*?)```/)?.[1] ?? '';
    expect(literalsOf(line).filter((phase) => !new RegExp(`(?<![\\w-])${phase}(?![\\w-])`).test(diagram))).toEqual([]);
  },
);

test('given_hours_of_simulated_work_when_each_transition_is_noted_then_the_page_has_it', () => {
  const unknown = new Set<string>();
  const seen = new Map<Machine, Set<string>>(machines.map((machine) => [machine, new Set()]));
  for (const seed of [1, 2, 3, 5, 7, 8]) {
    watch(seed, (machine, transition) => {
      seen.get(machine)?.add(transition);
      if (!documented.get(machine)?.has(transition)) unknown.add(`${machine}: ${transition}`);
    });
  }
  expect([...unknown]).toEqual([]);
  // It is no proof where next to nothing was seen.
  for (const machine of machines) expect(seen.get(machine)?.size).toBeGreaterThan(5);
});

/** Steps through one simulation's events once more, with every row's phase under watch. */
function watch(seed: number, note: (machine: Machine, transition: string) => void): void {
  const world = load({});
  instrument(world, note);
  simulate(seed, {
    trace(line) {
      const [, seconds, json] = /^ *([\d.]+) > (.*)$/.exec(line) ?? [];
      if (seconds === undefined || json === undefined) return;
      step(world, JSON.parse(json) as Event, startMs + Math.round(Number(seconds) * 1000));
    },
  });
}

function instrument({ state }: World, note: (machine: Machine, transition: string) => void): void {
  watchMap(
    state.calls,
    'phase',
    (call) => call.phase,
    (transition) => note('Call', transition),
  );
  watchMap(
    state.legs,
    'phase',
    (leg) => leg.phase,
    (transition) => note('Leg', transition),
  );
  watchMap(
    state.offers,
    'phase',
    (offer) => offer.phase,
    (transition) => note('Offer', transition),
  );
  watchMap(
    state.agents,
    'work',
    (agent) => agent.work.is,
    (transition) => note('Agent', transition),
  );
}

/** Tells each change of the rows' `key` as `from → to`, and their coming and going. */
function watchMap<T extends object, K extends keyof T & string>(
  rows: Map<string, T>,
  key: K,
  phaseOf: (row: T) => string,
  tell: (transition: string) => void,
): void {
  const set = rows.set.bind(rows);
  const remove = rows.delete.bind(rows);
  rows.set = (id, row) => {
    if (rows.get(id) !== row) {
      tell(`new → ${phaseOf(row)}`);
      let value = row[key];
      Object.defineProperty(row, key, {
        enumerable: true,
        get: () => value,
        set(next: T[K]) {
          const before = phaseOf(row);
          value = next;
          if (phaseOf(row) !== before) tell(`${before} → ${phaseOf(row)}`);
        },
      });
    }
    return set(id, row);
  };
  rows.delete = (id) => {
    const row = rows.get(id);
    if (row !== undefined) tell(`${phaseOf(row)} → gone`);
    return remove(id);
  };
}
