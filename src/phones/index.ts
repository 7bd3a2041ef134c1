export type { Behaviour } from './behaviour.ts';
export type { IncomingCall } from './incoming-call.ts';
export type { OutgoingCall } from './outgoing-call.ts';
export { createPhone, type Phone, type PhoneOptions } from './phone.ts';
export { type CallEnd, isAnsweredElsewhere, type Party, type PhoneEvent, type Reason } from './phone-event.ts';
