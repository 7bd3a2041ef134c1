import type { Dice } from '../../src/simulation/dice.ts';
import type { Floor } from './floor.ts';
import type { Stage } from './stage.ts';

/** One way in which things go wrong. Around each stands the same floor before, and the same judgement after. */
export type Fault = {
  readonly family: string;
  readonly name: string;
  /** Too slow, or too heavy, for every build. */
  readonly long?: true;
  /** What the fault needs before anybody calls; a reason when this machine cannot do it. */
  readonly prepare?: (stage: Stage) => Promise<void>;
  /** Does it, and says what else was seen. When it returns the daemon may be dead: it is started then. */
  readonly strike: (stage: Stage, floor: Floor, dice: Dice) => Promise<string | undefined>;
  /** Puts back what `prepare` and `strike` changed; also after a failure. */
  readonly restore?: (stage: Stage) => Promise<void>;
  /** What must have become of those who were there. */
  readonly expect: Expectation;
};

export type Expectation = {
  readonly talks: 'kept' | 'lost';
  /** `kept`: in their place with their time of entry. `any`: the fallback may have them, or they were told to call again. */
  readonly waiting: 'kept' | 'any';
  /** How many repairs of the periodic survey there may be. */
  readonly repairs: 'none' | 'some' | 'any';
};

/** Nobody notices: the strictest expectation. */
export const unnoticed: Expectation = { talks: 'kept', waiting: 'kept', repairs: 'none' };
/** Talks go on; who waited is in the fallback's hands. */
export const fellBack: Expectation = { talks: 'kept', waiting: 'any', repairs: 'any' };

/** So long, for a fault that lasts: the time is the fault, nothing waits for its result. */
export function during(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
