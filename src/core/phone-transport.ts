import { endAlarm, hasAlarm, raiseAlarm } from './alarms.ts';
import type { PhoneTransport } from './settings.ts';
import type { Phone } from './state.ts';
import { changedPhone, type Turn, tell } from './turn.ts';
import type { World } from './world.ts';

/** Whether a phone that is set to `transport` may come by `by`. Asterisk calls both kinds of WebSocket `ws`, and they need the same settings. */
export function isOwnTransport(transport: PhoneTransport, by: PhoneTransport): boolean {
  const plain = (one: PhoneTransport): PhoneTransport => (one === 'wss' ? 'ws' : one);
  return plain(transport) === plain(by);
}

/** By what it should come, where that is not what it came by last; null when all is well, or nothing is known. */
export function wrongTransport({ state }: World, phone: Phone): PhoneTransport | null {
  const transport = state.users.get(phone.user)?.transports?.[phone.id];
  if (transport === undefined || phone.by === undefined || isOwnTransport(transport, phone.by)) return null;
  return transport;
}

/** Notes by which transport a phone came. */
export function noteTransport(turn: Turn, phone: Phone, by: PhoneTransport): void {
  const isNews = by !== phone.by;
  phone.by = by;
  if (isNews) changedPhone(turn, phone);
  judgeTransport(turn, phone, isNews);
}

/**
 * To be asked after a registration and after a change of settings; `isNews` says that either is another one than before. It is told
 * once. The alarm stands until the phone comes by its own transport, or is set to the one that it comes by: one that only goes away has
 * proved nothing.
 */
export function judgeTransport(turn: Turn, phone: Phone, isNews: boolean): void {
  const { id, user, by } = phone;
  const transport = wrongTransport(turn.world, phone);
  if (transport === null || by === undefined) return endAlarm(turn, 'wrong-transport', id);
  if (isNews || !hasAlarm(turn, 'wrong-transport', id))
    tell(turn, { type: 'phone-registered-otherwise', phone: id, user, transport, by });
  raiseAlarm(turn, 'wrong-transport', id, null);
}
