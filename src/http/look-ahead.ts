import { checkContexts, checkIds, foreignNames } from '../directory/phone-checks.ts';
import { phoneIdOf } from '../directory/phones.ts';
import type { Services } from './services.ts';

/** A user, or the phones of one, that somebody wants. `next` and an extension that is not said yet have no id to look for. */
type Wanted = {
  readonly extension?: string | null | undefined;
  readonly label?: string | undefined;
  readonly context?: string | undefined;
  readonly phones?: readonly { readonly label: string; readonly context?: string | undefined }[] | undefined;
};

/**
 * Asks Asterisk what only it knows before anything is written: whether the contexts are there, and whether an id is
 * somebody else's. Rejects with a `Refusal`; gives the names that a new phone must avoid.
 */
export async function lookAhead(services: Services, wanted: readonly Wanted[]): Promise<ReadonlySet<string>> {
  const { directory, asterisk } = services;
  const { phones } = directory.store;
  const contexts = wanted.flatMap((each) => [each.context, ...(each.phones ?? []).map((phone) => phone.context)]);
  await checkContexts(
    asterisk,
    contexts.flatMap((context) => context ?? []),
  );
  const passing = new Set([...phones.removed(), ...phones.trials()]);
  const foreign = await foreignNames(asterisk, (id) => passing.has(id) || phones.find(id) !== null);
  const ids = wanted.flatMap(({ extension, label, phones: further = [] }) => {
    if (extension === undefined || extension === null || extension === 'next') return [];
    return [label ?? null, ...further.map((phone) => phone.label)].map((each) => phoneIdOf(directory, extension, each));
  });
  await checkIds(asterisk, foreign, ids);
  return foreign;
}
