import { replayStep } from '../../core/replay.ts';
import type { World } from '../../core/world.ts';
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
): void {
  const [first] = steps;
  if (first === undefined) return;
  let way = wayTo(journal, directory, first);
  for (const wanted of steps) {
    if (isWorth(journal, directory, way.seq, wanted, worthSteps)) way = wayTo(journal, directory, wanted);
    goOn(journal, way, wanted);
    if (way.seq === wanted) at({ seq: way.seq, at: way.at, world: way.world, exact: way.exact });
  }
}

/** How far the past was told. */
type Way = { seq: number; at: number; readonly world: World; exact: boolean };

/** Whether a later checkpoint saves so many steps of the way. */
function isWorth(journal: Journal, directory: string, from: number, wanted: number, worthSteps: number): boolean {
  const later = usableCheckpoints(journal, directory).findLast(({ seq }) => seq <= wanted);
  return later !== undefined && later.seq - from >= worthSteps;
}

function wayTo(journal: Journal, directory: string, wanted: number): Way {
  const { checkpoint, world, seq } = beginningFor(journal, directory, wanted + 1);
  return { seq, at: checkpoint?.at ?? 0, world, exact: true };
}

function goOn(journal: Journal, way: Way, until: number): void {
  if (way.seq >= until) return;
  for (const recorded of journal.steps(way.seq, way.world.state.meta.nextFact)) {
    if (recorded.seq > until) return;
    way.exact = replayStep(way.world, recorded) === null && way.exact;
    way.seq = recorded.seq;
    way.at = recorded.at;
    if (recorded.seq === until) return;
  }
}
