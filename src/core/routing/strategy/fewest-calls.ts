import { oneByOne, type Strategy } from './strategy.ts';

/** The member who was given the fewest calls today; ties go to the longest idle. */
export const fewestCalls: Strategy = {
  ...oneByOne,
  key: (_seat, agent, today) => [agent.given.day === today ? agent.given.count : 0, agent.idleSince],
};
