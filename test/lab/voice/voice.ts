import { createHash } from 'node:crypto';

/** What a phone says and what it has heard. Every frame is 20 ms of μ-law (RFC 3551), and says whose it is. */
export type Voice = {
  /** The payload of its next frame. */
  next(): Buffer;
  hear(payload: Buffer): void;
  /** How many frames of this speaker it has heard unharmed. */
  heard(speaker: string): number;
};

/** Samples in 20 ms at 8 kHz. */
export const frameSamples = 160;
/** So many different frames a speaker has. */
const frames = 50;

/** Nothing but the speaker's own frames counts: noise, comfort or music of Asterisk's is none of them. */
export function createVoice(speaker: string): Voice {
  const own = framesOf(speaker);
  const heard = new Map<string, number>();
  let place = 0;
  return {
    next: () => own[place++ % frames] ?? Buffer.alloc(frameSamples),
    hear(payload) {
      const name = payload.toString('latin1');
      heard.set(name, (heard.get(name) ?? 0) + 1);
    },
    heard: (other) => framesOf(other).reduce((sum, frame) => sum + (heard.get(frame.toString('latin1')) ?? 0), 0),
  };
}

function framesOf(speaker: string): readonly Buffer[] {
  return Array.from({ length: frames }, (_, place) => {
    const parts = Array.from({ length: frameSamples / 32 }, (_, part) =>
      createHash('sha256').update(`${speaker} ${place} ${part}`).digest(),
    );
    return Buffer.concat(parts);
  });
}
