import { load, type World } from '../../core/world.ts';
import { type CheckpointFile, digestOf, listCheckpoints, readCheckpoint } from './checkpoint.ts';
import type { Journal } from './journal.ts';

/** Where a replay begins: the world after a step, with nothing of the journal missing from there on. */
export type Beginning = {
  /** null: the journal is kept from its very first step, and the world was empty before it. */
  readonly checkpoint: CheckpointFile | null;
  readonly world: World;
  /** The last step that the world holds, 0 when it is empty. */
  readonly seq: number;
};

/** There is no way to come to the state at a place: nothing to begin from is kept. The message says from where on there is. */
export class NoBeginningError extends Error {}

/**
 * The world from which step `seq` can be reached, by the newest checkpoint before it. Checkpoints that belong to another
 * story (a database from a backup) are passed over. Throws a `NoBeginningError`.
 */
export function beginningFor(journal: Journal, directory: string, seq: number): Beginning {
  const checkpoint = usableCheckpoints(journal, directory).findLast((one) => one.seq < seq);
  if (checkpoint !== undefined) {
    return { checkpoint, world: load(readCheckpoint(checkpoint.file).rows), seq: checkpoint.seq };
  }
  if (journal.bounds()?.first.seq === 1) return { checkpoint: null, world: load({}), seq: 0 };
  const earliest = usableCheckpoints(journal, directory)[0];
  throw new NoBeginningError(
    earliest === undefined
      ? 'No checkpoint is kept yet, and the journal no longer begins with its first step.'
      : `The state can be told from ${new Date(earliest.at).toISOString()} (#${earliest.seq + 1}) on: no older checkpoint is kept.`,
  );
}

/** The checkpoints after which the journal is kept, of the journal's own story, the oldest first. */
export function usableCheckpoints(journal: Journal, directory: string): readonly CheckpointFile[] {
  const bounds = journal.bounds();
  if (bounds === null) return [];
  const { first, last } = bounds;
  return listCheckpoints(directory).filter(
    (one) => one.seq >= first.seq - 1 && one.seq <= last.seq && isOfThisStory(journal, one),
  );
}

/** A step that was pruned cannot be compared; its checkpoint is then the first of all, just before what is kept. */
function isOfThisStory(journal: Journal, { seq, event }: CheckpointFile): boolean {
  const written = journal.event(seq);
  return written === null || event === digestOf(written);
}
