import type { Channel } from './channel.ts';
import { type Pbx, pressKey, tellOfChannel } from './pbx.ts';

/** What somebody does with the keys of a phone in a talk. */
export type Asked = 'hold' | 'resume' | { readonly press: string } | { readonly refer: string };

/**
 * The SIP status with which Asterisk answers the phone, or 0 without a talk to do it in. Holding moves nobody; a REFER is
 * refused, since our endpoints have `allow_transfer=no`.
 */
export function askInCall(pbx: Pbx, channel: Channel | undefined, what: Asked): number {
  if (channel?.state !== 'Up' || channel.isGone) return 0;
  if (what === 'hold') tellOfChannel(pbx, channel, 'ChannelHold');
  else if (what === 'resume') tellOfChannel(pbx, channel, 'ChannelUnhold');
  else if ('press' in what) pressKey(pbx, channel, what.press);
  else return 603;
  return 200;
}
