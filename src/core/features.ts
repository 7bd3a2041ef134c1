/** What a phone without a screen dials to tell us something. Each is a number as dialled, such as `*8`; null: not offered. */
export type FeatureCodes = {
  /** Takes a call that rings at somebody of one's pickup groups; with an extension behind it, one that rings there. */
  readonly pickup: string | null;
  readonly signIn: string | null;
  readonly signOut: string | null;
  readonly ready: string | null;
  /** With a number behind it: for the so-many-th reason of the list. */
  readonly notReady: string | null;
  readonly endWrapUp: string | null;
};

export type FeatureName = keyof FeatureCodes;

/** The codes until the configuration brings others. */
export const defaultFeatureCodes: FeatureCodes = {
  pickup: '*8',
  signIn: '*61',
  signOut: '*62',
  ready: '*63',
  notReady: '*64',
  endWrapUp: '*65',
};

/** A feature with what was dialled behind its code (digits, or nothing). */
export type DialledFeature = { readonly name: FeatureName; readonly rest: string };

/** Those that take something behind the code; the others are exactly their code. */
const withRest: readonly FeatureName[] = ['pickup', 'notReady'];

/** Reads what was dialled; null when it is no feature. The longest code that fits wins, so that `*8` and `*81` can both be. */
export function featureOf(codes: FeatureCodes, dialled: string): DialledFeature | null {
  let best: DialledFeature | null = null;
  let length = 0;
  for (const name of featureNames) {
    const code = codes[name];
    if (code === null || code.length <= length || !dialled.startsWith(code)) continue;
    const rest = dialled.slice(code.length);
    if (rest !== '' && (!withRest.includes(name) || !/^[0-9]+$/.test(rest))) continue;
    best = { name, rest };
    length = code.length;
  }
  return best;
}

/** Every feature, in the order of the configuration. */
export const featureNames: readonly FeatureName[] = ['pickup', 'signIn', 'signOut', 'ready', 'notReady', 'endWrapUp'];
