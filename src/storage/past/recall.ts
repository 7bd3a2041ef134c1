import { replayStep } from '../../core/replay.ts';
import type { World } from '../../core/world.ts';
import type { PastProgress } from '../../protocol/why.ts';
import type { CheckpointFile } from './checkpoint.ts';
import type { Journal, Place } from './journal.ts';
import { beginningFor, usableCheckpoints } from './segment.ts';

/** A moment of the past: the world as it was after this step. */
export type Moment = Place & {
  readonly world: World;
  /** On the way there every step came to what was written. Else another version decided, and this is how it would be today. */
  readonly exact: boolean;
};

/** To read a checkpoint costs as much as so many steps: it is passed over when fewer are saved by it. */
const checkpointSteps = 10_000;

/**
 * Goes through the past once and stops after each of these steps (numbers, growing): the world there is told to `at`, which
 * must not change it. Between two of them that lie far apart it goes on from the checkpoint before the second, so that a
 * moment costs a segment of the journal at the most. Throws a `NoBeginningError` when one can no longer be reached.
 */
export function recall(
  journal: Journal,
  directory: string,
  steps: readonly number[],
  at: (moment: Moment) => void,
  worthSteps = checkpointSteps,
  pass: (progress: PastProgress) => void = () => {},
): void {
  const legs = legsTo(usableCheckpoints(journal, directory), steps, worthSteps);
  const of = legs.reduce((sum, leg) => sum + leg.wanted - leg.from, 0);
  let way: Way | null = null;
  let stepped = 0;
  for (const { wanted, isAnew } of legs) {
    if (way === null || isAnew) way = wayTo(journal, directory, wanted);
    for (const seq of goOn(journal, way, wanted)) {
      stepped += 1;
      if (seq % passEvery === 0) pass({ stepped, of, at: way.at });
    }
    if (way.seq === wanted) at({ seq: way.seq, at: way.at, world: way.world, exact: way.exact });
  }
}

/** Whoever waits is told so often, in steps: some hundredths of a second at 10,000 agents. */
export const passEvery = 500;

/** How far the past was told. */
type Way = { seq: number; at: number; readonly world: World; exact: boolean };

/** A part of the way, up to a step that is wanted: on from where it is, or anew from the checkpoint before it. */
type Leg = { readonly wanted: number; readonly from: number; readonly isAnew: boolean };

/** It begins anew where a later checkpoint saves so many steps of the way. */
function legsTo(checkpoints: readonly CheckpointFile[], steps: readonly number[], worthSteps: number): readonly Leg[] {
  const legs: Leg[] = [];
  for (const wanted of steps) {
    const before = checkpoints.findLast(({ seq }) => seq <= wanted)?.seq ?? 0;
    const here = legs.at(-1)?.wanted;
    const isAnew = here === undefined || before - here >= worthSteps;
    legs.push({ wanted, from: isAnew ? before : here, isAnew });
  }
  return legs;
}

function wayTo(journal: Journal, directory: string, wanted: number): Way {
  const { checkpoint, world, seq } = beginningFor(journal, directory, wanted + 1);
  return { seq, at: checkpoint?.at ?? 0, world, exact: true };
}

/** Goes up to a step, and gives the number of each on the way. */
function* goOn(journal: Journal, way: Way, until: number): Generator<number> {
  if (way.seq >= until) return;
  for (const recorded of journal.steps(way.seq, way.world.state.meta.nextFact)) {
    if (recorded.seq > until) return;
    way.exact = replayStep(way.world, recorded) === null && way.exact;
    way.seq = recorded.seq;
    way.at = recorded.at;
    yield recorded.seq;
    if (recorded.seq === until) return;
  }
}
