import type { Strategy } from './strategy.ts';

/** Every idle member at once, at most `maxRinging` unanswered; nobody is punished for not being the one. */
export const ringAll: Strategy = {
  parallel: (queue) => queue.maxRinging,
  key: ({ member }) => [member.position],
  countsMisses: false,
  ringsOn: true,
};
