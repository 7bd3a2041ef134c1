import type { StrategyName } from '../../settings.ts';
import { fewestCalls } from './fewest-calls.ts';
import { linear } from './linear.ts';
import { ringAll } from './ring-all.ts';
import type { Strategy } from './strategy.ts';

/** Every strategy by its name. */
export const strategies: Readonly<Record<StrategyName, Strategy>> = {
  'ring-all': ringAll,
  'fewest-calls': fewestCalls,
  linear,
};
