import type { Strategy } from './strategy.ts';

/** Any member, each with a chance in proportion to their weight in this queue. */
export const weightedRandom: Strategy = {
  parallel: () => 1,
  key: () => [],
  countsMisses: true,
  ringsOn: false,
};
