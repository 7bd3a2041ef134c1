import { internalOnly } from '../outside.ts';
import type { UserId } from '../settings.ts';
import { changedMeter, type Turn, tell } from '../turn.ts';
import { madeMeter } from './meter.ts';

/** A user chooses the number that their calls out show, among those that they were given; null takes the usual one again. */
export function chooseCallerId(
  turn: Turn,
  user: UserId,
  callerId: string | null,
): { readonly code: string; readonly message: string } | null {
  const known = turn.world.state.users.get(user);
  if (!known) return { code: 'not-found', message: `no user ${user}: add the user first` };
  const rights = known.calling ?? internalOnly;
  if (callerId !== null && !rights.callerIds.includes(callerId)) {
    const others = rights.callerIds.length === 0 ? 'none' : rights.callerIds.join(', ');
    return { code: 'caller-id-not-allowed', message: `${user} may not show ${callerId}; they may choose: ${others}` };
  }
  const meter = madeMeter(turn, user);
  if (meter.callerId === callerId) return null;
  meter.callerId = callerId;
  changedMeter(turn, meter);
  tell(turn, { type: 'caller-id-chosen', user, callerId });
  return null;
}
