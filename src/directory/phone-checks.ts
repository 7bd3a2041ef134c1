import { whyOf } from '../lib/why.ts';
import { Refusal } from './refusal.ts';

/** What Asterisk can say before anything is written. Each may reject when it cannot be asked. */
export type AsteriskView = {
  /** The names of all endpoints. */
  names(): Promise<readonly string[]>;
  isOurs(id: string): Promise<boolean>;
  hasContext(name: string): Promise<boolean>;
};

/**
 * Refuses contexts that the dialplan does not have: a phone would register, and every call from it fail. Without an answer
 * they are refused too, since nobody would ever look again.
 */
export async function checkContexts(asterisk: AsteriskView, contexts: readonly string[]): Promise<void> {
  for (const name of new Set(contexts)) {
    let isThere: boolean;
    try {
      isThere = await asterisk.hasContext(name);
    } catch (error) {
      const why = whyOf(error);
      throw new Refusal('pbx-failed', `context: Asterisk cannot be asked whether it has ${name} (${why})`, 'context');
    }
    if (!isThere) {
      const message = `context: expected one that Asterisk's dialplan has; there is no [${name}]`;
      throw new Refusal('no-context', message, 'context');
    }
  }
}

/**
 * The names of endpoints that are not ours, of which no phone may have one. Empty when Asterisk cannot be asked: a phone
 * that turns out to be somebody else's is then refused when it is pushed, and marked.
 */
export async function foreignNames(
  asterisk: AsteriskView,
  known: (id: string) => boolean,
): Promise<ReadonlySet<string>> {
  try {
    return new Set((await asterisk.names()).filter((name) => !known(name)));
  } catch {
    return new Set();
  }
}

/** Refuses ids that Asterisk has from somebody else. */
export async function checkIds(
  asterisk: AsteriskView,
  foreign: ReadonlySet<string>,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    if (!foreign.has(id)) continue;
    // One that has our mark is left over from a directory that was restored, and becomes ours again.
    if (await asterisk.isOurs(id).catch(() => true)) continue;
    const why = `${id} is in Asterisk already and was not made by Cordboard`;
    throw new Refusal('not-ours', `extension: ${why}; take another, or set sip.prefix in cordboard.yaml`, 'extension');
  }
}
