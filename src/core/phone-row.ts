import type { PhoneId, PhoneTransport, UserId } from './settings.ts';

/** What is known of a phone: whether it has a contact, and whether that one is suspect (until when). */
export type Phone = {
  readonly id: PhoneId;
  user: UserId;
  registered: boolean;
  suspectUntil: number | null;
  /** By which transport it registered last; absent where nobody said. Asterisk says `ws` of a secure WebSocket, too. */
  by?: PhoneTransport;
};
