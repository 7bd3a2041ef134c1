import { compareIds } from './ordered.ts';

/** What can have a deadline; a row's kind, in the order in which those of one moment expire. */
export type DeadlineKind = 'agents' | 'alarms' | 'calls' | 'legs' | 'meta' | 'offers' | 'phones';

/** `at` in engine time (ms), for this row. */
export type Deadline = { readonly kind: DeadlineKind; readonly id: string; readonly at: number };

/** One deadline an entity: the earliest of its times. A binary heap in the order (at, kind, id), whose entries know their place. */
export class Deadlines {
  private readonly heap: Entry[] = [];
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
    if (last === undefined || last === entry) return;
    this.heap[entry.place] = last;
    last.place = entry.place;
    this.up(last);
    this.down(last);
  }

  private up(entry: Entry): void {
    const { heap } = this;
    let { place } = entry;
    while (place > 0) {
      const parent = heap[(place - 1) >> 1];
      if (parent === undefined || !isEarlier(entry, parent)) break;
      heap[place] = parent;
      const above = parent.place;
      parent.place = place;
      place = above;
    }
    heap[place] = entry;
    entry.place = place;
  }

  private down(entry: Entry): void {
    const { heap } = this;
    let { place } = entry;
    for (;;) {
      const left = heap[place * 2 + 1];
      const right = heap[place * 2 + 2];
      const child = left !== undefined && right !== undefined && isEarlier(right, left) ? right : left;
      if (child === undefined || !isEarlier(child, entry)) break;
      heap[place] = child;
      const below = child.place;
      child.place = place;
      place = below;
    }
    heap[place] = entry;
    entry.place = place;
  }
}

type Entry = { readonly kind: DeadlineKind; readonly id: string; at: number; place: number };

function isEarlier(one: Entry, other: Entry): boolean {
  if (one.at !== other.at) return one.at < other.at;
  return (compareIds(one.kind, other.kind) || compareIds(one.id, other.id)) < 0;
}
