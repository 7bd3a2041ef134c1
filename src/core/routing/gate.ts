import type { QueueIndex } from '../queue-index.ts';
import type { CallLane } from './waiting.ts';

/** What keeps a whole lane of calls from any agent: the queue's limit on talks, or members kept free for others. */
export type Gate =
  | { readonly reason: 'limit'; readonly talking: number; readonly most: number }
  | { readonly reason: 'kept-free'; readonly idle: number; readonly agents: number };

/** Why calls of this lane may be offered to nobody just now; null when they may. O(1). */
export function gateOf({ settings, busy, idle }: QueueIndex, calls: CallLane): Gate | null {
  if (settings === null) return null;
  const { maxTalking, keepFree } = settings;
  if (maxTalking !== null && !calls.isOffered && busy.size >= maxTalking)
    return { reason: 'limit', talking: busy.size, most: maxTalking };
  if (keepFree !== null && !calls.isPrivileged && idle.size <= keepFree.agents)
    return { reason: 'kept-free', idle: idle.size, agents: keepFree.agents };
  return null;
}
