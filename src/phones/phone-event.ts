/** Who is at the other end, from the From header: what the phone's display would show. */
export type Party = { readonly number: string; readonly name: string };

/** One Reason header (RFC 3326), such as `SIP;cause=200;text="Call completed elsewhere"` or `Q.850;cause=16`. */
export type Reason = { readonly protocol: string; readonly cause: number | null; readonly text: string | null };

/** How a call ended, as the phone saw it. `sip` is the final code of an INVITE that was not answered, else null. */
export type CallEnd = {
  readonly by: 'us' | 'them' | 'network';
  readonly sip: number | null;
  readonly reasons: readonly Reason[];
};

/** What happened at a phone. `call` is the phone's own number for the call, from 1. */
export type PhoneHappening =
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected'; readonly why: string | null }
  | { readonly type: 'registered' }
  | { readonly type: 'unregistered' }
  /** REGISTER was refused with this code. */
  | { readonly type: 'refused'; readonly sip: number; readonly why: string }
  /** `asksToAnswer`: both headers that ask a phone to answer by itself were there; what it does is its behaviour's to say. */
  | { readonly type: 'incoming'; readonly call: number; readonly from: Party; readonly asksToAnswer?: true }
  /** We sent 180, or 183. */
  | { readonly type: 'rang'; readonly call: number }
  | { readonly type: 'progressed'; readonly call: number }
  | { readonly type: 'dialled'; readonly call: number; readonly target: string }
  /** The other side sent 180 or 183 to our INVITE. */
  | { readonly type: 'heard-ringing'; readonly call: number; readonly sip: number }
  | { readonly type: 'answered'; readonly call: number }
  /** We refused the call with this code; 302 is a redirect. */
  | { readonly type: 'declined'; readonly call: number; readonly sip: number }
  /** The caller's side sent CANCEL. Answered elsewhere is among the reasons, and then no phone shows a missed call. */
  | { readonly type: 'cancelled'; readonly call: number; readonly reasons: readonly Reason[] }
  /** An answered call, or one of ours, is over. Declined and cancelled calls have their own last event. */
  | { readonly type: 'ended'; readonly call: number; readonly end: CallEnd };

/** A happening with the wall clock in ms and the phone's user. */
export type PhoneEvent = PhoneHappening & { readonly at: number; readonly phone: string };

/** True when a CANCEL says that the call was answered elsewhere (RFC 3326: SIP 200, or Q.850 cause 26). */
export function isAnsweredElsewhere(reasons: readonly Reason[]): boolean {
  return reasons.some(
    ({ protocol, cause }) => (protocol === 'SIP' && cause === 200) || (protocol === 'Q.850' && cause === 26),
  );
}

/** Parses Reason headers; one that is malformed keeps its protocol and loses the rest. */
export function parseReasons(headers: readonly string[]): Reason[] {
  return headers.map((header) => {
    const [protocol = ''] = header.split(';');
    const cause = header.match(/;\s*cause\s*=\s*(\d+)/i)?.[1];
    const text = header.match(/;\s*text\s*=\s*"([^"]*)"/i)?.[1];
    return { protocol: protocol.trim(), cause: cause === undefined ? null : Number(cause), text: text ?? null };
  });
}
