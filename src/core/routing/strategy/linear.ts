import { oneByOne, type Strategy } from './strategy.ts';

/** One after the other in the order of the team, each for the ring time. */
export const linear: Strategy = {
  ...oneByOne,
  key: (seat) => [seat.position],
};
