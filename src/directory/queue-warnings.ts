import type { UserId } from '../core/settings.ts';
import type { QueueRow } from '../storage/directory/queues.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';

/** What is allowed and yet may not be what was meant, one line each. */
export function warningsOf(store: DirectoryStore, queue: QueueRow): readonly string[] {
  return [...needsOfNobody(store, queue), ...keepsAll(queue), ...risesDown(queue), ...busyForLonger(queue)];
}

/** A required skill that no member has at its level: calls wait for nobody until it is relaxed. */
function needsOfNobody(store: DirectoryStore, queue: QueueRow): readonly string[] {
  const skills = new Map<UserId, Readonly<Record<string, number>>>(
    queue.members.map(({ user }) => [user, store.skills.ofUser(user)]),
  );
  return queue.needs
    .filter(({ required }) => required)
    .filter(({ skill, level }) => ![...skills.values()].some((levels) => (levels[skill] ?? 0) >= level))
    .map(({ skill, level }) => {
      const softens = queue.relax.some((step) => step.skill === null || step.skill === skill);
      const until = softens ? 'until that need is relaxed' : 'for their whole time, and nothing relaxes that need';
      return `no member of ${queue.id} has ${skill} at ${level} or above: calls that need it wait for nobody ${until}`;
    });
}

function keepsAll({ id, keepFree, members }: QueueRow): readonly string[] {
  if (keepFree === null || members.length === 0 || keepFree.agents < members.length) return [];
  return [
    `${keepFree.agents} agents are kept for priority ${keepFree.fromPriority} and ${id} has ${members.length} members: calls of a lower priority are never offered to anybody`,
  ];
}

function risesDown({ rises, priority, id }: QueueRow): readonly string[] {
  return rises
    .filter((rise) => rise.priority <= priority)
    .map((rise) => `the rise to ${rise.priority} does nothing for calls of ${id}'s own priority, which is ${priority}`);
}

/** A phone that says busy is soon free again: to leave it alone for longer than who declined is hardly meant. */
function busyForLonger({ id, backOffs, backOffMs }: QueueRow): readonly string[] {
  const { busy, declined = backOffMs } = backOffs;
  if (busy === undefined || busy <= declined) return [];
  return [
    `an agent of ${id} whose phone says busy rests ${busy} ms, and one who declined ${declined} ms: --back-offs says it for each`,
  ];
}
