import { replayStep } from '../../core/replay.ts';
import type { World } from '../../core/world.ts';
import type { Journal, Place } from './journal.ts';
import { beginningFor } from './segment.ts';

/** A moment of the past: the world as it was after this step. */
export type Moment = Place & {
  readonly world: World;
  /** On the way there every step came to what was written. Else another version decided, and this is how it would be today. */
  readonly exact: boolean;
};

/**
 * Goes through the past once and stops after each of these steps (numbers, growing): the world there is told to `at`, which
 * must not change it. Throws a `NoBeginningError` when the first one can no longer be reached.
 */
export function recall(
  journal: Journal,
  directory: string,
  steps: readonly number[],
  at: (moment: Moment) => void,
): void {
  const first = steps[0];
  if (first === undefined) return;
  const { checkpoint, world, seq } = beginningFor(journal, directory, first + 1);
  const wanted = new Set(steps);
  if (wanted.delete(seq)) at({ seq, at: checkpoint?.at ?? 0, world, exact: true });
  let exact = true;
  for (const recorded of wanted.size === 0 ? [] : journal.steps(seq, world.state.meta.nextFact)) {
    exact = replayStep(world, recorded) === null && exact;
    if (wanted.delete(recorded.seq)) at({ seq: recorded.seq, at: recorded.at, world, exact });
    if (wanted.size === 0) return;
  }
}
