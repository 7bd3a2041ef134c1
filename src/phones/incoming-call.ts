import { type Invitation, SessionState } from 'sip.js';
import type { Behaviour } from './behaviour.ts';
import { type InCall, inCall } from './in-call.ts';
import { type CallEnd, type Party, type PhoneHappening, parseReasons } from './phone-event.ts';

/** A call that came in to a simulated phone. Methods that come too late (already ended) do nothing. */
export type IncomingCall = InCall & {
  readonly call: number;
  readonly direction: 'in';
  readonly from: Party;
  /** `offered` until the phone sends a first 18x. */
  readonly state: 'offered' | 'ringing' | 'progress' | 'answered' | 'ended';
  /** How it ended; null while it lives. */
  readonly end: CallEnd | null;
  /** All values of a header of the INVITE, in order; empty when it is not there. */
  headers(name: string): readonly string[];
  /** The INVITE's session description. */
  readonly offer: string;
  ring(): void;
  progress(): void;
  answer(): void;
  /** Refuses with a final code from 400 to 699. */
  decline(sip: number): void;
  /** 302 to an extension or a whole SIP URI. */
  redirect(to: string): void;
  /** BYE after the answer, 486 before it. */
  hangUp(): void;
};

/**
 * Wraps SIP.js's invitation. `tell` gets each happening once; the behaviour is carried out from here on. `lose` ends the
 * call for the phone alone, when its socket is gone for good.
 */
export function receiveCall(
  call: number,
  invitation: Invitation,
  behaviour: Behaviour,
  tell: (happening: PhoneHappening) => void,
): { readonly it: IncomingCall; readonly lose: () => void } {
  let state: IncomingCall['state'] = 'offered';
  let end: CallEnd | null = null;
  let hungUpByUs = false;
  const timers: NodeJS.Timeout[] = [];
  const open = (): boolean => invitation.state === SessionState.Initial;

  function close(ending: CallEnd): boolean {
    if (end !== null) return false;
    for (const timer of timers) clearTimeout(timer);
    end = ending;
    state = 'ended';
    return true;
  }

  function finish(ending: CallEnd): void {
    if (close(ending)) tell({ type: 'ended', call, end: ending });
  }

  function refuse(sip: number, extraHeaders: string[]): void {
    if (!open() || !close({ by: 'us', sip, reasons: [] })) return;
    quietly(() => invitation.reject({ statusCode: sip, extraHeaders }));
    tell({ type: 'declined', call, sip });
  }

  const it: IncomingCall = {
    ...inCall(() => invitation),
    call,
    direction: 'in',
    from: {
      number: invitation.remoteIdentity.uri.user ?? '',
      name: invitation.remoteIdentity.displayName ?? '',
    },
    get state() {
      return state;
    },
    get end() {
      return end;
    },
    headers: (name) => invitation.request.getHeaders(name),
    offer: invitation.request.body,
    ring() {
      if (!open()) return;
      quietly(() => invitation.progress({ statusCode: 180 }));
      state = 'ringing';
      tell({ type: 'rang', call });
    },
    progress() {
      if (!open()) return;
      quietly(() => invitation.progress({ statusCode: 183 }));
      state = 'progress';
      tell({ type: 'progressed', call });
    },
    answer() {
      // The happening is told from the state change below, when the 200 has really gone out.
      if (open()) quietly(() => invitation.accept());
    },
    decline: (sip) => refuse(sip, []),
    redirect: (to) => refuse(302, [`Contact: <${to.startsWith('sip:') ? to : sipUriBeside(invitation, to)}>`]),
    hangUp() {
      if (open()) return refuse(486, []);
      hungUpByUs = true;
      // While the 200 is on its way out there is nothing yet to end: the state change below sees to it.
      if (state === 'answered') quietly(() => invitation.bye());
    },
  };

  let cancelled = false;
  let byeReasons: string[] = [];
  invitation.delegate = {
    onCancel: (cancel) => {
      cancelled = true;
      const reasons = parseReasons(cancel.request.getHeaders('reason'));
      if (close({ by: 'them', sip: 487, reasons })) tell({ type: 'cancelled', call, reasons });
    },
    onBye: (bye) => {
      byeReasons = bye.request.getHeaders('reason');
      quietly(() => bye.accept());
    },
  };
  invitation.stateChange.addListener((next) => {
    if (next === SessionState.Established) {
      state = 'answered';
      tell({ type: 'answered', call });
      if (hungUpByUs) quietly(() => invitation.bye());
    } else if (next === SessionState.Terminated && !cancelled) {
      finish({ by: hungUpByUs ? 'us' : 'them', sip: null, reasons: parseReasons(byeReasons) });
    }
  });

  tell({ type: 'incoming', call, from: it.from, ...(asksToAnswer(invitation) ? { asksToAnswer: true } : {}) });
  timers.push(...perform(behaviour, it));
  return { it, lose: () => finish({ by: 'network', sip: null, reasons: [] }) };
}

/** The two headers that desk phones understand, since no standard is followed by all. */
function asksToAnswer({ request }: Invitation): boolean {
  const says = (header: string, what: string) => request.getHeader(header)?.includes(what) === true;
  return says('Call-Info', 'answer-after=0') && says('Alert-Info', 'info=alert-autoanswer');
}

/** Does what the behaviour says, now or by timers, which it returns so that they can be stopped. */
function perform(behaviour: Behaviour, call: IncomingCall): NodeJS.Timeout[] {
  switch (behaviour.kind) {
    case 'answer': {
      const ringAfterMs = behaviour.ringAfterMs === undefined ? 0 : behaviour.ringAfterMs;
      const rings = ringAfterMs !== null && ringAfterMs <= behaviour.afterMs;
      return [...(rings ? after(ringAfterMs, call.ring) : []), ...after(behaviour.afterMs, call.answer)];
    }
    case 'decline':
      if (behaviour.ring !== false) call.ring();
      return after(behaviour.afterMs, () => call.decline(behaviour.sip));
    case 'ignore':
      call.ring();
      return [];
    case 'progress-only':
      call.progress();
      return [];
    case 'redirect':
      return after(behaviour.afterMs ?? 0, () => call.redirect(behaviour.to));
    case 'silent':
    case 'manual':
      return [];
  }
}

/** Nought is now and not a turn of the loop later: two phones that answer at once are a race worth testing. */
function after(ms: number, act: () => void): NodeJS.Timeout[] {
  if (ms > 0) return [setTimeout(act, ms)];
  act();
  return [];
}

function sipUriBeside(invitation: Invitation, extension: string): string {
  return `sip:${extension}@${invitation.remoteIdentity.uri.host}`;
}

/** SIP.js rejects or throws when a CANCEL, a BYE or a lost socket came first; the state change tells that story. */
export function quietly(act: () => Promise<unknown>): void {
  try {
    act().catch(() => {});
  } catch {
    // The same, thrown at once.
  }
}
