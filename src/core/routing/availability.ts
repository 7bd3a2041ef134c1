import type { Agent, WorkKind } from '../state.ts';

/** In one word, why an agent cannot be offered any call; `available` when they can. */
export type Availability =
  | 'available'
  | 'signed-out'
  | 'not-ready'
  | 'held'
  | 'resting'
  | 'unreachable'
  | Exclude<WorkKind, 'idle'>;

/** Every word, in the order of their letters: where members are counted each has the place that it has here. */
export const availabilities: readonly Availability[] = [
  'available',
  'backing-off',
  'busy-elsewhere',
  'held',
  'not-ready',
  'offered',
  'releasing',
  'resting',
  'signed-out',
  'talking',
  'unreachable',
  'wrap-up',
];

/** The place of each word in `availabilities`. */
export const placeOf = Object.fromEntries(availabilities.map((word, place) => [word, place])) as Readonly<
  Record<Availability, number>
>;

/** Why the agent cannot be offered a call now, in one word; `elsewhere`: whether a call of no queue is at their phones. */
export function availabilityOf(agent: Agent, elsewhere: boolean): Availability {
  if (!agent.signedIn) return 'signed-out';
  if (!agent.ready.is) return 'not-ready';
  if (agent.hold) return agent.hold.until === null ? 'held' : 'resting';
  if (agent.work.is !== 'idle') return agent.work.is;
  if (elsewhere) return 'busy-elsewhere';
  if (!agent.reachable.is) return 'unreachable';
  return 'available';
}

/** The time that goes with the word: when it ends where it does so by itself, and since when it is so where it does not. */
export function timeOf({ ready, hold, work, reachable }: Agent, word: Availability): number {
  switch (word) {
    case 'available':
      return 0;
    case 'wrap-up':
    case 'backing-off':
    case 'releasing':
      return work.until ?? 0;
    case 'resting':
      return hold?.until ?? 0;
    case 'unreachable':
      return reachable.since;
    case 'held':
      return hold?.since ?? 0;
    case 'signed-out':
    case 'not-ready':
      return ready.since;
    default:
      return work.since;
  }
}

/**
 * Whether a member counted under this word may yet take a call without anybody's doing; not for null, which is no agent.
 */
export function isThere(word: Availability | null): boolean {
  return word !== null && word !== 'signed-out' && word !== 'not-ready' && word !== 'held' && word !== 'unreachable';
}
