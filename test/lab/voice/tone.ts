import { frameSamples, type Voice } from './voice.ts';

/** A voice that is one pure tone: it outlives every codec, where the frames of another voice do not. */
export type ToneVoice = Voice & {
  /** The share of what came in the last second that is this frequency (Hz): near 1 for a pure tone, near 0 for anything else. */
  shareOf(hz: number): number;
};

const perSecond = 8_000;
/** Loud, and far from being cut. */
const amplitude = 8_000;

/** Makes a voice of `hz`; it sends and takes μ-law (ITU-T G.711). */
export function createToneVoice(hz: number): ToneVoice {
  let spoken = 0;
  let heard: number[] = [];
  return {
    next() {
      const frame = Buffer.alloc(frameSamples);
      for (let at = 0; at < frameSamples; at++, spoken++) {
        frame[at] = encode(Math.round(amplitude * Math.sin((2 * Math.PI * hz * spoken) / perSecond)));
      }
      return frame;
    },
    hear(payload) {
      heard = [...heard, ...[...payload].map(decode)].slice(-perSecond);
    },
    heard: () => 0,
    shareOf(other) {
      if (heard.length < perSecond) return 0;
      const step = (2 * Math.PI * other) / perSecond;
      let [sine, cosine, power] = [0, 0, 0];
      for (const [at, sample] of heard.entries()) {
        sine += sample * Math.sin(step * at);
        cosine += sample * Math.cos(step * at);
        power += sample * sample;
      }
      return power === 0 ? 0 : (2 * (sine ** 2 + cosine ** 2)) / (heard.length * power);
    },
  };
}

const bias = 0x84;
const most = 32_635;

function encode(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const biased = Math.min(Math.abs(sample), most) + bias;
  const exponent = Math.floor(Math.log2(biased)) - 7;
  const mantissa = (biased >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function decode(code: number): number {
  const bits = ~code & 0xff;
  const exponent = (bits >> 4) & 0x07;
  const level = ((((bits & 0x0f) << 3) + bias) << exponent) - bias;
  return (bits & 0x80) === 0 ? level : -level;
}
