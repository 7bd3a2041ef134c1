import type { Strategy } from './strategy.ts';

/** One after the other in the order of the group, each for the ring time. */
export const linear: Strategy = {
  parallel: () => 1,
  key: ({ member }) => [member.position],
  countsMisses: true,
  ringsOn: false,
};
