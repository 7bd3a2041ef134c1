import type { Need } from '../needs.ts';
import { compareIds, Ordered } from '../ordered.ts';
import type { QueueSettings } from '../queue-settings.ts';
import type { Call, CallId } from '../state.ts';
import { needsFrom } from './skills.ts';

/**
 * Calls of one queue that the same members may take: of those the first by (due, id) stands for all. When it finds
 * nobody, none of them does.
 */
export type CallLane = {
  readonly key: string;
  readonly needs: readonly Need[];
  /** The last tier that is open to them. */
  readonly tier: number;
  /** Of a priority for which members are kept free. */
  readonly isPrivileged: boolean;
  /** Rings already for this queue, and so counts among those that are with an agent. */
  readonly isOffered: boolean;
  readonly calls: Ordered;
};

/** The calls of one queue that want an offer: a lane for each (needs, tier, privilege). Most queues have one. */
export class WaitingLanes {
  private readonly lanes = new Map<string, CallLane>();
  private readonly places = new Map<CallId, CallLane>();

  get size(): number {
    return this.places.size;
  }

  /** Puts a call into the lane that its row names, at the place of its due, or moves it there. `isOfferedHere`: by this queue. */
  set(call: Call, queue: QueueSettings, isOfferedHere: boolean): void {
    const isPrivileged = queue.keepFree !== null && call.priority >= queue.keepFree.fromPriority;
    const isOffered = queue.maxTalking !== null && isOfferedHere;
    const isPlain = call.needs === '' && call.tier === 0 && !isPrivileged && !isOffered;
    const key = isPlain ? '' : `${call.tier}${isPrivileged ? 'p' : ''}${isOffered ? 'o' : ''} ${call.needs}`;
    const before = this.places.get(call.id);
    if (before !== undefined && before.key !== key) this.delete(call.id);
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      const { tier } = call;
      lane = { key, needs: needsFrom(call.needs), tier, isPrivileged, isOffered, calls: new Ordered() };
      this.lanes.set(key, lane);
    }
    lane.calls.set(call.id, [call.due]);
    if (before !== lane) this.places.set(call.id, lane);
  }

  delete(call: CallId): void {
    const lane = this.places.get(call);
    if (lane === undefined) return;
    this.places.delete(call);
    lane.calls.delete(call);
    if (lane.calls.size === 0) this.lanes.delete(lane.key);
  }

  laneOf(call: CallId): CallLane | undefined {
    return this.places.get(call);
  }

  all(): Iterable<CallLane> {
    return this.lanes.values();
  }

  /** All calls in the order of (due, id): for a wished place, and for people. O(n log n). */
  inOrder(): { readonly id: CallId; readonly due: number }[] {
    const found = [...this.places].map(([id, lane]) => ({ id, due: lane.calls.keyOf(id)?.[0] ?? 0 }));
    return found.sort((a, b) => a.due - b.due || compareIds(a.id, b.id));
  }
}
