import { UserAgent } from 'sip.js';
import { addressOf, type Desk, deskOptions, subscribe } from './subscription.ts';

/** A lamp on a desk phone: a subscription to the dialog event package (RFC 4235) of an extension. */
export type Lamp = {
  /** What each NOTIFY said, in order: `terminated` (off), `early` (blinks) or `confirmed` (on). */
  readonly shown: readonly string[];
  close(): Promise<void>;
};

/** Subscribes as the phone `user`; resolves when Asterisk has accepted it. */
export async function watchLamp(options: Desk & { readonly extension: string }): Promise<Lamp> {
  const shown: string[] = [];
  const to = { uri: addressOf(options, options.extension), event: 'dialog' };
  const close = await subscribe(new UserAgent(deskOptions(options)), to, (body) => {
    const states = [...body.matchAll(/<state>(\w+)<\/state>/g)].map((match) => match[1] ?? '');
    shown.push(states[0] ?? 'terminated');
  });
  return { shown, close };
}
