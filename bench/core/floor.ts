import { Deadlines } from '../../src/core/deadlines.ts';
import { step } from '../../src/core/step.ts';
import { load, type World } from '../../src/core/world.ts';
import { type Batches, batchesOf } from './batches.ts';
import type { PackedStretch } from './stretch.ts';

type Row = { readonly id: string; changedAt?: number };
const kinds = ['calls', 'legs', 'offers', 'agents'] as const;
type Kind = (typeof kinds)[number];
/** A row that a step changed; `is` is null where it is gone. */
type Changed = { readonly kind: Kind; readonly id: string; readonly is: Row | null };
type Plan = { readonly at: number; readonly changed: readonly Changed[] };

/**
 * What no core of rows in maps can do without, in µs of CPU a step: each row that the step changed is looked up by its id,
 * one number is written into it, and a deadline is set. No decision, no command, no fact. It says how much of a step's time
 * is the machine's memory.
 */
export function floorUs(stretch: PackedStretch): number {
  const { rows, plans } = planOf(stretch);
  const deadlines = new Deadlines();
  let us = 0;
  for (const plan of plans) {
    const batch = plan.at(0);
    const cpu = process.cpuUsage();
    for (const { at, changed } of batch) for (const one of changed) change(rows[one.kind], deadlines, one, at);
    const { user, system } = process.cpuUsage(cpu);
    us += user + system;
  }
  return us / stretch.measured.items;
}

/** The rows as they are when the measured part begins, and what its steps change in them, a batch at a time. */
function planOf({ settling, measured }: PackedStretch): {
  rows: Record<Kind, Map<string, Row>>;
  plans: Batches<Plan>[];
} {
  const world = load({});
  for (let place = 0; place < settling.count; place += 1) {
    for (const { event, at } of settling.at(place)) step(world, event, at);
    world.dirty.take();
  }
  const rows = copyOf(world);
  const plans: Batches<Plan>[] = [];
  for (let place = 0; place < measured.count; place += 1) {
    const plan = measured.at(place).map(({ event, at }) => {
      step(world, event, at);
      return { at, changed: changesOf(world) };
    });
    plans.push(batchesOf(plan));
  }
  return { rows, plans };
}

function change(rows: Map<string, Row>, deadlines: Deadlines, { id, is }: Changed, at: number): void {
  const row = rows.get(id);
  if (is === null) {
    rows.delete(id);
    return deadlines.set('legs', id, null);
  }
  if (row === undefined) rows.set(id, is);
  else row.changedAt = at;
  deadlines.set('legs', id, at + 10_000);
}

function changesOf(world: World): Changed[] {
  return world.dirty.take().flatMap(({ kind, id }) => {
    if (kind !== 'calls' && kind !== 'legs' && kind !== 'offers' && kind !== 'agents') return [];
    const row = world.state[kind].get(id);
    return [{ kind, id, is: row ?? null }];
  });
}

function copyOf({ state }: World): Record<Kind, Map<string, Row>> {
  const copy = (rows: ReadonlyMap<string, Row>): Map<string, Row> =>
    new Map([...rows].map(([id, row]) => [id, { changedAt: 0, ...row }]));
  return { calls: copy(state.calls), legs: copy(state.legs), offers: copy(state.offers), agents: copy(state.agents) };
}
