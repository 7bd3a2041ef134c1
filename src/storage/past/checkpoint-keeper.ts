import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { behaviour } from '../live/store.ts';
import { type CheckpointFile, listCheckpoints } from './checkpoint.ts';
import { type Journal, openJournal } from './journal.ts';
import { usableCheckpoints } from './segment.ts';
import { takeCheckpoint } from './take-checkpoint.ts';

/** Takes checkpoints when they are due, and removes those that lead nowhere any more. */
export type CheckpointKeeper = {
  /** Resolves when what is due is done; `close` waits for it too. Never rejects. */
  look(): Promise<void>;
  close(): Promise<void>;
};

/** How often it is looked whether one is due. */
const lookMs = 10_000;
/** After so many steps one is due before its time, or a replay would take too long. */
const mostSteps = 50_000;

/**
 * Begins a segment of the journal every `everyMs` (when there was a step at all), after 50,000 steps, and with another
 * version of the decisions. A failure is handed to `onFailed` and tried again.
 */
export function keepCheckpoints(
  options: { readonly liveDb: string; readonly directory: string; readonly everyMs: number },
  onFailed: (error: unknown) => void,
): CheckpointKeeper {
  const { liveDb, directory, everyMs } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // What a death left half-written.
  for (const name of readdirSync(directory)) if (name.endsWith('.partial')) rmSync(join(directory, name));
  const journal = openJournal(liveDb);
  let busy: Promise<void> | null = null;
  const work = async (): Promise<void> => {
    try {
      if (isDue(journal, directory, everyMs)) await takeCheckpoint(liveDb, directory);
      for (const { file } of uselessCheckpoints(journal, directory)) rmSync(file, { force: true });
    } catch (error) {
      onFailed(error);
    }
  };
  const look = (): Promise<void> => {
    busy ??= work().finally(() => {
      busy = null;
    });
    return busy;
  };
  const timer = setInterval(() => void look(), lookMs);
  void look();
  return {
    look,
    async close() {
      clearInterval(timer);
      await busy;
      journal.close();
    },
  };
}

function isDue(journal: Journal, directory: string, everyMs: number): boolean {
  const last = journal.bounds()?.last;
  if (last === undefined) return false;
  const newest = usableCheckpoints(journal, directory).at(-1);
  if (newest === undefined) return true;
  if (last.seq === newest.seq) return false;
  // By engine time alone: the wall clock may be hours away from it, for as long as this daemon lives.
  if (last.seq - newest.seq >= mostSteps || last.at - newest.at >= everyMs) return true;
  return newest.behaviour !== behaviour;
}

/** Those whose segment was pruned, in part or whole, and those of another story. */
function uselessCheckpoints(journal: Journal, directory: string): readonly CheckpointFile[] {
  const usable = new Set(usableCheckpoints(journal, directory).map(({ file }) => file));
  return listCheckpoints(directory).filter(({ file }) => !usable.has(file));
}
