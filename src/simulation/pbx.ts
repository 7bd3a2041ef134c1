import type { AriEvent } from '../asterisk/ari/port.ts';
import { type Channel, channelJson, type FarEnd, timestamp } from './channel.ts';
import type { Dice } from './dice.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimulatedPhone } from './station.ts';

/** A mixing bridge: the channels in it, in the order in which they came. */
export type Bridge = { readonly id: string; readonly createdAt: number; readonly channels: string[] };

/** What the simulated Asterisk holds; the functions of this file are the only ones that change channels and bridges. */
export type Pbx = {
  readonly app: string;
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly channels: Map<string, Channel>;
  readonly bridges: Map<string, Bridge>;
  readonly phones: Map<string, SimulatedPhone>;
  /** Sends an event to the application; a disconnected one loses it. */
  readonly emit: (stream: string, event: AriEvent, copies: number) => void;
  /** Whether anybody hears events of this type now. */
  readonly wants: (type: string) => boolean;
  readonly isAppConnected: () => boolean;
  startedAt: number;
  nextChannel: number;
  /** Callers whom the dialplan hung up: the one they talked with had gone while nobody saw it, or a lease ended outside of our contexts. */
  readonly cutOff: string[];
  /** Legs that we hung up while the dialplan had them in a talk. */
  readonly cutInTalk: string[];
};

/** How a channel ends: the Q.850 cause, the SIP status in Asterisk's `tech_cause`, and what it said on the way out. */
export type ChannelEnd = {
  readonly cause: number;
  readonly sip: number | null;
  readonly request: { readonly cause?: number; readonly soft?: boolean; readonly tech_cause?: number };
  /** Asterisk (or we) ended it, not the far end. */
  readonly byUs: boolean;
};

export function newChannel(
  pbx: Pbx,
  made: Pick<Channel, 'id' | 'endpoint' | 'kind' | 'state' | 'args' | 'number' | 'dialplan'>,
  far: FarEnd,
): Channel {
  const serial = pbx.nextChannel.toString(16).padStart(8, '0');
  pbx.nextChannel += 1;
  const channel: Channel = {
    ...made,
    name: `PJSIP/${made.endpoint}-${serial}`,
    inStasis: false,
    isGone: false,
    isSubscribed: made.kind === 'created',
    dialledAt: Number.POSITIVE_INFINITY,
    hears: 'nothing',
    bridge: null,
    variables: new Map(),
    createdText: timestamp(pbx.scheduler.now()),
    timers: new Set(),
    lease: null,
    saying: null,
    pressed: [],
    isBlocking: false,
    far,
  };
  pbx.channels.set(channel.id, channel);
  return channel;
}

/** Runs a task later unless the channel is gone by then. */
export function later(pbx: Pbx, channel: Channel, delayMs: number, task: () => void): () => void {
  const cancel = pbx.scheduler.after(delayMs, () => {
    channel.timers.delete(cancel);
    task();
  });
  channel.timers.add(cancel);
  return cancel;
}

/** An event of a channel: twice where the channel and its endpoint are both subscribed, once for Stasis' own. */
export function tellOfChannel(pbx: Pbx, channel: Channel, type: string, more: Record<string, unknown> = {}): void {
  if (!pbx.wants(type)) return;
  const isStasis = type === 'StasisStart' || type === 'StasisEnd';
  const copies = isStasis || !(channel.inStasis || channel.isSubscribed) ? 1 : 2;
  pbx.emit(channel.id, { ...envelope(pbx, type), ...more, channel: channelJson(channel) }, copies);
}

/** Somebody presses a key. */
export function pressKey(pbx: Pbx, channel: Channel, digit: string): void {
  channel.pressed.push(digit);
  tellOfChannel(pbx, channel, 'ChannelDtmfReceived', { digit, duration_ms: 100 });
}

/** What was said to the channel is over, or was ended. */
export function endSaying(pbx: Pbx, channel: Channel): void {
  channel.saying?.();
  channel.saying = null;
  const playback = { id: `${channel.id}-say`, target_uri: `channel:${channel.id}`, state: 'done' };
  pbx.emit(channel.id, { ...envelope(pbx, 'PlaybackFinished'), playback }, 1);
}

/** `Dial` names the rung channel `peer`. */
export function tellOfDial(pbx: Pbx, channel: Channel, dialstatus: string, forward = ''): void {
  if (!pbx.wants('Dial')) return;
  const peer = channelJson(channel);
  const dialstring = dialstatus === '' ? channel.endpoint : '';
  pbx.emit(channel.id, { ...envelope(pbx, 'Dial'), dialstatus, forward, dialstring, peer }, 2);
}

export function setState(pbx: Pbx, channel: Channel, state: Channel['state']): void {
  if (channel.state === state) return;
  channel.state = state;
  tellOfChannel(pbx, channel, 'ChannelStateChange');
}

export function enterStasis(pbx: Pbx, channel: Channel): void {
  channel.inStasis = true;
  tellOfChannel(pbx, channel, 'StasisStart', { args: channel.args });
}

/** The channel leaves the application for the dialplan, or for good. */
export function leaveStasis(pbx: Pbx, channel: Channel): void {
  leaveBridge(pbx, channel);
  if (!channel.inStasis) return;
  tellOfChannel(pbx, channel, 'StasisEnd');
  channel.inStasis = false;
  channel.hears = 'nothing';
}

/** `ChannelHangupRequest`, `ChannelLeftBridge`, `StasisEnd`, `ChannelDestroyed`: in this order, and the channel is no more. */
export function endChannel(pbx: Pbx, channel: Channel, end: ChannelEnd): void {
  if (channel.isGone) return;
  channel.isGone = true;
  for (const cancel of channel.timers) cancel();
  channel.lease?.();
  tellOfChannel(pbx, channel, 'ChannelHangupRequest', end.request);
  leaveStasis(pbx, channel);
  const sip = end.sip === null ? {} : { tech_cause: end.sip };
  tellOfChannel(pbx, channel, 'ChannelDestroyed', { cause: end.cause, cause_txt: '', ...sip });
  pbx.channels.delete(channel.id);
  channel.far.ended(end.byUs, end.cause);
}

export function joinBridge(pbx: Pbx, bridge: Bridge, channel: Channel): void {
  leaveBridge(pbx, channel);
  channel.hears = 'nothing';
  channel.bridge = bridge.id;
  bridge.channels.push(channel.id);
  tellOfBridge(pbx, bridge, 'ChannelEnteredBridge', channel);
  talkingChanged(pbx, bridge);
}

export function leaveBridge(pbx: Pbx, channel: Channel): void {
  const bridge = pbx.bridges.get(channel.bridge ?? '');
  channel.bridge = null;
  if (bridge === undefined) return;
  bridge.channels.splice(bridge.channels.indexOf(channel.id), 1);
  tellOfBridge(pbx, bridge, 'ChannelLeftBridge', channel);
  channel.far.talking(false);
  talkingChanged(pbx, bridge);
}

function talkingChanged(pbx: Pbx, bridge: Bridge): void {
  for (const id of [...bridge.channels]) pbx.channels.get(id)?.far.talking(bridge.channels.length > 1);
}

function tellOfBridge(pbx: Pbx, bridge: Bridge, type: string, channel: Channel): void {
  if (!pbx.wants(type)) return;
  const shown = { ...bridgeJson(bridge), channels: [...bridge.channels] };
  pbx.emit(bridge.id, { ...envelope(pbx, type), bridge: shown, channel: channelJson(channel) }, 1);
}

/** The bridge as ARI shows it (Asterisk REST, model Bridge). */
export function bridgeJson(bridge: Bridge): Record<string, unknown> {
  return {
    id: bridge.id,
    technology: 'simple_bridge',
    bridge_type: 'mixing',
    bridge_class: 'stasis',
    creator: 'Stasis',
    name: '',
    channels: [...bridge.channels],
    creationtime: timestamp(bridge.createdAt),
  };
}

function envelope(pbx: Pbx, type: string): AriEvent {
  return { type, timestamp: timestamp(pbx.scheduler.now()), asterisk_id: 'sim', application: pbx.app };
}
