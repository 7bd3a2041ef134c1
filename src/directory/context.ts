import type { Config } from '../config/config.ts';
import type { PhoneId } from '../core/settings.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { Refusal } from './refusal.ts';

/** What the directory's operations work with. */
export type DirectoryContext = {
  readonly store: DirectoryStore;
  readonly config: Pick<Config, 'extensions' | 'groups' | 'sip' | 'rona'>;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  /** Called after each committed change with the phones that Asterisk must now be told of, or made to forget. */
  readonly changed: (phones: readonly PhoneId[]) => void;
};

/** What an operation does inside its transaction. */
export type Change = {
  readonly revision: number;
  /** Records who did what. Secrets are never part of `before` or `after`. */
  audit(action: string, subject: string, before: unknown, after: unknown): void;
  /** Asterisk has to hear of this phone after the commit. */
  touchPhone(id: PhoneId): void;
};

/** Runs one change as `who`: one transaction, one new revision, its audit rows, and then `changed`. */
export function change<T>(context: DirectoryContext, who: string, work: (change: Change) => T): T {
  const { store } = context;
  const phones: PhoneId[] = [];
  const result = store.transaction(() => {
    const revision = store.revision() + 1;
    store.setRevision(revision);
    return work({
      revision,
      audit: (action, subject, before, after) =>
        store.audit.add({ at: context.now(), who, action, subject, before, after }),
      touchPhone: (id) => void phones.push(id),
    });
  });
  context.changed(phones);
  return result;
}

/** Gives `number` to a user or group, or refuses: outside of the configured range, or somebody has it. */
export function takeExtension(context: DirectoryContext, number: string, kind: 'user' | 'group', owner: string): void {
  const range = kind === 'user' ? context.config.extensions.users : context.config.extensions.groups;
  if (number.length !== range.from.length || number < range.from || number > range.to) {
    throw new Refusal(
      'out-of-range',
      `extension: expected ${range.from} to ${range.to} for a ${kind} (extensions.${kind}s in cordboard.yaml); got ${number}`,
      'extension',
    );
  }
  const holder = context.store.extensions.owner(number);
  if (holder !== null) {
    throw new Refusal(
      'taken',
      `extension: expected a free number; ${number} belongs to the ${holder.kind} ${holder.owner}`,
      'extension',
    );
  }
  context.store.extensions.take(number, kind, owner);
}
