import { oneByOne, type Strategy } from './strategy.ts';

/** The member who has had no call for the longest time; a lost race, or an offer that was taken back, costs nobody their place. */
export const longestIdle: Strategy = {
  ...oneByOne,
  key: (_seat, agent) => [agent.idleSince],
};
