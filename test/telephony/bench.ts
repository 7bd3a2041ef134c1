import type { AriEvent, AriLink, AriRequest, AriResponse } from '../../src/asterisk/ari/port.ts';
import type { Behaviour } from '../../src/phones/behaviour.ts';
import type { Asked } from '../../src/simulation/in-call.ts';

/** An Asterisk on the bench, real or simulated, with everything that the contract does to it. */
export type Bench = {
  readonly link: AriLink;
  /** Every event since the case began, in the order in which it came. */
  readonly events: AriEvent[];
  /** Calls in to `exten` from a phone that is none of the called ones. */
  dial(exten: string): Promise<BenchCaller>;
  /** The phone `1001` is registered and does this with calls. */
  phone(behaviour: Behaviour): Promise<void>;
  /** The one at the phone hangs up. */
  phoneHangsUp(): void;
  /** The one at the phone does this in the talk: the SIP status that the phone is answered with. */
  phoneAsks(what: Asked): Promise<number>;
  /** What the phone heard when its call was taken from it: `answered-elsewhere`, `cancelled`, `bye`, or null. */
  phoneHeard(): string | null;
  /** Resolves when the probe gives something; rejects with `what` when it never does. */
  until<T>(probe: () => T | null | undefined | false, what: string): Promise<T>;
  /** Cuts the event socket; it comes back by itself. */
  cut(): Promise<void>;
  isUp(): boolean;
  /** Ends what the case left and waits until no channel and no bridge is there. */
  clean(): Promise<void>;
  close(): Promise<void>;
};

/** A context of the dialplan that is none of ours: it keeps whoever is sent there for much longer than any case takes. */
export const customersContext = 'of-the-customer';

export type BenchCaller = {
  hangUp(): void;
  asks(what: Asked): Promise<number>;
  /** What the caller sees: nothing yet, an answer, or the end. */
  state(): 'calling' | 'answered' | 'ended';
};

/** One request; its answer. */
export function ask(bench: Bench, method: AriRequest['method'], uri: string, body?: unknown): Promise<AriResponse> {
  let answer: AriResponse | null = null;
  bench.link.request({ method, uri, ...(body === undefined ? {} : { body }) }, (response) => {
    answer = response;
  });
  return bench.until(() => answer, `the answer to ${method} ${uri}`);
}

/** The id of the channel that an event is about; of the rung one for `Dial`. */
export function channelOf(event: AriEvent): string {
  const channel = (event.type === 'Dial' ? event.peer : event.channel) as { id?: string } | undefined;
  return channel?.id ?? '';
}

export function stateOf(event: AriEvent): string {
  const channel = (event.type === 'Dial' ? event.peer : event.channel) as { state?: string } | undefined;
  return channel?.state ?? '';
}

/** The first event of this type for this channel. */
export function event(bench: Bench, type: string, channel: string, status?: string): Promise<AriEvent> {
  return bench.until(
    () =>
      bench.events.find(
        (one) => one.type === type && channelOf(one) === channel && (status === undefined || one.dialstatus === status),
      ),
    `${type} ${status ?? ''} of ${channel}; seen: ${story(bench, channel).join(', ')}`,
  );
}

/** What was told of a channel, as short words, without repetitions (each is told once for every subscription). */
export function story(bench: Bench, channel: string): string[] {
  const words = bench.events.filter((one) => channelOf(one) === channel).map(wordOf);
  return words.filter((word, place) => words.indexOf(word) === place);
}

function wordOf(one: AriEvent): string {
  if (one.type === 'Dial') return `Dial ${one.dialstatus}`.trim();
  if (one.type === 'ChannelStateChange') return stateOf(one);
  if (one.type !== 'ChannelDestroyed') return one.type;
  const sip = one.tech_cause === undefined ? '' : `/${one.tech_cause}`;
  return `ChannelDestroyed ${one.cause}${sip}`;
}
