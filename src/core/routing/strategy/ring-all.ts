import { oneByOne, type Strategy } from './strategy.ts';

/** Every idle member at once, or wave by wave, at most `maxRinging` unanswered; nobody is punished for not being the one. */
export const ringAll: Strategy = {
  ...oneByOne,
  parallel: ({ maxRinging, waves }, { wave }) =>
    waves === null ? maxRinging : Math.min(maxRinging, waves.size * Math.max(1, wave)),
  key: (seat) => [seat.position],
  countsMisses: false,
  ringsOn: true,
};
