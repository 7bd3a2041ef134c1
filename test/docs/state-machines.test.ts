import { expect, test } from 'vitest';
import type { Event } from '../../src/core/events.ts';
import { step } from '../../src/core/step.ts';
import { load, type World } from '../../src/core/world.ts';
import { simulate } from '../../src/simulation/simulate.ts';
import { type Driver, rowsOf } from '../core/driver.ts';
import { everyEvent } from '../core/every-event.ts';
import { situations } from '../core/situations.ts';
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
    const state = fileText(`src/core/${machine === 'Offer' ? 'offer-row' : 'state'}.ts`);
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

test('given_simulated_work_and_every_event_in_every_situation_when_each_transition_is_noted_then_the_page_has_just_these', () => {
  const seen = new Map<Machine, Set<string>>(machines.map((machine) => [machine, new Set()]));
  const note = (machine: Machine, transition: string) => void seen.get(machine)?.add(transition);
  for (const seed of [1, 2, 3, 5, 7, 8, 9]) watchWork(seed, note);
  for (const make of Object.values(situations)) watchEvents(make, note);
  for (const machine of machines) {
    const transitions = seen.get(machine) ?? new Set();
    const said = documented.get(machine) ?? new Set();
    const unsaid = [...transitions].filter((one) => !said.has(one));
    const unseen = [...said].filter((one) => !transitions.has(one));
    expect.soft({ machine, unsaid, unseen }).toEqual({ machine, unsaid: [], unseen: [] });
  }
}, 300_000);

type Note = (machine: Machine, transition: string) => void;

/** Steps through one simulation's events once more, with every row's phase under watch. */
function watchWork(seed: number, note: Note): void {
  const world = load({});
  instrument(world, note);
  simulate(seed, { onStep: ({ event, at }) => void step(world, structuredClone(event), at) });
}

/** Tells each situation everything that can be told, and lets it end as the world would end it. */
function watchEvents(make: () => Driver, note: Note): void {
  const there = make();
  const rows = JSON.stringify(rowsOf(there.world));
  for (const event of everyEvent(there.world)) {
    const world = load(JSON.parse(rows) as ReturnType<typeof rowsOf>);
    instrument(world, note);
    let now = there.now;
    const tell = (next: Event): void => void step(world, next, now);
    tell(event);
    tell({ type: 'tick' });
    for (const leg of [...world.state.legs.keys()]) {
      tell({ type: 'leg-created', leg });
      tell({ type: 'leg-gone', leg, cause: 16, sip: 0 });
      now += 3_000;
      tell({ type: 'tick' });
    }
  }
}

function instrument({ state }: World, note: Note): void {
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
  const watched = new Set<T>();
  const watch = (row: T): void => {
    watched.add(row);
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
  };
  for (const row of rows.values()) watch(row);
  const set = rows.set.bind(rows);
  const remove = rows.delete.bind(rows);
  rows.set = (id, row) => {
    if (!watched.has(row)) {
      tell(`new → ${phaseOf(row)}`);
      watch(row);
    }
    return set(id, row);
  };
  rows.delete = (id) => {
    const row = rows.get(id);
    if (row !== undefined) tell(`${phaseOf(row)} → gone`);
    return remove(id);
  };
}
