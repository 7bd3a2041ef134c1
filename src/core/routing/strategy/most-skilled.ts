import type { Strategy } from './strategy.ts';

/** The member with the most of what the call needs; among equals the longest idle. */
export const mostSkilled: Strategy = {
  parallel: () => 1,
  key: ({ agent }) => [agent.idleSince],
  countsMisses: true,
  ringsOn: false,
};
