import type { Channel, FarEnd } from './channel.ts';
import { endChannel, enterStasis, later, leaveStasis, newChannel, type Pbx } from './pbx.ts';
import { farHangUp, type SimulatedPhone } from './station.ts';

/** What a caller does. Times in ms; null: never of their own accord. */
export type CallerHabits = {
  /** Gives up after waiting so long with nobody to talk to. */
  readonly patienceMs: number | null;
  /** Ends a talk after so long. */
  readonly talkMs: number | null;
  /** What the dialplan says of the call, as arguments of `Stasis()`: `priority=8`, `needs=es>=3`. */
  readonly wishes?: readonly string[];
};

/** A caller who dialled in, as a test sees them. */
export type SimulatedCaller = {
  readonly channel: string;
  /** What became of them: `waiting`, in a `talk`, with the `fallback` of the dialplan, or `gone` (with the cause heard). */
  state(): { readonly is: 'waiting' | 'talk' | 'fallback' | 'gone'; readonly cause: number };
  isAnswered(): boolean;
  hears(): Channel['hears'];
  hangUp(): void;
};

const leaseMs = 30_000;
/** What the dialplan hands over besides the number, where nobody set anything. */
const noWishes = ['priority=', 'place=', 'needs='];
const askAgainMs = 200;
const tries = 25;
const hangUpPeerMs = 1_000;
/** The contexts of `asterisk-conf/`: the lease that each sets, and how long it holds a caller here, where nobody answers. */
const ours: Readonly<Record<string, { readonly leaseMs: number; readonly staysMs: number }>> = {
  'cordboard-fallback': { leaseMs: 0, staysMs: 5_000 },
  'cordboard-refused': { leaseMs: 0, staysMs: 5_000 },
  'cordboard-said': { leaseMs: 30_000, staysMs: 500 },
};
/** A context of the customer's own knows nothing of leases, and keeps a caller (to leave a message) for longer than one. */
const elsewhereMs = 45_000;

/** Someone dials `exten`; `phone` when it is one of ours. The dialplan of `asterisk-conf/` takes them in. */
export function callIn(
  pbx: Pbx,
  exten: string,
  from: SimulatedPhone | string,
  habits: CallerHabits,
  over: string,
): SimulatedCaller {
  const phone = typeof from === 'string' ? null : from;
  const id = `${Math.floor(pbx.startedAt / 1000)}.${pbx.nextChannel}`;
  let heardCause = 0;
  const far: FarEnd = {
    answered: () => undefined,
    talking(isTalking) {
      stop?.();
      stop = null;
      const afterMs = isTalking ? habits.talkMs : habits.patienceMs;
      if (!channel.isGone && afterMs !== null) stop = later(pbx, channel, afterMs, hangUp);
    },
    ended(_byUs, reason) {
      heardCause = reason;
      phone?.calls.delete(id);
      callerHungUp(pbx, channel);
    },
  };
  const channel = newChannel(
    pbx,
    {
      id,
      endpoint: phone?.id ?? over,
      kind: 'inbound',
      state: 'Ring',
      args: [exten, 'pres=allowed_not_screened', ...(habits.wishes ?? noWishes)],
      number: typeof from === 'string' ? from : from.id,
      dialplan: { context: 'from-sip', exten, priority: 1, app: 'Set', data: '' },
    },
    far,
  );
  const hangUp = () => endChannel(pbx, channel, channel.state === 'Up' ? farHangUp : callerCancel);
  let stop = habits.patienceMs === null ? null : later(pbx, channel, habits.patienceMs, hangUp);
  phone?.calls.add(id);
  setLease(pbx, channel, leaseMs);
  askForStasis(pbx, channel, tries);
  return {
    channel: id,
    state: () => ({ is: whereIs(pbx, channel), cause: heardCause }),
    isAnswered: () => channel.state === 'Up',
    hears: () => channel.hears,
    hangUp,
  };
}

/** The CANCEL of a caller whom nobody had answered. */
const callerCancel = { cause: 127, sip: 487, request: { cause: 127, tech_cause: 487 }, byUs: false } as const;

function whereIs(pbx: Pbx, channel: Channel): 'waiting' | 'talk' | 'fallback' | 'gone' {
  if (channel.isGone) return 'gone';
  const others = pbx.bridges.get(channel.bridge ?? '')?.channels.length ?? 0;
  if (others > 1 || channel.dialplan.app === 'Bridge') return 'talk';
  return channel.dialplan.context === 'cordboard-fallback' ? 'fallback' : 'waiting';
}

function askForStasis(pbx: Pbx, channel: Channel, left: number): void {
  if (pbx.isAppConnected()) {
    const { exten } = channel.dialplan;
    channel.dialplan = {
      context: 'from-sip',
      exten,
      priority: 4,
      app: 'Stasis',
      data: [pbx.app, ...channel.args].join(','),
    };
    enterStasis(pbx, channel);
  } else if (left > 0) later(pbx, channel, askAgainMs, () => askForStasis(pbx, channel, left - 1));
  else fallBack(pbx, channel);
}

/** `TIMEOUT(absolute)` in ms from now; 0 takes it away. */
export function setLease(pbx: Pbx, channel: Channel, forMs: number): void {
  channel.lease?.();
  channel.lease = forMs <= 0 ? null : later(pbx, channel, forMs, () => leaseEnded(pbx, channel));
}

/**
 * `exten => T`: whoever has a `PEER` is joined to it outside of Stasis. Where it is gone, or there is none, the caller goes to the
 * fallback, but for one who has talked with it (`CB_TALKED`).
 */
function leaseEnded(pbx: Pbx, channel: Channel): void {
  channel.lease = null;
  if (channel.dialplan.context !== 'from-sip') return cutOff(pbx, channel);
  leaveStasis(pbx, channel);
  const peer = pbx.channels.get(channel.variables.get('PEER') ?? '');
  if (peer === undefined || peer.state !== 'Up') {
    const isOver = channel.variables.get('PEER') !== '' && channel.variables.get('CB_TALKED') === '1';
    // A leg of ours has no number to fall back to: the dialplan ends it.
    if (channel.kind === 'inbound' && !isOver) return fallBack(pbx, channel);
    return cutOff(pbx, channel);
  }
  leaveStasis(pbx, peer);
  for (const one of [channel, peer]) one.dialplan = { ...one.dialplan, app: 'Bridge', data: peer.name };
  tie(channel, peer, pbx);
  tie(peer, channel, pbx);
}

/** The dialplan has no more to say, or its context has no `T`. */
function cutOff(pbx: Pbx, channel: Channel): void {
  if (channel.kind === 'inbound') pbx.cutOff.push(channel.id);
  endChannel(pbx, channel, { cause: 16, sip: null, request: { cause: 16, soft: true }, byUs: true });
}

/** `exten => h`: the other leg of a talk ends a second later, should nobody have ended it by then. */
function callerHungUp(pbx: Pbx, channel: Channel): void {
  const peer = pbx.channels.get(channel.variables.get('PEER') ?? '');
  if (peer !== undefined) setLease(pbx, peer, hangUpPeerMs);
}

/** In an ordinary bridge of the dialplan the end of either ends both. */
function tie(one: Channel, other: Channel, pbx: Pbx): void {
  const check = (): void => {
    if (other.isGone) endChannel(pbx, one, { cause: 16, sip: null, request: { cause: 16 }, byUs: true });
    else later(pbx, one, 20, check);
  };
  one.far.talking(true);
  later(pbx, one, 20, check);
}

/** The caller is in the dialplan's hands; nobody of the fallback answers, and it ends. */
export function fallBack(pbx: Pbx, channel: Channel): void {
  goOn(pbx, channel, 'cordboard-fallback', channel.dialplan.exten, 1);
}

/** `continue`: the dialplan goes on there. A lease outlives that, but where the context sets another. */
export function goOn(pbx: Pbx, channel: Channel, context: string, exten: string, priority: number): void {
  leaveStasis(pbx, channel);
  const { leaseMs: itsMs, staysMs } = ours[context] ?? { leaseMs: null, staysMs: elsewhereMs };
  if (itsMs !== null) setLease(pbx, channel, itsMs);
  channel.dialplan = { context, exten, priority, app: 'Dial', data: '' };
  later(pbx, channel, staysMs, () =>
    endChannel(pbx, channel, { cause: 16, sip: null, request: { cause: 16, soft: true }, byUs: true }),
  );
}
