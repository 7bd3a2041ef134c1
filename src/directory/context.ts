import type { Config } from '../config/config.ts';
import type { PhoneId } from '../core/settings.ts';
import { isEmergencyNumber } from '../numbering/emergency-numbers.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import { Refusal } from './refusal.ts';

/** What the directory's operations work with. */
export type DirectoryContext = {
  readonly store: DirectoryStore;
  readonly config: Pick<Config, 'extensions' | 'numbering' | 'groups' | 'queues' | 'sip' | 'rona'>;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  /** Called after each committed change with the phones that Asterisk must now be told of, or made to forget. */
  readonly changed: (phones: readonly PhoneId[]) => void;
  /** Set while a change is put back: the entry of the audit that made it. */
  readonly undoes?: number;
  /** Every change is checked and made, and taken back in the end. */
  readonly isRehearsal?: boolean;
};

/** What an operation does inside its transaction. */
export type Change = {
  readonly revision: number;
  /**
   * Records who did what. Secrets are never part of `before` or `after`. `undoes` is another entry that this puts back than the one
   * of the whole change.
   */
  audit(action: string, subject: string, before: unknown, after: unknown, undoes?: number): void;
  /** Asterisk has to hear of this phone after the commit. */
  touchPhone(id: PhoneId): void;
};

/** How a change is made: `dryRun` undoes it in the end, `avoid` are names that Asterisk has for others. */
export type ChangeOptions = { readonly dryRun?: boolean; readonly avoid?: ReadonlySet<string> };

/** Runs one change as `who`: one transaction, one new revision, its audit rows, and then `changed`. */
export function change<T>(context: DirectoryContext, who: string, work: (change: Change) => T, dryRun = false): T {
  const { store, undoes = null } = context;
  const isRehearsal = dryRun || context.isRehearsal === true;
  const phones: PhoneId[] = [];
  const rehearsed = { result: null as { readonly it: T } | null };
  const result = (): T =>
    store.transaction(() => {
      const revision = store.revision() + 1;
      store.setRevision(revision);
      const done = work({
        revision,
        audit: (action, subject, before, after, otherUndone) =>
          store.audit.add({
            ...{ at: context.now(), who, action, subject, before, after, revision },
            undoes: otherUndone ?? undoes,
          }),
        touchPhone: (id) => void phones.push(id),
      });
      if (!isRehearsal) return done;
      rehearsed.result = { it: done };
      // What is thrown takes the transaction back: a rehearsal leaves no trace, but is otherwise the real thing.
      throw rehearsed;
    });
  try {
    const made = result();
    context.changed(phones);
    return made;
  } catch (error) {
    if (error === rehearsed && rehearsed.result !== null) return rehearsed.result.it;
    throw error;
  }
}

/** Gives `number` to a user, group or queue, or refuses: outside of the configured range, or somebody has it. */
export function takeExtension(
  context: DirectoryContext,
  number: string,
  kind: 'user' | 'group' | 'queue',
  owner: string,
): void {
  const range = context.config.extensions[`${kind}s`];
  if (number.length !== range.from.length || number < range.from || number > range.to) {
    throw new Refusal(
      'out-of-range',
      `extension: expected ${range.from} to ${range.to} for a ${kind} (extensions.${kind}s in cordboard.yaml); got ${number}`,
      'extension',
    );
  }
  if (isEmergencyNumber(number, context.config.numbering.country)) {
    throw new Refusal(
      'out-of-range',
      `extension: expected a number that nobody dials in need; ${number} is an emergency number`,
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

/**
 * Gives the lowest free number of the users' range whose phone would not be somebody else's in Asterisk, and each time the next
 * one. It is for one change, in which no number becomes free: an import reads what is taken once.
 */
export function nextExtensions(context: DirectoryContext, avoid: ReadonlySet<string> = new Set()): () => string {
  const { extensions, numbering, sip } = context.config;
  const { from, to } = extensions.users;
  let taken: ReadonlySet<string> | null = null;
  let number = Number(from);
  return () => {
    taken ??= new Set(context.store.extensions.between(from, to));
    for (; number <= Number(to); number++) {
      const extension = String(number).padStart(from.length, '0');
      if (taken.has(extension) || isEmergencyNumber(extension, numbering.country)) continue;
      // The same change may have taken it since, for somebody who asked for it by name.
      const isFree = context.store.extensions.owner(extension) === null;
      if (isFree && !avoid.has(`${sip.prefix}${extension}`)) return extension;
    }
    throw new Refusal(
      'taken',
      `extension: every number from ${from} to ${to} is taken; widen extensions.users in cordboard.yaml`,
      'extension',
    );
  };
}
