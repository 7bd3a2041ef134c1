import { silentSdp } from './sdp.ts';

/** What the farm's phones and callers say of their media, and what they are told. */
export type FarmMedia = {
  /** Our session description, for this phone or caller. */
  describe(user: string): string;
  /** The other side's description, when it came. */
  learnt(user: string, description: string): void;
  /** The call is over. */
  over(user: string): void;
};

/** No media at all: see `silentSdp`. */
export function silentMedia(host: string): FarmMedia {
  return { describe: () => silentSdp(host), learnt: () => {}, over: () => {} };
}
