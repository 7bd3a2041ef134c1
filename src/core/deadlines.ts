import { compareIds } from './ordered.ts';

/** One deadline an entity: the earliest of its times. A binary heap in the order (at, id), with an index by id. */
export class Deadlines {
  private readonly heap: Deadline[] = [];
  private readonly places = new Map<string, number>();

  get size(): number {
    return this.heap.length;
  }

  /** Sets, moves or (with null) removes the deadline of this id; `at` is engine time in ms. */
  set(id: string, at: number | null): void {
    const place = this.places.get(id);
    if (place !== undefined) {
      if (this.heap[place]?.at === at) return;
      this.removeAt(place);
    }
    if (at === null) return;
    this.heap.push({ at, id });
    this.places.set(id, this.heap.length - 1);
    this.up(this.heap.length - 1);
  }

  /** The earliest deadline, or undefined. */
  first(): Deadline | undefined {
    return this.heap[0];
  }

  private removeAt(place: number): void {
    const gone = this.heap[place];
    const last = this.heap.pop();
    if (gone === undefined || last === undefined) return;
    this.places.delete(gone.id);
    if (place >= this.heap.length) return;
    this.put(place, last);
    this.up(place);
    this.down(this.places.get(last.id) ?? place);
  }

  private up(from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.swapIfEarlier(place, parent)) return;
      place = parent;
    }
  }

  private down(from: number): void {
    let place = from;
    for (;;) {
      const left = place * 2 + 1;
      const right = left + 1;
      const child = right < this.heap.length && this.earlier(right, left) ? right : left;
      if (child >= this.heap.length || !this.swapIfEarlier(child, place)) return;
      place = child;
    }
  }

  private swapIfEarlier(child: number, parent: number): boolean {
    const a = this.heap[child];
    const b = this.heap[parent];
    if (a === undefined || b === undefined || !this.earlier(child, parent)) return false;
    this.put(parent, a);
    this.put(child, b);
    return true;
  }

  private earlier(one: number, other: number): boolean {
    const a = this.heap[one];
    const b = this.heap[other];
    if (a === undefined || b === undefined) return false;
    return a.at < b.at || (a.at === b.at && compareIds(a.id, b.id) < 0);
  }

  private put(place: number, deadline: Deadline): void {
    this.heap[place] = deadline;
    this.places.set(deadline.id, place);
  }
}

/** `at` in engine time (ms); `id` is the entity's kind and id, such as `offer/cb-7f3a-o12`. */
export type Deadline = { readonly at: number; readonly id: string };
