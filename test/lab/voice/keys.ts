import { frameSamples } from './voice.ts';

/** The payload type of keys, as our descriptions say it. */
export const keysType = 101;

/** One packet of a key: so many frames after it was pressed. */
export type KeyEvent = { readonly isFirst: boolean; readonly place: number; readonly payload: Buffer };

/** A key is held down for so many frames of 20 ms. */
const heldFrames = 5;
/** The end is sent three times, since nobody asks for what is lost (RFC 4733 section 2.5.1.4). */
const ends = 3;

/** The packets of one key that is pressed: the event, the end bit with the volume, and how long it has lasted (RFC 4733 section 2.3). */
export function keyEvents(digit: string): readonly KeyEvent[] {
  const event = '0123456789*#'.indexOf(digit);
  if (digit.length !== 1 || event < 0) throw new Error(`expected one key of a phone, got ${digit}`);
  return Array.from({ length: heldFrames + ends }, (_, place) => {
    const isOver = place >= heldFrames;
    const payload = Buffer.alloc(4);
    payload.writeUInt8(event, 0);
    payload.writeUInt8((isOver ? 0x80 : 0) | 10, 1);
    payload.writeUInt16BE(frameSamples * Math.min(place + 1, heldFrames), 2);
    return { isFirst: place === 0, place, payload };
  });
}
