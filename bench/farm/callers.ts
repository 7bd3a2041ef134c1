import { contactLine, randomToken, viaLine } from './lines.ts';
import { type FarmMedia, silentMedia } from './media.ts';
import { formatRequest, formatResponse, type HeaderLine, header, methodOf, type SipMessage, uriOf } from './message.ts';
import type { Address, FarmEvent } from './protocol.ts';
import type { Wire } from './wire.ts';

/** Callers on one socket, each with a number of its own in From, that tell each step to `log`. */
export type Callers = {
  /** Sends an INVITE to `extension` at `to` as `number`; the time of sending is logged. */
  dial(number: string, extension: string, to: Address): void;
  receive(message: SipMessage, from: Address, atMs: number): void;
  /** Cancels what still waits and hangs up what talks. */
  hangUpAll(): void;
  /** How many callers are not at their end yet. */
  active(): number;
};

/** A caller's dialogue (RFC 3261 §12): inviting → talking → leaving (CANCEL or BYE sent) → gone. */
type Caller = {
  readonly number: string;
  readonly uri: string;
  readonly to: Address;
  readonly callId: string;
  readonly from: string;
  readonly branch: string;
  phase: 'inviting' | 'talking' | 'leaving';
  /** The answering side's To header with its tag, and its Contact. */
  remote: string;
  target: string;
};

export function createCallers(
  wire: Wire,
  log: (event: FarmEvent) => void,
  media: FarmMedia = silentMedia(wire.address.host),
): Callers {
  const callers = new Map<string, Caller>();

  const tell = (caller: Caller, what: FarmEvent['what'], atMs: number, status = 0): void =>
    log({ atMs, what, caller: caller.number, phone: '', status });

  const lines = (caller: Caller, cseq: string, branch?: string): HeaderLine[] => [
    viaLine(wire, branch),
    ['Max-Forwards', '70'],
    ['From', caller.from],
    ['To', caller.remote],
    ['Call-ID', caller.callId],
    ['CSeq', cseq],
  ];

  const end = (caller: Caller, atMs: number, status: number): void => {
    callers.delete(caller.callId);
    wire.settle(caller.callId);
    media.over(caller.number);
    tell(caller, 'caller-ended', atMs, status);
  };

  const answered = (caller: Caller, message: SipMessage, atMs: number): void => {
    caller.remote = header(message, 'to');
    caller.target = uriOf(header(message, 'contact'));
    wire.settle(caller.callId);
    wire.send(formatRequest('ACK', caller.target, lines(caller, '1 ACK')), caller.to);
    if (caller.phase === 'inviting') {
      caller.phase = 'talking';
      media.learnt(caller.number, message.body);
      tell(caller, 'caller-answered', atMs);
    } else if (caller.phase === 'leaving') hangUp(caller);
  };

  const refused = (caller: Caller, message: SipMessage, status: number, atMs: number): void => {
    // The ACK of a refusal belongs to the INVITE's transaction: its branch, and the To of the response (RFC 3261 §17.1.1.3).
    const ack = lines({ ...caller, remote: header(message, 'to') }, '1 ACK', caller.branch);
    wire.send(formatRequest('ACK', caller.uri, ack), caller.to);
    end(caller, atMs, status);
  };

  const hangUp = (caller: Caller): void => {
    caller.phase = 'leaving';
    const bye = formatRequest('BYE', caller.target, lines(caller, '2 BYE'));
    wire.sendUntil(caller.callId, bye, caller.to, () => end(caller, performance.now(), 0));
  };

  const cancel = (caller: Caller): void => {
    caller.phase = 'leaving';
    const text = formatRequest('CANCEL', caller.uri, lines(caller, '1 CANCEL', caller.branch));
    wire.sendUntil(caller.callId, text, caller.to, () => end(caller, performance.now(), 408));
  };

  const responded = (message: SipMessage, status: number, atMs: number): void => {
    const caller = callers.get(header(message, 'call-id'));
    if (caller === undefined) return;
    const method = methodOf(message);
    if (method === 'BYE') {
      if (status >= 200) end(caller, atMs, 0);
    } else if (method === 'INVITE') {
      if (status >= 300) refused(caller, message, status, atMs);
      else if (status >= 200) answered(caller, message, atMs);
      // A provisional answer ends the repetitions of the INVITE; those of a CANCEL go on under the same key.
      else if (caller.phase === 'inviting') wire.settle(caller.callId);
    }
  };

  const requested = (message: SipMessage, method: string, from: Address, atMs: number): void => {
    if (method === 'ACK') return;
    const caller = callers.get(header(message, 'call-id'));
    wire.send(formatResponse(message, 200, 'OK', randomToken()), from);
    if (method === 'BYE' && caller !== undefined) end(caller, atMs, 0);
  };

  return {
    dial: (number, extension, to) => {
      const uri = `sip:${extension}@${to.host}:${to.port}`;
      const from = `"Caller ${number}" <sip:${number}@${wire.address.host}>;tag=${randomToken()}`;
      const caller: Caller = {
        number,
        uri,
        to,
        callId: `call-${number}-${randomToken()}`,
        from,
        branch: `z9hG4bK${randomToken()}`,
        phase: 'inviting',
        remote: `<${uri}>`,
        target: uri,
      };
      callers.set(caller.callId, caller);
      const head = [...lines(caller, '1 INVITE', caller.branch), contactLine(wire, number)];
      const invite = formatRequest('INVITE', uri, head, media.describe(number));
      tell(caller, 'caller-invited', performance.now());
      wire.sendUntil(caller.callId, invite, to, () => end(caller, performance.now(), 408));
    },
    receive: (message, from, atMs) => {
      if (message.start.kind === 'response') responded(message, message.start.status, atMs);
      else requested(message, message.start.method, from, atMs);
    },
    hangUpAll: () => {
      for (const caller of callers.values()) {
        if (caller.phase === 'talking') hangUp(caller);
        else if (caller.phase === 'inviting') cancel(caller);
      }
    },
    active: () => callers.size,
  };
}
