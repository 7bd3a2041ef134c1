import Sqlite from 'better-sqlite3';
import type { Event } from '../../core/events.ts';
import type { RecordedStep } from '../../core/replay.ts';

/** What is kept of the journal, for reading: beside a running engine too. */
export type Journal = {
  /** The first and the last step that are kept; null when there is none. */
  bounds(): { readonly first: Place; readonly last: Place } | null;
  /** The first step at or after this engine time, and the last one at or before it. */
  firstFrom(at: number): Place | null;
  lastUntil(at: number): Place | null;
  /** The text of a step's event; null when it is no longer kept. */
  event(seq: number): string | null;
  /** In which step the fact of this number was made; null when it is no longer kept. */
  stepOfFact(seq: number): Place | null;
  /** The texts of the steps around `seq`: so many before it and after it. */
  near(seq: number, count: number): readonly StepText[];
  /** The steps after `seq`, in order, `firstFact` being the number of the first fact of them. */
  steps(after: number, firstFact: number): Iterable<RecordedStep>;
  close(): void;
};

/** A place in the journal; `at` is engine time in ms. */
export type Place = { readonly seq: number; readonly at: number };

/** A step as it was written. */
export type StepText = Place & { readonly event: string; readonly commands: string };

/** So many steps are read at a time: no read holds the engine's write-ahead log for long. */
const portion = 1_000;

type StepRow = {
  readonly seq: number;
  readonly at: number;
  readonly behaviour: number;
  readonly event: string;
  readonly commands: string;
  readonly facts: number | null;
};
type FactRow = { readonly seq: number; readonly at: number; readonly body: string };

/** Opens the journal in `live.db` for reading. Throws when there is no such file. */
export function openJournal(liveDb: string): Journal {
  const db = new Sqlite(liveDb, { readonly: true, fileMustExist: true });
  const first = db.prepare<[], Place>('SELECT seq, at FROM journal ORDER BY seq LIMIT 1');
  const last = db.prepare<[], Place>('SELECT seq, at FROM journal ORDER BY seq DESC LIMIT 1');
  const firstFrom = db.prepare<[number], Place>('SELECT seq, at FROM journal WHERE at >= ? ORDER BY at, seq LIMIT 1');
  const lastUntil = db.prepare<[number], Place>(
    'SELECT seq, at FROM journal WHERE at <= ? ORDER BY at DESC, seq DESC LIMIT 1',
  );
  const event = db.prepare<[number], { event: string }>('SELECT event FROM journal WHERE seq = ?');
  const factAt = db.prepare<[number], FactRow>('SELECT seq, at, body FROM facts WHERE seq = ?');
  const stepsAt = db.prepare<[number], { seq: number; at: number; facts: number | null }>(
    'SELECT seq, at, facts FROM journal WHERE at = ? ORDER BY seq',
  );
  const stepsAfter = db.prepare<[number, number], StepRow>(
    'SELECT seq, at, behaviour, event, commands, facts FROM journal WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const factsFrom = db.prepare<[number, number], FactRow>('SELECT seq, at, body FROM facts WHERE seq >= ? AND seq < ?');

  return {
    bounds() {
      const [one, other] = [first.get(), last.get()];
      return one && other ? { first: one, last: other } : null;
    },
    firstFrom: (at) => firstFrom.get(at) ?? null,
    lastUntil: (at) => lastUntil.get(at) ?? null,
    event: (seq) => event.get(seq)?.event ?? null,
    stepOfFact(seq) {
      const at = factAt.get(seq)?.at;
      if (at === undefined) return null;
      // Several steps share a millisecond: theirs are the facts of that time, one after the other.
      let next = seq;
      while (factAt.get(next - 1)?.at === at) next -= 1;
      for (const one of stepsAt.iterate(at)) {
        next += one.facts ?? 0;
        if (one.facts === null || next > seq) return { seq: one.seq, at };
      }
      return null;
    },
    near: (seq, count) =>
      stepsAfter.all(seq - count - 1, 2 * count + 1).map((row) => ({
        seq: row.seq,
        at: row.at,
        event: row.event,
        commands: row.commands,
      })),
    *steps(after, firstFact) {
      let fact = firstFact;
      for (let rows = stepsAfter.all(after, portion); rows.length > 0; ) {
        // All facts of the portion at once: one by one they are what most of the time goes into.
        const most = rows.reduce((sum, { facts }) => sum + (facts ?? 0), 0);
        const ahead = new Map(factsFrom.all(fact, fact + most).map(({ seq, body }) => [seq, body]));
        for (const row of rows) {
          // A step from before the counts were written: its facts are those of its time.
          const count = row.facts ?? countAt(row, fact);
          const facts: string[] = [];
          for (let seq = fact; seq < fact + count; seq += 1) {
            const body = ahead.get(seq) ?? factAt.get(seq)?.body;
            if (body !== undefined) facts.push(body);
          }
          fact += count;
          yield { ...row, event: JSON.parse(row.event) as Event, facts };
        }
        rows = stepsAfter.all(rows.at(-1)?.seq ?? 0, portion);
      }
    },
    close: () => db.close(),
  };

  function countAt({ at }: StepRow, from: number): number {
    let count = 0;
    while (factAt.get(from + count)?.at === at) count += 1;
    return count;
  }
}
