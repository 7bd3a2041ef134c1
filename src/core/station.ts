import type { OutsideNumber } from './outside.ts';
import type { Barred } from './permission.ts';

/** Where an agent takes calls in this sign-in. */
export type Station =
  /** Every phone they have rings. */
  | { readonly kind: 'any' }
  /** Their own extension: every phone but those in a browser. */
  | { readonly kind: 'own' }
  /** Only their phones in a browser. */
  | { readonly kind: 'browser' }
  /** A number outside in E.164. Whoever answers there has the call only once they have pressed 1. */
  | ({ readonly kind: 'number' } & OutsideNumber);

/** The station of whoever chose none. */
export const anyPhone: Station = { kind: 'any' };

/** Why a number cannot be rung for a while: it may not be dialled, no trunk has room, or none could reach it. */
export type StationBar = Barred | 'no-trunk' | 'unreachable';

/** What made an agent reachable or not: news of a phone, another station, or a number that may or may not be rung. */
export type ReachableWhy =
  | 'registered'
  | 'unregistered'
  | 'suspect'
  | 'suspect-over'
  | 'station'
  | 'barred'
  | 'bar-over';
