import type { Command } from '../commands.ts';
import type { Leg } from '../state.ts';
import type { Turn } from '../turn.ts';

/** How a phone is rung: whether it shows the queue's name before the caller's, and whether it is asked to answer by itself. */
export function mannersOf(
  turn: Turn,
  { phone, role, user, offer }: Leg,
): Pick<Extract<Command, { do: 'create-leg' }>, 'announces' | 'autoAnswer'> {
  const { state } = turn.world;
  const queue = offer === null ? undefined : state.queues.get(state.offers.get(offer)?.queue ?? '');
  const when = phone === null ? undefined : state.users.get(user ?? '')?.autoAnswer?.[phone];
  // A colleague's call is not to be heard by a microphone that nobody opened, unless it was said so.
  const answers = when === 'all' || (when === 'offers' && role === 'agent');
  return {
    ...(queue?.announce === 'name-shown' ? { announces: queue.id } : {}),
    ...(answers ? { autoAnswer: true } : {}),
  };
}
