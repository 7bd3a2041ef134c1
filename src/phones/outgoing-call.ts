import { Inviter, SessionState, type URI, type UserAgent } from 'sip.js';
import { type InCall, inCall } from './in-call.ts';
import { quietly } from './incoming-call.ts';
import { type CallEnd, type PhoneHappening, parseReasons } from './phone-event.ts';
import type { MediaKind, QuietMediaOptions } from './quiet-media.ts';

/** A call that a simulated phone dialled. */
export type OutgoingCall = InCall & {
  readonly call: number;
  readonly direction: 'out';
  readonly target: string;
  readonly state: 'dialling' | 'ringing' | 'answered' | 'ended';
  /** How it ended, with the final SIP code when it was not answered; null while it lives. */
  readonly end: CallEnd | null;
  /** CANCEL before the answer, BYE after it. */
  hangUp(): void;
};

/** What dialling needs. `media` are the kinds of offer to try in turn: the next one after a 488. */
export type Dialling = {
  readonly call: number;
  readonly agent: UserAgent;
  readonly target: string;
  readonly uri: URI;
  readonly media: readonly MediaKind[];
  readonly headers: readonly string[];
  /** Told which kind of offer Asterisk took. */
  readonly accepted: (kind: MediaKind) => void;
  readonly tell: (happening: PhoneHappening) => void;
};

/**
 * Sends an INVITE and follows it to its end. A 488 (RFC 3261 §21.4.26) comes before Asterisk makes a channel, so that
 * trying the other kind of media leaves no trace in the dialplan. `lose` ends the call for the phone alone.
 */
export function dialCall(dialling: Dialling): { readonly it: OutgoingCall; readonly lose: () => void } {
  const { call, agent, target, uri, headers, tell } = dialling;
  let state: OutgoingCall['state'] = 'dialling';
  let end: CallEnd | null = null;
  let hungUpByUs = false;
  let current: Inviter | null = null;

  function finish(ending: CallEnd): void {
    if (end !== null) return;
    end = ending;
    state = 'ended';
    tell({ type: 'ended', call, end: ending });
  }

  function invite(kind: MediaKind, rest: readonly MediaKind[]): void {
    const inviter = new Inviter(agent, uri, { earlyMedia: false, extraHeaders: [...headers] });
    current = inviter;
    let byeReasons: string[] = [];
    let retrying = false;
    inviter.delegate = {
      onBye: (bye) => {
        byeReasons = bye.request.getHeaders('reason');
        quietly(() => bye.accept());
      },
    };
    inviter.stateChange.addListener((next) => {
      if (next === SessionState.Established) {
        state = 'answered';
        dialling.accepted(kind);
        tell({ type: 'answered', call });
      } else if (next === SessionState.Terminated) {
        // SIP.js changes the state first and tells of the final response afterwards, in the same turn.
        queueMicrotask(() => {
          const by = hungUpByUs ? 'us' : 'them';
          if (!retrying) finish({ by, sip: null, reasons: parseReasons(byeReasons) });
        });
      }
    });
    const media: QuietMediaOptions = { kind };
    const refused = (sip: number, reasons: string[]): void => {
      const [next, ...others] = rest;
      if (sip === 488 && next !== undefined && !hungUpByUs) {
        retrying = true;
        invite(next, others);
      } else {
        finish({ by: hungUpByUs ? 'us' : 'them', sip, reasons: parseReasons(reasons) });
      }
    };
    quietly(() =>
      inviter.invite({
        sessionDescriptionHandlerOptions: media,
        requestDelegate: {
          onProgress: ({ message }) => {
            if (state === 'answered' || state === 'ended') return;
            state = 'ringing';
            tell({ type: 'heard-ringing', call, sip: message.statusCode ?? 0 });
          },
          onRedirect: ({ message }) => refused(message.statusCode ?? 0, message.getHeaders('reason')),
          onReject: ({ message }) => refused(message.statusCode ?? 0, message.getHeaders('reason')),
        },
      }),
    );
  }

  tell({ type: 'dialled', call, target });
  const [first = 'webrtc', ...rest] = dialling.media;
  invite(first, rest);

  const it: OutgoingCall = {
    ...inCall(() => current),
    call,
    direction: 'out',
    target,
    get state() {
      return state;
    },
    get end() {
      return end;
    },
    hangUp() {
      const inviter = current;
      if (inviter === null || state === 'ended') return;
      hungUpByUs = true;
      quietly(() => (state === 'answered' ? inviter.bye() : inviter.cancel()));
    },
  };
  return { it, lose: () => finish({ by: 'network', sip: null, reasons: [] }) };
}
