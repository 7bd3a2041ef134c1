import type { FeatureCodes } from './features.ts';
import type { EngineLimits } from './settings.ts';

/** The row of everything that is one of a kind. */
export type Meta = {
  epoch: string;
  /** The next number of an id in this epoch. */
  nextId: number;
  /** The next sequence number of a fact. */
  nextFact: number;
  /** Counts the offers: what `round-robin` remembers. */
  turn: number;
  /** The state of the dice (32 bits): `random` and `weighted-random` draw from it. */
  dice: number;
  day: string;
  /** What is added to engine time for the local one, in ms. */
  zoneMs: number;
  revision: number;
  limits: EngineLimits;
  features: FeatureCodes;
  pbx: 'down' | 'connected' | 'ready';
  /** On our way out: nothing new is begun. A new start begins afresh. */
  draining: boolean;
  /** When Asterisk says that it started: another value after a gap means that all its calls are gone. */
  pbxStarted: string;
  surveyAt: number | null;
  /** The survey that is on its way was asked for then: an answer to an older one says nothing. */
  askedAt: number;
  /** What the last periodic survey found different: what it finds again, in the same way, is put right. */
  doubts: string[];
};
