import type { RowKind } from './world.ts';

/** Which rows changed since they were last taken; each is there once, whatever became of it. */
export class Dirty {
  private readonly ids: Readonly<Record<RowKind, Set<string>>> = {
    meta: new Set(),
    users: new Set(),
    queues: new Set(),
    phones: new Set(),
    agents: new Set(),
    calls: new Set(),
    offers: new Set(),
    legs: new Set(),
    reasons: new Set(),
    alarms: new Set(),
    trunks: new Set(),
    routes: new Set(),
    payers: new Set(),
    meters: new Set(),
  };
  private readonly kinds = Object.keys(this.ids) as RowKind[];

  get isEmpty(): boolean {
    return this.kinds.every((kind) => this.ids[kind].size === 0);
  }

  mark(kind: RowKind, id: string): void {
    this.ids[kind].add(id);
  }

  /** Gives them by kind, in the order in which they changed, and begins anew. */
  take(): { readonly kind: RowKind; readonly id: string }[] {
    const taken = this.kinds.flatMap((kind) => [...this.ids[kind]].map((id) => ({ kind, id })));
    for (const kind of this.kinds) this.ids[kind].clear();
    return taken;
  }
}
