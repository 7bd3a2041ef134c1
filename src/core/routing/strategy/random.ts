import type { Strategy } from './strategy.ts';

/** Any member, each with the same chance. */
export const random: Strategy = {
  parallel: () => 1,
  key: () => [],
  countsMisses: true,
  ringsOn: false,
};
