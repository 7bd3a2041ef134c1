import type { RowKind } from './world.ts';

/** Which rows changed since they were last taken; each is given once, whatever became of it. */
export class Dirty {
  /** By kind; whoever changes a row adds it to its list. */
  readonly ids: Readonly<Record<RowKind, DirtyIds>> = {
    meta: new DirtyIds(),
    users: new DirtyIds(),
    queues: new DirtyIds(),
    phones: new DirtyIds(),
    agents: new DirtyIds(),
    calls: new DirtyIds(),
    offers: new DirtyIds(),
    legs: new DirtyIds(),
    reasons: new DirtyIds(),
    alarms: new DirtyIds(),
    trunks: new DirtyIds(),
    routes: new DirtyIds(),
    payers: new DirtyIds(),
    meters: new DirtyIds(),
  };
  private readonly kinds = Object.keys(this.ids) as RowKind[];

  get isEmpty(): boolean {
    for (const kind of this.kinds) if (this.ids[kind].length > 0) return false;
    return true;
  }

  mark(kind: RowKind, id: string): void {
    this.ids[kind].add(id);
  }

  /** Forgets them: for a world that nobody writes down. */
  clear(): void {
    for (const kind of this.kinds) this.ids[kind].take();
  }

  /** Gives them by kind, in the order in which they changed, and begins anew. */
  take(): { readonly kind: RowKind; readonly id: string }[] {
    const taken: { readonly kind: RowKind; readonly id: string }[] = [];
    for (const kind of this.kinds) for (const id of this.ids[kind].take()) taken.push({ kind, id });
    return taken;
  }
}

/**
 * The ids of one kind of rows. A row changes several times in a step, mostly in a row: so they are listed as they come, and
 * made single when they are taken.
 */
class DirtyIds {
  private list: string[] = [];
  private last = '';

  get length(): number {
    return this.list.length;
  }

  add(id: string): void {
    if (id === this.last) return;
    this.last = id;
    this.list.push(id);
  }

  take(): Iterable<string> {
    const { list } = this;
    if (list.length === 0) return list;
    this.list = [];
    this.last = '';
    return list.length === 1 ? list : new Set(list);
  }
}
