/** A set of ids kept in the order of (key, id); keys are short lists of integers, compared item by item. */
export class Ordered {
  private readonly items: Item[] = [];
  private readonly keys = new Map<string, readonly number[]>();

  get size(): number {
    return this.items.length;
  }

  /** Puts the id at the place of its key, or moves it there. */
  set(id: string, key: readonly number[]): void {
    const old = this.keys.get(id);
    if (old !== undefined) {
      if (compareKeys(old, key) === 0) return;
      this.delete(id);
    }
    this.keys.set(id, key);
    this.items.splice(this.placeOf(id, key), 0, { id, key });
  }

  delete(id: string): void {
    const key = this.keys.get(id);
    if (key === undefined) return;
    this.keys.delete(id);
    this.items.splice(this.placeOf(id, key), 1);
  }

  has(id: string): boolean {
    return this.keys.has(id);
  }

  keyOf(id: string): readonly number[] | undefined {
    return this.keys.get(id);
  }

  /** The id at this place, the first being 0. */
  at(place: number): string | undefined {
    return this.items[place]?.id;
  }

  ids(): string[] {
    return this.items.map((item) => item.id);
  }

  private placeOf(id: string, key: readonly number[]): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = this.items[middle];
      if (item !== undefined && compareItems(item, id, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

type Item = { readonly id: string; readonly key: readonly number[] };

function compareItems(item: Item, id: string, key: readonly number[]): number {
  return compareKeys(item.key, key) || compareIds(item.id, id);
}

/** Compares lists of integers item by item; a shorter one that is a prefix goes first. */
export function compareKeys(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Compares ids by code units: the same everywhere, whatever the locale. */
export function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
