import { oneByOne, type Strategy } from './strategy.ts';

/**
 * Everybody in turn: the member whose last turn in this queue is the longest ago, those who never had one in the order of
 * the team. Turns are kept with the agent, so that another strategy in between, or a restart, forgets nobody's.
 */
export const roundRobin: Strategy = {
  ...oneByOne,
  key: (seat, agent) => [agent.turns[seat.queue.id] ?? 0, seat.position],
};
