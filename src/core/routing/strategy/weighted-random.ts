import { oneByOne, type Strategy } from './strategy.ts';

/** Any member, each with a chance in proportion to their weight in this queue. */
export const weightedRandom: Strategy = {
  ...oneByOne,
  key: () => [],
  draws: 'by-weight',
};
