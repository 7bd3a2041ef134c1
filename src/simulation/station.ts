import type { PhoneTransport } from '../core/settings.ts';
import type { Behaviour } from '../phones/behaviour.ts';
import type { Channel, FarEnd } from './channel.ts';
import { endChannel, later, type Pbx, pressKey, setState, tellOfDial } from './pbx.ts';

/** A registered phone, or one that is not: the endpoint `PJSIP/<id>`. */
export type SimulatedPhone = {
  readonly id: string;
  isRegistered: boolean;
  /** By which transport it registered; null: nobody says. */
  by: PhoneTransport | null;
  behaviour: Behaviour;
  /** Once in a talk it hangs up after so long; null leaves it to the other side. */
  talkMs: number | null;
  /** What whoever answers does when asked for a key; null: nobody ever asks. Only for what is behind a trunk. */
  keys: (() => KeyHabit) | null;
  /** Whether anybody has a hand free to answer it. */
  isAttended: () => boolean;
  /** Calls that it has in hand, in or out. A second one is answered 486. */
  readonly calls: Set<string>;
  /** What it saw, for tests: each INVITE, and how each ended. */
  readonly log: PhoneNote[];
};

/** A key that is pressed so long after the answer, a hang-up unless they talk by then, or nothing at all, like a voicemail. */
export type KeyHabit = { readonly afterMs: number; readonly key: string | 'hang-up' | 'none' };

export type PhoneNote = { readonly at: number; readonly channel: string; readonly what: string };

/** A trunk is a phone that takes any number of calls. */
function isTrunk(phone: SimulatedPhone): boolean {
  return phone.id.startsWith('trunk-');
}

export function newPhone(id: string, behaviour: Behaviour): SimulatedPhone {
  return {
    id,
    isRegistered: true,
    by: null,
    behaviour,
    talkMs: null,
    keys: null,
    isAttended: () => true,
    calls: new Set(),
    log: [],
  };
}

/** The far end of a channel that `create` made: it stands idle until it is dialled. */
export function phoneEnd(pbx: Pbx, phone: SimulatedPhone, channelOf: () => Channel | undefined): FarEnd {
  let hangUp: (() => void) | null = null;
  const note = (what: string) => phone.log.push({ at: pbx.scheduler.now(), channel: channelOf()?.id ?? '', what });
  return {
    answered: () => undefined,
    talking(isTalking) {
      hangUp?.();
      hangUp = null;
      const channel = channelOf();
      if (!isTalking || channel === undefined || phone.talkMs === null) return;
      hangUp = later(pbx, channel, phone.talkMs, () => endChannel(pbx, channel, farHangUp));
    },
    ended(byUs, reason) {
      const channel = channelOf();
      if (channel !== undefined) phone.calls.delete(channel.id);
      // Of a leg that was never dialled the phone knows nothing.
      if (channel?.dialledAt === Number.POSITIVE_INFINITY) return;
      const was = channel?.state === 'Up' ? 'answered' : 'unanswered';
      note(byUs ? `ended by Asterisk, ${was}: ${reason}` : 'ended');
    },
  };
}

/** The INVITE reaches the phone, which does what its behaviour says. */
export function ring(pbx: Pbx, phone: SimulatedPhone, channel: Channel): void {
  const wireMs = pbx.dice.between(1, 3);
  phone.log.push({ at: pbx.scheduler.now(), channel: channel.id, what: 'INVITE' });
  if (!phone.isRegistered) return;
  if (phone.calls.size > 0 && !isTrunk(phone)) {
    later(pbx, channel, wireMs, () => refuse(pbx, channel, 486));
    return;
  }
  phone.calls.add(channel.id);
  const { behaviour } = phone;
  switch (behaviour.kind) {
    case 'answer': {
      const { ringAfterMs = 0, afterMs } = behaviour;
      if (ringAfterMs !== null) later(pbx, channel, wireMs + ringAfterMs, () => showRinging(pbx, channel));
      later(pbx, channel, wireMs + afterMs, () => {
        if (!phone.isAttended()) return;
        answer(pbx, channel);
        pressLater(pbx, phone, channel);
      });
      return;
    }
    case 'decline':
      if (behaviour.ring !== false) later(pbx, channel, wireMs, () => showRinging(pbx, channel));
      later(pbx, channel, wireMs + behaviour.afterMs, () => refuse(pbx, channel, behaviour.sip));
      return;
    case 'ignore':
      later(pbx, channel, wireMs, () => showRinging(pbx, channel));
      return;
    case 'progress-only':
      later(pbx, channel, wireMs, () => tellOfDial(pbx, channel, 'PROGRESS'));
      return;
    case 'redirect':
      later(pbx, channel, wireMs + (behaviour.afterMs ?? 0), () => {
        const to = userPartOf(behaviour.to);
        if (to !== '') tellOfDial(pbx, channel, 'CANCEL', to);
        refuse(pbx, channel, 302);
      });
      return;
    case 'silent':
    case 'manual':
      return;
  }
}

function pressLater(pbx: Pbx, phone: SimulatedPhone, channel: Channel): void {
  const { afterMs, key } = phone.keys?.() ?? { afterMs: 0, key: 'none' };
  if (key === 'none') return;
  later(pbx, channel, afterMs, () => {
    if (key !== 'hang-up') pressKey(pbx, channel, key);
    else if (channel.bridge === null) endChannel(pbx, channel, farHangUp);
  });
}

/** The user part of a Contact as `res_pjsip_session` keeps it: unescaped, at most 79 bytes of it; of an extension, it. */
function userPartOf(to: string): string {
  const user = /^sips?:/.test(to) ? (/^sips?:([^@]*)@/.exec(to)?.[1] ?? '') : to;
  return decodeURIComponent(user.replace(/:.*/, '')).slice(0, 79);
}

export function showRinging(pbx: Pbx, channel: Channel): void {
  // No 180 comes after the 200.
  if (channel.state === 'Up') return;
  if (pbx.dice.happens(500)) {
    setState(pbx, channel, 'Ringing');
    tellOfDial(pbx, channel, 'RINGING');
  } else {
    tellOfDial(pbx, channel, 'RINGING');
    setState(pbx, channel, 'Ringing');
  }
}

/** Which of the two comes first is left to chance, and `Dial` ANSWER is missing now and then. */
export function answer(pbx: Pbx, channel: Channel): void {
  setState(pbx, channel, 'Up');
  if (!pbx.dice.happens(2)) tellOfDial(pbx, channel, 'ANSWER');
}

/** The phone's final answer to the INVITE, other than 2xx. */
export function refuse(pbx: Pbx, channel: Channel, sip: number): void {
  const cause = causeOf(sip);
  endChannel(pbx, channel, { cause, sip, request: { cause, tech_cause: sip }, byUs: false });
}

/** The BYE of the far end of a call that was answered. */
export const farHangUp = { cause: 16, sip: null, request: { cause: 16 }, byUs: false } as const;

/** The Q.850 cause that Asterisk's PJSIP channel gives a SIP status (`hangup_sip2cause` of chan_pjsip.c). */
export function causeOf(sip: number): number {
  return causes[sip] ?? 127;
}

const causes: Readonly<Record<number, number>> = {
  302: 23,
  401: 21,
  403: 21,
  404: 1,
  405: 127,
  407: 21,
  408: 18,
  409: 31,
  410: 22,
  420: 38,
  480: 19,
  481: 31,
  482: 31,
  483: 25,
  484: 28,
  485: 1,
  486: 17,
  488: 58,
  500: 38,
  501: 79,
  502: 27,
  503: 34,
  504: 102,
  505: 127,
  580: 58,
  600: 17,
  603: 21,
  604: 1,
  606: 58,
};
