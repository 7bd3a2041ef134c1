import type { QueueId } from '../core/settings.ts';
import type { Agent, Call } from '../core/state.ts';
import type { DirectoryStore } from '../storage/directory/store.ts';

/** What a lamp shows, in Asterisk's words for a device state. */
export type LampState = 'NOT_INUSE' | 'RINGING' | 'INUSE';

/** Whose lamp it is: a queue's, or that of a user whose phones Asterisk cannot tell by the extension alone. */
export type LampOwner = { readonly extension: string } & ({ readonly queue: QueueId } | { readonly user: string });

/** What of the live rows is looked at; nothing that no lamp needs. */
export type LampRows = { calls(): readonly Call[]; agent(id: string): Agent | null };

/**
 * The lamps by extension. A queue's blinks (`RINGING`) while somebody waits in it; a user's while they are being rung, and is on
 * (`INUSE`) while they have a call.
 */
export function lampsOf(owners: readonly LampOwner[], live: LampRows): ReadonlyMap<string, LampState> {
  const waiting = new Set<string>();
  if (owners.some((owner) => 'queue' in owner))
    for (const call of live.calls()) if (call.queue !== null && call.phase === 'waiting') waiting.add(call.queue);
  const lamps = new Map<string, LampState>();
  for (const owner of owners) {
    if ('queue' in owner) lamps.set(owner.extension, waiting.has(owner.queue) ? 'RINGING' : 'NOT_INUSE');
    else lamps.set(owner.extension, lampOfAgent(live.agent(owner.user)));
  }
  return lamps;
}

function lampOfAgent(agent: Agent | null): LampState {
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

/**
 * Every queue that can be dialled, and every user whose one phone is not named by the extension: Asterisk knows the others itself.
 * Reads the whole directory: to be asked when that changes, and not with each call.
 */
export function lampOwners(store: DirectoryStore): LampOwner[] {
  const owners: LampOwner[] = [];
  for (const { id, extension } of store.queues.all()) if (extension !== null) owners.push({ extension, queue: id });
  const phonesOf = new Map<string, string[]>();
  for (const { id, user } of store.phones.all()) phonesOf.set(user, [...(phonesOf.get(user) ?? []), id]);
  for (const { id, extension } of store.users.all()) {
    const phones = phonesOf.get(id) ?? [];
    if (extension !== null && (phones.length > 1 || (phones[0] !== undefined && phones[0] !== extension)))
      owners.push({ extension, user: id });
  }
  return owners;
}
