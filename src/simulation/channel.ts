import type { Cancel } from './scheduler.ts';

/** A channel of the simulated Asterisk. */
export type Channel = {
  readonly id: string;
  /** `PJSIP/<endpoint>-<number>`. */
  readonly name: string;
  readonly endpoint: string;
  /** Made by `create`, or come in through the dialplan. */
  readonly kind: 'created' | 'inbound';
  state: 'Down' | 'Ring' | 'Ringing' | 'Up';
  inStasis: boolean;
  isGone: boolean;
  readonly args: readonly string[];
  readonly number: string;
  dialplan: { context: string; exten: string; priority: number; app: string; data: string };
  /** Events of an inbound channel after its `StasisEnd` come twice only when the application asked for it. */
  isSubscribed: boolean;
  /** When it was dialled; infinity until then. */
  dialledAt: number;
  hears: 'nothing' | 'music' | 'ringing';
  bridge: string | null;
  readonly variables: Map<string, string>;
  /** When it was made, as Asterisk writes time. */
  readonly createdText: string;
  /** Running timers that end with the channel: the dial timeout, the lease, what the phone is about to do. */
  readonly timers: Set<Cancel>;
  lease: Cancel | null;
  /** The keys that were pressed at its far end, whoever was told. */
  readonly pressed: string[];
  /** Ends what is being said to it. */
  saying: Cancel | null;
  /** Something was asked of it that Asterisk answers only when that is over, and until then nothing else. */
  isBlocking: boolean;
  /** What stands at the other end: told when the channel ends and when it is in a talk. */
  readonly far: FarEnd;
};

/** The phone or caller beyond the channel. */
export type FarEnd = {
  /** The channel is gone; `byUs` when Asterisk ended it. `reason` is the Q.850 cause it was told. */
  readonly ended: (byUs: boolean, reason: number) => void;
  /** The channel is in a bridge with another one, or no longer. */
  readonly talking: (isTalking: boolean) => void;
  readonly answered: () => void;
};

/** The channel as ARI shows it (Asterisk REST, model Channel). */
export function channelJson(channel: Channel): Record<string, unknown> {
  const { context, exten, priority, app, data } = channel.dialplan;
  return {
    id: channel.id,
    name: channel.name,
    state: channel.state,
    protocol_id: `sim-${channel.id}`,
    caller: { name: '', number: channel.number },
    connected: { name: '', number: '' },
    accountcode: '',
    dialplan: { context, exten, priority, app_name: app, app_data: data },
    creationtime: channel.createdText,
    language: 'en',
  };
}

/** Virtual time as Asterisk writes time. Several events share a moment: it is written once. */
export function timestamp(ms: number): string {
  if (ms !== written.ms) written = { ms, text: new Date(ms).toISOString().replace('Z', '+0000') };
  return written.text;
}

let written = { ms: Number.NaN, text: '' };
