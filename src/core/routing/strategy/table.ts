import type { StrategyName } from '../../queue-settings.ts';
import { fewestCalls } from './fewest-calls.ts';
import { linear } from './linear.ts';
import { longestIdle } from './longest-idle.ts';
import { mostSkilled } from './most-skilled.ts';
import { random } from './random.ts';
import { ringAll } from './ring-all.ts';
import { roundRobin } from './round-robin.ts';
import type { Strategy } from './strategy.ts';
import { weightedRandom } from './weighted-random.ts';

/** Every strategy by its name. */
export const strategies: Readonly<Record<StrategyName, Strategy>> = {
  'longest-idle': longestIdle,
  'round-robin': roundRobin,
  'ring-all': ringAll,
  'fewest-calls': fewestCalls,
  linear,
  random,
  'weighted-random': weightedRandom,
  'most-skilled': mostSkilled,
};
