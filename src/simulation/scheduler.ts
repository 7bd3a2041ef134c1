/** Virtual time: whatever is to happen later waits here, in the order (time, order of asking). Nothing reads a clock. */
export type Scheduler = {
  /** Virtual time in ms; it moves only while something is run. */
  now(): number;
  /** Runs `task` after so many ms of virtual time; the answer takes it back. */
  after(delayMs: number, task: () => void): Cancel;
  /** Runs the next task; false when there is none. */
  runNext(): boolean;
  /** Runs everything that is due up to `untilMs`, and leaves the time there. */
  runUntil(untilMs: number): void;
  /** When the next task is due; null when there is none. */
  nextAt(): number | null;
};

export type Cancel = () => void;

type Task = { readonly at: number; readonly order: number; run: (() => void) | null };

/** A scheduler at `startMs`, with nothing to do. */
export function createScheduler(startMs = 0): Scheduler {
  const heap: Task[] = [];
  let now = startMs;
  let order = 0;

  function first(): Task | undefined {
    while (heap[0] !== undefined && heap[0].run === null) pop(heap);
    return heap[0];
  }

  const scheduler: Scheduler = {
    now: () => now,
    after(delayMs, run) {
      const task: Task = { at: now + Math.max(0, delayMs), order, run };
      order += 1;
      push(heap, task);
      return () => {
        task.run = null;
      };
    },
    runNext() {
      const task = first();
      if (task === undefined) return false;
      pop(heap);
      now = task.at;
      const { run } = task;
      task.run = null;
      run?.();
      return true;
    },
    runUntil(untilMs) {
      for (let task = first(); task !== undefined && task.at <= untilMs; task = first()) scheduler.runNext();
      now = Math.max(now, untilMs);
    },
    nextAt: () => first()?.at ?? null,
  };
  return scheduler;
}

function isSooner(one: Task, other: Task): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

function push(heap: Task[], task: Task): void {
  heap.push(task);
  let place = heap.length - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isSooner(task, above)) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = task;
}

function pop(heap: Task[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = heap[place * 2 + 1];
    const right = heap[place * 2 + 2];
    const child = right !== undefined && left !== undefined && isSooner(right, left) ? place * 2 + 2 : place * 2 + 1;
    const below = heap[child];
    if (below === undefined || !isSooner(below, last)) break;
    heap[place] = below;
    place = child;
  }
  heap[place] = last;
}
