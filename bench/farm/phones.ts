import { contactLine, randomToken, viaLine } from './lines.ts';
import { type FarmMedia, silentMedia } from './media.ts';
import {
  formatRequest,
  formatResponse,
  type HeaderLine,
  header,
  methodOf,
  type SipMessage,
  uriOf,
  userOf,
} from './message.ts';
import type { Address, FarmEvent } from './protocol.ts';
import type { Wire } from './wire.ts';

/** How the phones treat a call; asked anew at each step. */
export type PhoneHabits = {
  /** From the phone's 180 to its 200; 0 answers at once. */
  readonly answerAfterMs: () => number;
  /** How long from the ACK to the phone's BYE; null: it never hangs up by itself. */
  readonly talkMs: () => number | null;
};

/** All phones of the farm, on one socket: the user in the Request-URI says which one is meant. */
export type Phones = {
  /** Takes every message of the socket but the responses to REGISTER. */
  receive(message: SipMessage, from: Address, atMs: number): void;
  /** Ends the talk of this phone. */
  hangUp(phone: string): void;
  /** Ends every talk that is still on. */
  hangUpAll(): void;
  /** How many calls the phones have now. */
  busy(): number;
};

/** What a phone knows of one call: ringing → answered (2xx sent) → talking (ACK came) → over (BYE sent, or cancelled). */
type Talk = {
  readonly phone: string;
  readonly caller: string;
  readonly invite: SipMessage;
  readonly peer: Address;
  readonly tag: string;
  phase: 'ringing' | 'answered' | 'talking' | 'over';
  /** The last response to the INVITE: repeated when Asterisk repeats its request. */
  reply: string;
  timer: NodeJS.Timeout | undefined;
};

/** Phones that ring, answer and hang up as `habits` says, and tell each step to `log`. */
export function createPhones(
  wire: Wire,
  habits: PhoneHabits,
  log: (event: FarmEvent) => void,
  media: FarmMedia = silentMedia(wire.address.host),
): Phones {
  const talks = new Map<string, Talk>();

  const tell = (talk: Talk, what: FarmEvent['what'], atMs: number): void =>
    log({ atMs, what, caller: talk.caller, phone: talk.phone, status: 0 });

  const invited = (message: SipMessage, uri: string, from: Address, atMs: number): void => {
    const callId = header(message, 'call-id');
    const known = talks.get(callId);
    if (known !== undefined) {
      wire.send(known.reply, from);
      return;
    }
    const tag = randomToken();
    const phone = userOf(uri);
    const reply = formatResponse(message, 180, 'Ringing', tag, [contactLine(wire, phone)]);
    const caller = userOf(header(message, 'from'));
    const talk: Talk = { phone, caller, invite: message, peer: from, tag, phase: 'ringing', reply, timer: undefined };
    talks.set(callId, talk);
    tell(talk, 'phone-invited', atMs);
    wire.send(reply, from);
    const afterMs = habits.answerAfterMs();
    if (afterMs === 0) answer(callId, talk);
    else talk.timer = setTimeout(() => answer(callId, talk), afterMs);
  };

  const answer = (callId: string, talk: Talk): void => {
    talk.phase = 'answered';
    const body = media.describe(talk.phone);
    media.learnt(talk.phone, talk.invite.body);
    talk.reply = formatResponse(talk.invite, 200, 'OK', talk.tag, [contactLine(wire, talk.phone)], body);
    wire.sendUntil(`reply ${callId}`, talk.reply, talk.peer);
    tell(talk, 'phone-answered', performance.now());
  };

  const acknowledged = (message: SipMessage): void => {
    const callId = header(message, 'call-id');
    const talk = talks.get(callId);
    wire.settle(`reply ${callId}`);
    if (talk === undefined || talk.phase !== 'answered') {
      if (talk?.phase === 'over') talks.delete(callId);
      return;
    }
    talk.phase = 'talking';
    const talkMs = habits.talkMs();
    if (talkMs !== null) talk.timer = setTimeout(() => hangUp(callId, talk), talkMs);
  };

  const hangUp = (callId: string, talk: Talk): void => {
    if (talk.phase !== 'talking') return;
    talk.phase = 'over';
    clearTimeout(talk.timer);
    const lines: HeaderLine[] = [
      viaLine(wire),
      ['Max-Forwards', '70'],
      ['From', `${header(talk.invite, 'to')};tag=${talk.tag}`],
      ['To', header(talk.invite, 'from')],
      ['Call-ID', callId],
      ['CSeq', '1 BYE'],
    ];
    const bye = formatRequest('BYE', uriOf(header(talk.invite, 'contact')), lines);
    tell(talk, 'phone-hung-up', performance.now());
    media.over(talk.phone);
    wire.sendUntil(`bye ${callId}`, bye, talk.peer, () => talks.delete(callId));
  };

  const wasHungUp = (message: SipMessage, from: Address, atMs: number): void => {
    const callId = header(message, 'call-id');
    const talk = talks.get(callId);
    wire.send(formatResponse(message, 200, 'OK', ''), from);
    // A BYE that crosses our own is no second end.
    if (talk === undefined || talk.phase === 'over') return;
    clearTimeout(talk.timer);
    wire.settle(`reply ${callId}`);
    talks.delete(callId);
    tell(talk, 'phone-was-hung-up', atMs);
    media.over(talk.phone);
  };

  const cancelled = (message: SipMessage, from: Address, atMs: number): void => {
    const callId = header(message, 'call-id');
    const talk = talks.get(callId);
    wire.send(formatResponse(message, 200, 'OK', talk?.tag ?? ''), from);
    if (talk?.phase !== 'ringing') return;
    clearTimeout(talk.timer);
    talk.phase = 'over';
    talk.reply = formatResponse(talk.invite, 487, 'Request Terminated', talk.tag);
    wire.sendUntil(`reply ${callId}`, talk.reply, talk.peer, () => talks.delete(callId));
    tell(talk, 'phone-was-cancelled', atMs);
  };

  return {
    receive: (message, from, atMs) => {
      const { start } = message;
      if (start.kind === 'response') {
        if (methodOf(message) !== 'BYE' || start.status < 200) return;
        wire.settle(`bye ${header(message, 'call-id')}`);
        talks.delete(header(message, 'call-id'));
      } else if (start.method === 'INVITE') invited(message, start.uri, from, atMs);
      else if (start.method === 'ACK') acknowledged(message);
      else if (start.method === 'BYE') wasHungUp(message, from, atMs);
      else if (start.method === 'CANCEL') cancelled(message, from, atMs);
      // OPTIONS (a qualify), NOTIFY, UPDATE: nothing that a phone of the farm would refuse.
      else wire.send(formatResponse(message, 200, 'OK', randomToken()), from);
    },
    hangUp: (phone) => {
      for (const [callId, talk] of talks) if (talk.phone === phone) hangUp(callId, talk);
    },
    hangUpAll: () => {
      for (const [callId, talk] of talks) hangUp(callId, talk);
    },
    busy: () => talks.size,
  };
}
