import { oneByOne, type Strategy } from './strategy.ts';

/** The member with the highest levels in what the call needs; among equals, and for a call that needs nothing, the longest idle. */
export const mostSkilled: Strategy = {
  ...oneByOne,
  key: (_seat, agent) => [agent.idleSince],
  bySkill: true,
};
