import type { Event } from './events.ts';
import { step } from './step.ts';
import type { World } from './world.ts';

/** One step as the journal has it: its event, and what came of it as the very text that was written. */
export type RecordedStep = {
  /** Its place in the journal, which grows by one. */
  readonly seq: number;
  /** Engine time in ms. */
  readonly at: number;
  /** The version of the decisions that made it. */
  readonly behaviour: number;
  readonly event: Event;
  readonly commands: string;
  readonly facts: readonly string[];
};

/** Where a replay first came to something else than what was written. `rows`: the state beside a later checkpoint. */
export type Difference = {
  readonly seq: number;
  readonly at: number;
  readonly behaviour: number;
  readonly what: 'commands' | 'facts' | 'error' | 'rows';
  readonly recorded: string;
  readonly replayed: string;
};

/** Steps a recorded event again and compares, byte for byte; null when all is the same. The world goes on with it. */
export function replayStep(world: World, recorded: RecordedStep): Difference | null {
  const { seq, at, behaviour } = recorded;
  const differs = (what: Difference['what'], was: string, is: string): Difference => {
    return { seq, at, behaviour, what, recorded: was, replayed: is };
  };
  try {
    const { commands, facts } = step(world, recorded.event, at);
    // Nobody writes these rows anywhere.
    world.dirty.clear();
    const now = { commands: JSON.stringify(commands), facts: listText(facts.map((fact) => JSON.stringify(fact))) };
    if (now.commands !== recorded.commands) return differs('commands', recorded.commands, now.commands);
    const written = listText(recorded.facts);
    return now.facts === written ? null : differs('facts', written, now.facts);
  } catch (error) {
    return differs('error', 'no error', error instanceof Error ? error.message : String(error));
  }
}

function listText(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}
