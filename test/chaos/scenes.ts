import { crowdName, runFiveHundred } from './five-hundred.ts';
import { floodName, runFlood } from './flood.ts';
import type { Outcome } from './outcome.ts';

/** What needs an exchange of its own, larger than that of the faults, and shows a figure too. Never rejects. */
export type Scene = { readonly name: string; readonly run: () => Promise<Outcome> };

const fiveHundred = { talking: 200, waiting: 300 };

/** Every one there is; all of them are of the long form. */
export const scenes: readonly Scene[] = [
  { name: crowdName(fiveHundred), run: () => runFiveHundred(fiveHundred) },
  ...(['INVITE', 'REGISTER'] as const).map((method) => ({ name: floodName(method), run: () => runFlood(method) })),
];
