import type { CallPlace } from './call-place.ts';
import { compareIds } from './ordered.ts';

/** What can have a deadline; a row's kind, in the order in which those of one moment expire. */
export type DeadlineKind = 'agents' | 'alarms' | 'calls' | 'legs' | 'meta' | 'offers' | 'phones';

/**
 * A deadline and where it stands: `place` counts in its bucket, or in the heap where that is null; it is under 0 while it
 * stands nowhere. What is derived of a row may keep it, so that nothing is looked up when it moves.
 */
export type DeadlineEntry = {
  readonly kind: DeadlineKind;
  readonly id: string;
  /** What else is derived of the row, where it is a call's. */
  of: CallPlace | null;
  at: number;
  place: number;
  bucket: DeadlineEntry[] | null;
};

/** A deadline that stands nowhere yet. */
export function deadlineOf(kind: DeadlineKind, id: string): DeadlineEntry {
  return { kind, id, of: null, at: 0, place: nowhere, bucket: null };
}

const nowhere = -1;

/** The earliest of up to three times; null when there is none. */
export function earliest(one: number | null, other: number | null = null, third: number | null = null): number | null {
  const sooner = other === null || (one !== null && one <= other) ? one : other;
  return third === null || (sooner !== null && sooner <= third) ? sooner : third;
}

/** Deadlines of so many ms stand together until their time comes near. */
const bucketMs = 256;

/**
 * One deadline an entity: the earliest of its times. Those that come next are in a heap in the order (at, kind, id), of four
 * branches, whose entries know their place; the times stand beside it, since all that a comparison nearly always needs is
 * two of them. Those that are further away stand in buckets in no order, and come into the heap a bucket at a time: most
 * are moved or removed before, and then nothing was ever compared.
 */
export class Deadlines {
  private readonly heap: DeadlineEntry[] = [];
  private readonly times: number[] = [];
  private readonly buckets = new Map<number, DeadlineEntry[]>();
  /** What is before it is in the heap. */
  private horizon = Number.NEGATIVE_INFINITY;
  /** Buckets count from the first time that was ever set: so their numbers stay small ones. */
  private base: number | null = null;
  private far = 0;
  private readonly entries: Readonly<Record<KeptHere, Map<string, DeadlineEntry>>> = {
    alarms: new Map(),
    legs: new Map(),
    meta: new Map(),
    offers: new Map(),
    phones: new Map(),
  };

  get size(): number {
    return this.heap.length + this.far;
  }

  /** Sets, moves or (with null) removes the deadline of a row whose entry nobody keeps; `at` is engine time in ms. */
  set(kind: KeptHere, id: string, at: number | null): void {
    const entries = this.entries[kind];
    let entry = entries.get(id);
    if (entry === undefined) {
      if (at === null) return;
      entry = deadlineOf(kind, id);
      entries.set(id, entry);
    } else if (at === null) entries.delete(id);
    this.move(entry, at);
  }

  /** Sets, moves or (with null) takes away a deadline; `at` is engine time in ms. */
  move(entry: DeadlineEntry, at: number | null): void {
    if (at === null) {
      if (entry.place !== nowhere) this.remove(entry);
    } else if (entry.place === nowhere) {
      entry.at = at;
      this.add(entry);
    } else if (entry.at !== at) this.moveTo(entry, at);
  }

  /** The earliest deadline, or undefined. */
  first(): DeadlineEntry | undefined {
    if (this.heap.length === 0 && this.far > 0) this.comeNearer();
    return this.heap[0];
  }

  private moveTo(entry: DeadlineEntry, at: number): void {
    if (entry.bucket !== null || at >= this.horizon) {
      this.remove(entry);
      entry.at = at;
      this.add(entry);
      return;
    }
    const isSooner = at < entry.at;
    entry.at = at;
    if (isSooner) this.up(entry);
    else this.down(entry);
  }

  private add(entry: DeadlineEntry): void {
    if (entry.at < this.horizon) return this.push(entry);
    this.base ??= entry.at;
    const number = Math.floor((entry.at - this.base) / bucketMs);
    let bucket = this.buckets.get(number);
    if (bucket === undefined) {
      bucket = [];
      this.buckets.set(number, bucket);
    }
    entry.bucket = bucket;
    entry.place = bucket.length;
    bucket.push(entry);
    this.far += 1;
  }

  private push(entry: DeadlineEntry): void {
    entry.place = this.heap.length;
    this.heap.push(entry);
    this.times.push(entry.at);
    this.up(entry);
  }

  /** The next bucket with anything in it comes into the heap. */
  private comeNearer(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const [number, bucket] of this.buckets) {
      if (bucket.length === 0) this.buckets.delete(number);
      else if (number < next) next = number;
    }
    const bucket = this.buckets.get(next) ?? [];
    this.buckets.delete(next);
    this.far -= bucket.length;
    this.horizon = (this.base ?? 0) + (next + 1) * bucketMs;
    for (const entry of bucket) {
      entry.bucket = null;
      this.push(entry);
    }
  }

  private remove(entry: DeadlineEntry): void {
    if (entry.bucket !== null) return this.leaveBucket(entry, entry.bucket);
    const { place } = entry;
    const last = this.heap.pop();
    this.times.pop();
    entry.place = nowhere;
    if (last === undefined || last === entry) return;
    last.place = place;
    this.up(last);
    this.down(last);
  }

  private leaveBucket(entry: DeadlineEntry, bucket: DeadlineEntry[]): void {
    const last = bucket.pop();
    if (last !== undefined && last !== entry) {
      bucket[entry.place] = last;
      last.place = entry.place;
    }
    entry.bucket = null;
    entry.place = nowhere;
    this.far -= 1;
  }

  private up(entry: DeadlineEntry): void {
    const { heap, times } = this;
    let { place } = entry;
    while (place > 0) {
      const above = (place - 1) >> 2;
      const parent = heap[above];
      if (parent === undefined || !isEarlier(entry.at, entry, times[above] ?? 0, parent)) break;
      this.put(parent, place);
      place = above;
    }
    this.put(entry, place);
  }

  private down(entry: DeadlineEntry): void {
    const { heap, times } = this;
    let { place } = entry;
    for (;;) {
      let best = place * 4 + 1;
      const end = Math.min(best + 4, heap.length);
      let child = heap[best];
      for (let other = best + 1; other < end; other += 1) {
        const one = heap[other];
        if (child === undefined || one === undefined) break;
        if (!isEarlier(times[other] ?? 0, one, times[best] ?? 0, child)) continue;
        best = other;
        child = one;
      }
      if (child === undefined || !isEarlier(times[best] ?? 0, child, entry.at, entry)) break;
      this.put(child, place);
      place = best;
    }
    this.put(entry, place);
  }

  private put(entry: DeadlineEntry, place: number): void {
    this.heap[place] = entry;
    this.times[place] = entry.at;
    entry.place = place;
  }
}

/** Rows of which nothing else is derived: their entries are kept here. Those of calls and agents are with the index. */
type KeptHere = Exclude<DeadlineKind, 'agents' | 'calls'>;

function isEarlier(at: number, one: DeadlineEntry, otherAt: number, other: DeadlineEntry): boolean {
  if (at !== otherAt) return at < otherAt;
  return (compareIds(one.kind, other.kind) || compareIds(one.id, other.id)) < 0;
}
