import { compareIds } from './ordered.ts';

/** What can have a deadline; a row's kind, in the order in which those of one moment expire. */
export type DeadlineKind = 'agents' | 'alarms' | 'calls' | 'legs' | 'meta' | 'offers' | 'phones';

/** `at` in engine time (ms), for this row. */
export type Deadline = { readonly kind: DeadlineKind; readonly id: string; readonly at: number };

/**
 * One deadline an entity: the earliest of its times. A heap in the order (at, kind, id), of four branches, whose entries know
 * their place; the times stand beside it, since all that a comparison nearly always needs is two of them.
 */
export class Deadlines {
  private readonly heap: Entry[] = [];
  private readonly times: number[] = [];
  private readonly entries: Readonly<Record<DeadlineKind, Map<string, Entry>>> = {
    agents: new Map(),
    alarms: new Map(),
    calls: new Map(),
    legs: new Map(),
    meta: new Map(),
    offers: new Map(),
    phones: new Map(),
  };

  get size(): number {
    return this.heap.length;
  }

  /** Sets, moves or (with null) removes the deadline of this row; `at` is engine time in ms. */
  set(kind: DeadlineKind, id: string, at: number | null): void {
    const entries = this.entries[kind];
    const entry = entries.get(id);
    if (entry === undefined) {
      if (at === null) return;
      const added = { kind, id, at, place: this.heap.length };
      entries.set(id, added);
      this.heap.push(added);
      this.times.push(at);
      this.up(added);
    } else if (at === null) {
      entries.delete(id);
      this.remove(entry);
    } else if (entry.at !== at) {
      const sooner = at < entry.at;
      entry.at = at;
      if (sooner) this.up(entry);
      else this.down(entry);
    }
  }

  /** The earliest deadline, or undefined. */
  first(): Deadline | undefined {
    return this.heap[0];
  }

  private remove(entry: Entry): void {
    const last = this.heap.pop();
    this.times.pop();
    if (last === undefined || last === entry) return;
    last.place = entry.place;
    this.up(last);
    this.down(last);
  }

  private up(entry: Entry): void {
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

  private down(entry: Entry): void {
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

  private put(entry: Entry, place: number): void {
    this.heap[place] = entry;
    this.times[place] = entry.at;
    entry.place = place;
  }
}

type Entry = { readonly kind: DeadlineKind; readonly id: string; at: number; place: number };

function isEarlier(at: number, one: Entry, otherAt: number, other: Entry): boolean {
  if (at !== otherAt) return at < otherAt;
  return (compareIds(one.kind, other.kind) || compareIds(one.id, other.id)) < 0;
}
