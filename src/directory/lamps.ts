import type { QueueId } from '../core/settings.ts';
import type { Agent, Call } from '../core/state.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';

/** What a lamp shows, in Asterisk's words for a device state. */
export type LampState = 'NOT_INUSE' | 'RINGING' | 'INUSE';

/** Whose lamp it is: a queue's, or that of a user whose phones Asterisk cannot tell by the extension alone. */
export type LampOwner = { readonly extension: string } & ({ readonly queue: QueueId } | { readonly user: string });

/**
 * The lamps by extension. A queue's blinks (`RINGING`) while somebody waits in it; a user's while they are being rung, and is on
 * (`INUSE`) while they have a call.
 */
export function lampsOf(
  owners: readonly LampOwner[],
  agents: readonly Agent[],
  calls: readonly Call[],
): ReadonlyMap<string, LampState> {
  const waiting = new Set<string>();
  for (const call of calls) if (call.queue !== null && call.phase === 'waiting') waiting.add(call.queue);
  const byUser = new Map(agents.map((agent) => [agent.id, agent]));
  const lamps = new Map<string, LampState>();
  for (const owner of owners) {
    if ('queue' in owner) lamps.set(owner.extension, waiting.has(owner.queue) ? 'RINGING' : 'NOT_INUSE');
    else lamps.set(owner.extension, lampOfAgent(byUser.get(owner.user)));
  }
  return lamps;
}

function lampOfAgent(agent: Agent | undefined): LampState {
  switch (agent?.work.is) {
    case 'offered':
    case 'releasing':
      return 'RINGING';
    case 'talking':
    case 'busy-elsewhere':
      return 'INUSE';
    default:
      return 'NOT_INUSE';
  }
}

/** Every queue that can be dialled, and every user whose one phone is not named by the extension: Asterisk knows the others itself. */
export function lampOwners(store: DirectoryStore): LampOwner[] {
  const owners: LampOwner[] = [];
  for (const { id, extension } of store.queues.all()) if (extension !== null) owners.push({ extension, queue: id });
  for (const { id, extension } of store.users.all()) {
    if (extension === null) continue;
    const phones = store.phones.ofUser(id);
    if (phones.length > 1 || (phones[0] && phones[0].id !== extension)) owners.push({ extension, user: id });
  }
  return owners;
}
