import type { Event } from '../core/events.ts';
import { type Need, parseNeeds } from '../core/needs.ts';
import type { QueueSettings } from '../core/queue-settings.ts';

/** What of a waiting call decides who may take it. */
type Waiting = { readonly queue: string; readonly priority: number; readonly needs: string; readonly tier: number };

/** Who may take which call, by the settings alone: membership, tier, skills, and what a queue holds back. */
export class Seats {
  private readonly queues = new Map<string, QueueSettings>();
  private readonly skills = new Map<string, Readonly<Record<string, number>>>();

  note(event: Event): void {
    if (event.type !== 'settings') return;
    for (const { id, skills } of event.users) this.skills.set(id, skills);
    for (const queue of event.queues) this.queues.set(queue.id, queue);
    for (const id of event.removedQueues) this.queues.delete(id);
  }

  /** Whether this member's tier is open to the call, and they have what it needs. */
  mayTake(user: string, { queue: id, needs, tier }: Waiting): boolean {
    const { members = [] } = this.queues.get(id) ?? {};
    const mine = members.find((member) => member.user === user);
    if (mine === undefined) return false;
    const lower = new Set(members.map(({ penalty }) => penalty).filter((penalty) => penalty < mine.penalty));
    return lower.size <= tier && hasNeeds(this.skills.get(user) ?? {}, needs);
  }

  /** Whether a queue of which so many calls are with agents has no more of them just now. */
  isFull(queue: string, busy: number): boolean {
    const { maxTalking = null } = this.queues.get(queue) ?? {};
    return maxTalking !== null && busy >= maxTalking;
  }

  /** Whether its queue may keep members free of the call; not where `passed` had to pass the same, and did. */
  mayBeKeptFrom({ queue, priority }: Waiting, passed: Waiting): boolean {
    const { keepFree = null } = this.queues.get(queue) ?? {};
    const hasPassed = queue === passed.queue && priority >= passed.priority;
    return keepFree !== null && priority < keepFree.fromPriority && !hasPassed;
  }
}

/** Needs that were read before: the same few come with every call. */
const read = new Map<string, readonly Need[]>();

function needsIn(text: string): readonly Need[] {
  const known = read.get(text);
  if (known !== undefined) return known;
  const needs = parseNeeds(text) ?? [];
  read.set(text, needs);
  return needs;
}

/** Whether these skills do for every need that is not only preferred. */
export function hasNeeds(skills: Readonly<Record<string, number>>, needs: string): boolean {
  return needsIn(needs).every(({ skill, level, required }) => !required || (skills[skill] ?? 0) >= level);
}
