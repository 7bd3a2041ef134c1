import { oneByOne, type Strategy } from './strategy.ts';

/** Any member, each with the same chance; the dice are in the state, so that a replay draws the same. */
export const random: Strategy = {
  ...oneByOne,
  key: () => [],
  draws: 'evenly',
};
