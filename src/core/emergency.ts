import { raiseAlarm } from './alarms.ts';
import type { PhoneId } from './settings.ts';
import { type Turn, tell } from './turn.ts';

/** The alarm stands for so long: whoever is in charge must see it, and the helpers be met at the door. */
const alarmMs = 3_600_000;

/** Somebody called for help. We are told only: the call itself never depends on us. */
export function emergencyDialled(turn: Turn, phone: PhoneId, dialled: string): void {
  const user = turn.world.index.phoneUser.get(phone) ?? null;
  tell(turn, { type: 'emergency-called', user, phone, dialled });
  raiseAlarm(turn, 'emergency-call', user ?? phone, turn.now + alarmMs);
}
