import { createHash } from 'node:crypto';
import type { Log } from '../lib/log.ts';
import type { TrunkBody, TrunksChecked } from '../protocol/trunks.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';
import type { TrunkProvisioner } from './trunk-keeper.ts';

/**
 * Compares each trunk that Asterisk was given with what it has, attribute by attribute. What somebody changed by hand there is
 * noted in the audit and in the log, and `push` puts it right; what Asterisk was not given is tried again. Rejects when Asterisk cannot
 * be asked.
 */
export async function inspectTrunks(
  store: DirectoryStore,
  provisioner: Pick<TrunkProvisioner, 'driftOfTrunk'>,
  log: Log,
  push: () => Promise<void>,
): Promise<TrunksChecked> {
  const { trunks } = store.outside;
  const given = trunks.all().filter(({ id, ...body }) => trunks.pushed().get(id)?.applied === hashOf(body));
  const drifted: { trunk: string; attributes: readonly string[] }[] = [];
  for (const { id, ...body } of given) {
    const attributes = await provisioner.driftOfTrunk(id, body);
    const { id: _, ...now } = trunks.find(id) ?? { id };
    // Somebody may have changed or removed it meanwhile, and then it is pushed anyway.
    if (attributes.length > 0 && hashOf(now) === hashOf(body)) drifted.push({ trunk: id, attributes });
  }
  for (const { trunk, attributes } of drifted) note(store, log, trunk, attributes);
  if (drifted.length > 0 || given.length < trunks.all().length) await push();
  const pushed = trunks.pushed();
  return {
    checked: given.length,
    repaired: drifted.filter(({ trunk }) => pushed.get(trunk)?.applied != null),
    failed: trunks.all().flatMap(({ id }) => {
      const failure = pushed.get(id)?.failure ?? null;
      return failure === null ? [] : [{ trunk: id, failure }];
    }),
  };
}

/** What is kept of a push, to tell whether the settings are others by now. */
export function hashOf(body: Partial<TrunkBody>): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}

function note(store: DirectoryStore, log: Log, trunk: string, attributes: readonly string[]): void {
  log.warn({ trunk, attributes }, 'a trunk was changed in Asterisk by somebody else; it is put right');
  store.transaction(() => {
    // Not given any more, as far as we know: so the next push gives it again.
    store.outside.trunks.mark(trunk, null, null);
    const said = { who: 'cordboard', action: 'trunk.drift', subject: trunk, before: { attributes }, after: null };
    store.audit.add({ at: Date.now(), ...said });
  });
}
