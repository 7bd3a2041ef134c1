import { raiseAlarm } from './alarms.ts';
import type { Event } from './events.ts';
import { type Turn, tell } from './turn.ts';

/** The alarm stands for so long: whoever is in charge must see it, and the helpers be met at the door. */
const alarmMs = 3_600_000;

type Emergency = Omit<Extract<Event, { type: 'emergency-dialled' }>, 'type'>;

/** Somebody called for help. We are told only: the call itself never depends on us. */
export function emergencyDialled(turn: Turn, { phone, dialled, ...said }: Emergency): void {
  const user = turn.world.index.phoneUser.get(phone) ?? null;
  const { channel = null, dialledAt = null } = said;
  tell(turn, { type: 'emergency-called', user, phone, dialled, channel, dialledAt });
  raiseAlarm(turn, 'emergency-call', user ?? phone, turn.now + alarmMs);
}
