import { Deadlines } from '../../src/core/deadlines.ts';
import { step } from '../../src/core/step.ts';
import { load, type World } from '../../src/core/world.ts';
import type { Stretch } from './stretch.ts';

type Row = { readonly id: string; changedAt?: number };
const kinds = ['calls', 'legs', 'offers', 'agents'] as const;
type Kind = (typeof kinds)[number];
/** A row that a step changed; `is` is null where it is gone. */
type Changed = { readonly kind: Kind; readonly id: string; readonly is: Row | null };

/**
 * What no core of rows in maps can do without, in µs of CPU a step: each row that the step changed is looked up by its id,
 * one number is written into it, and a deadline is set. No decision, no command, no fact. It says how much of a step's time
 * is the machine's memory.
 */
export function floorUs({ events, from }: Stretch): number {
  const world = load({});
  for (const { event, at } of events.slice(0, from)) step(world, event, at);
  world.dirty.take();
  const rows = copyOf(world);
  const deadlines = new Deadlines();
  const plan = events.slice(from).map(({ event, at }) => {
    step(world, event, at);
    return { at, changed: changesOf(world) };
  });
  const cpu = process.cpuUsage();
  for (const { at, changed } of plan) for (const one of changed) change(rows[one.kind], deadlines, one, at);
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / plan.length;
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
    // Ids as an event brings them: texts of their own, and not those that the maps have.
    return [{ kind, id: `${id} `.trim(), is: row === undefined ? null : { ...row } }];
  });
}

function copyOf({ state }: World): Record<Kind, Map<string, Row>> {
  const copy = (rows: ReadonlyMap<string, Row>): Map<string, Row> =>
    new Map([...rows].map(([id, row]) => [id, { changedAt: 0, ...row }]));
  return { calls: copy(state.calls), legs: copy(state.legs), offers: copy(state.offers), agents: copy(state.agents) };
}
