import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { rowKinds } from '../../core/world.ts';
import { toDisk } from '../backup.ts';
import { behaviour } from '../live/store.ts';
import { type CheckpointFile, type CheckpointHeader, checkpointName, digestOf } from './checkpoint.ts';

/** So many rows are read at a time: a millisecond or two, and then others of this thread have their turn. */
const portion = 500;

/**
 * Writes the rows of `live.db` into a checkpoint's file; null when the journal is empty. The engine does nothing for it and
 * waits for nothing: each of its commits writes rows and journal together, so a reader's snapshot of the database is the
 * state after the last step in it. Rejects when the disk refuses; then no file is left.
 */
export async function takeCheckpoint(liveDb: string, directory: string): Promise<CheckpointFile | null> {
  const db = new Sqlite(liveDb, { readonly: true, fileMustExist: true });
  let partial: string | null = null;
  try {
    db.exec('BEGIN');
    const last = db
      .prepare<[], { seq: number; at: number; event: string }>(
        'SELECT seq, at, event FROM journal ORDER BY seq DESC LIMIT 1',
      )
      .get();
    if (last === undefined) return null;
    const { seq, at, event } = last;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const header: CheckpointHeader = { format: 1, seq, at, behaviour, event: digestOf(event) };
    const file = join(directory, checkpointName(header));
    partial = `${file}.partial`;
    await pipeline(
      Readable.from(linesOf(db, header), { objectMode: false }),
      createGzip({ level: 1 }),
      createWriteStream(partial, { mode: 0o600 }),
    );
    toDisk(partial);
    renameSync(partial, file);
    toDisk(directory);
    return { file, seq, at, behaviour, event: header.event };
  } catch (error) {
    if (partial !== null) rmSync(partial, { force: true });
    throw error;
  } finally {
    db.close();
  }
}

async function* linesOf(db: Sqlite.Database, header: CheckpointHeader): AsyncGenerator<string> {
  yield `${JSON.stringify(header)}\n`;
  for (const kind of rowKinds) {
    const next = db.prepare<[string, number], { id: string; body: string }>(
      `SELECT id, body FROM ${kind} WHERE id > ? ORDER BY id LIMIT ?`,
    );
    for (let rows = next.all('', portion); rows.length > 0; rows = next.all(rows.at(-1)?.id ?? '', portion)) {
      yield rows.map(({ body }) => `["${kind}",${body}]\n`).join('');
      await setImmediate();
    }
  }
}
