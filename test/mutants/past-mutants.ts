import type { Mutant } from './mutants.ts';

/** Bugs of the journal, its checkpoints and its replay: the suites that see them open databases. */
export const pastMutants: readonly Mutant[] = [
  {
    lie: 'a checkpoint is put together from several moments',
    file: 'src/storage/past/take-checkpoint.ts',
    from: "db.exec('BEGIN');",
    to: '',
    by: 'test/past/replay.test.ts',
  },
  {
    lie: 'a replay compares commands only',
    file: 'src/core/replay.ts',
    from: 'return now.facts === written ? null :',
    to: 'return now.facts.length > 0 ? null :',
    by: 'test/past/replay.test.ts',
  },
  {
    lie: 'a caller is forgotten whose call is still kept',
    file: 'src/storage/live/prune.ts',
    from: 'AND NOT EXISTS (SELECT 1 FROM facts WHERE facts.call = callers.call AND facts.seq > ?)',
    to: 'AND ? > 0',
    by: 'test/past/replay.test.ts',
  },
];
