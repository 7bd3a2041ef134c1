import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type RowKind, type Rows, rowKinds } from '../../core/world.ts';
import { whyOf } from '../../lib/why.ts';

/**
 * A checkpoint: all rows as they were after one step of the journal. It is a file of its own, gzipped lines of JSON: the
 * header, then `[kind, row]` for each row. Here a segment of the journal begins, and a replay of it.
 */
export type CheckpointFile = {
  readonly file: string;
  /** The last step that the rows hold. */
  readonly seq: number;
  /** Its engine time in ms. */
  readonly at: number;
  /** The version of the decisions of the code that took it. */
  readonly behaviour: number;
  /** The beginning of `digestOf` that step's event: a database from a backup may have the same number with another story. */
  readonly event: string;
};

export type CheckpointHeader = {
  readonly format: 1;
  readonly seq: number;
  readonly at: number;
  /** The version of the decisions of the code that took it. */
  readonly behaviour: number;
  readonly event: string;
};

export type StoredRows = { readonly [K in RowKind]: Rows[K][] };
export type Checkpoint = { readonly header: CheckpointHeader; readonly rows: StoredRows };

const namePattern = /^(\d{12})-(\d{13,})-b(\d+)-([0-9a-f]{12})\.jsonl\.gz$/;

/** The name of a checkpoint's file: sorts by its place in the journal, and says all that is needed to choose one. */
export function checkpointName({ seq, at, behaviour, event }: CheckpointHeader): string {
  return `${String(seq).padStart(12, '0')}-${String(at).padStart(13, '0')}-b${behaviour}-${event}.jsonl.gz`;
}

/** All checkpoints of a directory, the oldest first; none when there is no such directory. */
export function listCheckpoints(directory: string): readonly CheckpointFile[] {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const [, seq, at, behaviour, event] = namePattern.exec(name) ?? [];
      if (event === undefined) return [];
      return [{ file: join(directory, name), seq: Number(seq), at: Number(at), behaviour: Number(behaviour), event }];
    })
    .sort((a, b) => a.seq - b.seq);
}

/** Reads a checkpoint's file. Throws with its name when it is damaged, or of a format that this version does not know. */
export function readCheckpoint(file: string): Checkpoint {
  let lines: readonly unknown[];
  try {
    lines = gunzipSync(readFileSync(file))
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  } catch (error) {
    throw new Error(`The checkpoint ${file} is damaged: ${whyOf(error)}`);
  }
  const [header, ...rest] = lines as [CheckpointHeader | undefined, ...(readonly [RowKind, unknown])[]];
  if (header?.format !== 1) throw new Error(`The checkpoint ${file} was made by another version of Cordboard.`);
  const rows = Object.fromEntries(rowKinds.map((kind): [RowKind, unknown[]] => [kind, []]));
  for (const [kind, row] of rest) rows[kind]?.push(row);
  return { header, rows: rows as unknown as StoredRows };
}

/** What a checkpoint remembers of its step's event, so that it is not taken for another story's. */
export function digestOf(event: string): string {
  return createHash('sha256').update(event).digest('hex').slice(0, 12);
}
