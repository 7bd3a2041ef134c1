import type { Strategy } from './strategy.ts';

/** Every idle member at once, at most `maxRinging` unanswered; nobody is punished for not being the one. */
export const ringAll: Strategy = {
  parallel: (group) => group.maxRinging,
  key: ({ position }) => [position],
  countsMisses: false,
  ringsOn: true,
};
