import { type QueueSettings, queueOf, type StrategyName } from '../../src/core/queue-settings.ts';
import type { UserSettings } from '../../src/core/settings.ts';

/** How large a company is: so many agents, spread over so many queues. */
export type Size = { readonly agents: number; readonly queues: number };

/** An agent's queues: five is the most that the directory allows by default. */
const mostQueues = 5;

/** Every user of the company, `u0` and on, each with one phone that has their extension. */
export function usersOf({ agents }: Size): UserSettings[] {
  return Array.from({ length: agents }, (_, place) => {
    const extension = String(1_000_000 + place);
    return { id: `u${place}`, name: `u${place}`, extension, phones: [extension], skills: {} };
  });
}

/** The strategies that ring one agent at a time, in turn; what ring-all costs depends on how many it rings. */
const strategies: readonly StrategyName[] = ['longest-idle', 'round-robin', 'fewest-calls', 'linear'];

/** Every queue, `q0` and on. An agent is in five, or in all where there are fewer, that lie far from each other. */
export function queuesOf(size: Size): QueueSettings[] {
  const members: string[][] = Array.from({ length: size.queues }, () => []);
  for (let agent = 0; agent < size.agents; agent += 1) {
    for (const queue of queuesOfAgent(size, agent)) members[queue]?.push(`u${agent}`);
  }
  return members.map((own, place) =>
    queueOf({
      id: `q${place}`,
      extension: extensionOf(place),
      strategy: strategies[place % strategies.length] ?? 'longest-idle',
      maxWaitMs: 300_000,
      members: own,
      ladder: [{ misses: 2, withinMs: 600_000, restMs: 30_000, untilReady: false, notify: 'nobody' }],
    }),
  );
}

/** What is dialled for a queue. */
export function extensionOf(queue: number): string {
  return `8${queue}`;
}

function queuesOfAgent({ queues }: Size, agent: number): number[] {
  const count = Math.min(mostQueues, queues);
  const apart = Math.max(1, Math.floor(queues / count));
  return Array.from({ length: count }, (_, turn) => (agent + turn * apart) % queues);
}
