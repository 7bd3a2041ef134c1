import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabAsterisk } from '../asterisk.ts';
import { createToneVoice, type ToneVoice } from './tone.ts';
import { frameSamples } from './voice.ts';

/** A sound of Asterisk's, as the frames of 20 ms that it sends a μ-law phone: they come through as they are. */
export type Sound = { readonly name: string; readonly frames: readonly string[] };

/** A tone that listens, and knows a sound of Asterisk's when it hears one. */
export type Ear = ToneVoice & {
  /** How much of the sound was heard, from 0 to 1. What is silent, or always the same, in it does not count. */
  heardOf(sound: Sound): number;
  /** How much of all that was heard is of this sound, from 0 to 1. */
  isOf(sound: Sound): number;
  readonly heardMs: number;
};

/** Makes a voice of `hz` that keeps what it hears. */
export function createEar(hz: number): Ear {
  const tone = createToneVoice(hz);
  const heard: string[] = [];
  return {
    ...tone,
    hear(payload) {
      tone.hear(payload);
      heard.push(payload.toString('latin1'));
    },
    heardOf({ name, frames }) {
      const telling = frames.filter(isTelling);
      if (telling.length === 0) throw new Error(`the sound ${name} is silent`);
      const all = new Set(heard);
      return telling.filter((frame) => all.has(frame)).length / telling.length;
    },
    isOf({ frames }) {
      const known = new Set(frames);
      return heard.length === 0 ? 0 : heard.filter((frame) => known.has(frame)).length / heard.length;
    },
    get heardMs() {
      return heard.length * 20;
    },
  };
}

function isTelling(frame: string): boolean {
  return new Set(frame).size > 8;
}

/** Has Asterisk itself make μ-law of a file below its data directory, such as `sounds/en/beep.gsm`. */
export async function soundOf(asterisk: LabAsterisk, file: string): Promise<Sound> {
  await asterisk.rx('module load res_convert.so');
  const data = /Data directory: +(\S+)/.exec(await asterisk.rx('core show settings'))?.[1] ?? '';
  const out = join(asterisk.home, `${file.replaceAll('/', '-')}.ulaw`);
  const said = await asterisk.rx(`file convert ${join(data, file)} ${out}`);
  const ulaw = await readFile(out).catch(() => {
    throw new Error(`Asterisk did not convert ${file}: ${said}`);
  });
  const frames = Array.from({ length: Math.floor(ulaw.length / frameSamples) }, (_, place) =>
    ulaw.subarray(place * frameSamples, (place + 1) * frameSamples).toString('latin1'),
  );
  return { name: file, frames };
}

/** One of Asterisk's prompts. */
export function promptOf(asterisk: LabAsterisk, name: string): Promise<Sound> {
  return soundOf(asterisk, `sounds/en/${name}.gsm`);
}
