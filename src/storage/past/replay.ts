import { isDeepStrictEqual } from 'node:util';
import { type Difference, replayStep } from '../../core/replay.ts';
import type { State } from '../../core/state.ts';
import { load, type RowKind, rowKinds, type World } from '../../core/world.ts';
import type { PastProgress } from '../../protocol/why.ts';
import { behaviour } from '../live/store.ts';
import { type CheckpointFile, readCheckpoint } from './checkpoint.ts';
import type { Journal, Place, StepText } from './journal.ts';
import { passEvery } from './recall.ts';
import { beginningFor, NoBeginningError, usableCheckpoints } from './segment.ts';

/** What a replay came to. */
export type Replay = {
  /** Where it began: a checkpoint, or null for the empty world before the first step. */
  readonly checkpoint: Place | null;
  /** The first and the last step that were compared: all of them from the checkpoint on. */
  readonly from: Place;
  readonly to: Place;
  readonly steps: number;
  readonly facts: number;
  /** Later checkpoints that were passed and held the same rows. */
  readonly checkpoints: number;
  /** The versions of the decisions that made the steps, and the one that replayed them. */
  readonly behaviours: readonly number[];
  readonly behaviour: number;
  /** All steps were made by this version: a difference is a bug. Else they are compared, and nothing is promised. */
  readonly promised: boolean;
  readonly difference: Difference | null;
  /** The recorded steps around the difference; empty when there is none. */
  readonly around: readonly StepText[];
};

/** How many steps before and after a difference are shown. */
const stepsAround = 3;

/**
 * Runs the steps `from` to `to` (numbers in the journal) through `step` again, from the checkpoint before them, and stops at
 * the first difference. Throws a `NoBeginningError` when the stretch is empty or can no longer be reached.
 */
export function replay(
  journal: Journal,
  directory: string,
  from: number,
  to: number,
  pass: (progress: PastProgress) => void = () => {},
): Replay {
  const { checkpoint, world, seq } = beginningFor(journal, directory, from);
  const ahead = usableCheckpoints(journal, directory).filter((one) => one.seq > seq);
  const behaviours = new Set<number>();
  let [steps, facts, checkpoints] = [0, 0, 0];
  let first: Place | null = null;
  let last: Place = { seq, at: 0 };
  let difference: Difference | null = null;
  for (const recorded of journal.steps(seq, world.state.meta.nextFact)) {
    if (recorded.seq > to) break;
    if (recorded.seq !== last.seq + 1)
      throw new NoBeginningError(`The journal has a gap after #${last.seq}: it was shortened meanwhile.`);
    last = { seq: recorded.seq, at: recorded.at };
    first ??= last;
    steps += 1;
    facts += recorded.facts.length;
    if (steps % passEvery === 0) pass({ stepped: steps, of: to - seq, at: recorded.at });
    behaviours.add(recorded.behaviour);
    difference = replayStep(world, recorded);
    if (difference === null && ahead[0]?.seq === recorded.seq) {
      difference = rowsDiffer(world, ahead.shift(), recorded);
      checkpoints += 1;
    }
    if (difference !== null) break;
  }
  if (first === null) throw new NoBeginningError('There are no steps in this stretch of the journal.');
  return {
    checkpoint: checkpoint === null ? null : { seq: checkpoint.seq, at: checkpoint.at },
    from: first,
    to: last,
    steps,
    facts,
    checkpoints,
    behaviours: [...behaviours].sort((a, b) => a - b),
    behaviour,
    promised: [...behaviours].every((one) => one === behaviour),
    difference,
    around: difference === null ? [] : journal.near(difference.seq, stepsAround),
  };
}

/** Whether the rows are those of a checkpoint that was taken here: what was never written down would show. */
function rowsDiffer(
  world: World,
  checkpoint: CheckpointFile | undefined,
  step: Place & { readonly behaviour: number },
): Difference | null {
  const { seq, at, behaviour } = step;
  if (checkpoint === undefined) return null;
  const { state } = load(readCheckpoint(checkpoint.file).rows);
  for (const kind of rowKinds) {
    const [mine, theirs] = [rowsOf(world.state, kind), rowsOf(state, kind)];
    for (const id of new Set([...theirs.keys(), ...mine.keys()])) {
      const is = JSON.stringify(mine.get(id)) ?? 'no row';
      const was = JSON.stringify(theirs.get(id)) ?? 'no row';
      // What is not written (a field that is undefined) does not count, and the order of the fields neither.
      if (is === was || (mine.has(id) && isDeepStrictEqual(JSON.parse(is), theirs.get(id)))) continue;
      return { seq, at, behaviour, what: 'rows', recorded: `${kind}/${id}: ${was}`, replayed: is };
    }
  }
  return null;
}

function rowsOf(state: State, kind: RowKind): ReadonlyMap<string, unknown> {
  return kind === 'meta' ? new Map([['meta', state.meta]]) : state[kind];
}
