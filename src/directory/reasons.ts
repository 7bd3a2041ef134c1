import type { NewReason, ReasonPatch, ReasonView } from '../protocol/reasons.ts';
import { change, type DirectoryContext } from './context.ts';
import { Refusal } from './refusal.ts';

/** Adds a reason for being not ready at the end of the list. */
export function addReason(context: DirectoryContext, { name, label, limitMs }: NewReason, who: string): ReasonView {
  return change(context, who, (now) => {
    if (context.store.reasons.find(name) !== null) {
      throw new Refusal('taken', `name: expected a new one; the reason ${name} exists`, 'name');
    }
    const reason = { name, label: label ?? name, limitMs };
    context.store.reasons.put(reason);
    context.store.reasons.touch(now.revision);
    now.audit('reason.add', name, null, reason);
    return reason;
  });
}

/** Changes what `patch` names. Who is not ready for it now feels another limit at once. */
export function setReason(context: DirectoryContext, name: string, patch: ReasonPatch, who: string): ReasonView {
  return change(context, who, (now) => {
    const before = existingReason(context, name);
    const limitMs = patch.limitMs === undefined ? before.limitMs : patch.limitMs;
    const after = { name, label: patch.label ?? before.label, limitMs };
    context.store.reasons.put(after);
    context.store.reasons.touch(now.revision);
    now.audit('reason.set', name, before, after);
    return after;
  });
}

/** Removes a reason. Who is not ready for it stays so, from then on without a limit. */
export function removeReason(context: DirectoryContext, name: string, who: string): void {
  change(context, who, (now) => {
    const before = existingReason(context, name);
    context.store.reasons.remove(name);
    context.store.reasons.touch(now.revision);
    now.audit('reason.remove', name, before, null);
  });
}

/** The reason, or a `Refusal`. */
export function existingReason({ store }: Pick<DirectoryContext, 'store'>, name: string): ReasonView {
  const reason = store.reasons.find(name);
  if (reason === null) {
    throw new Refusal('unknown-reason', `There is no reason ${name}: see cordboard reason list`, 'name');
  }
  return reason;
}
