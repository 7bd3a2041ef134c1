import type { Command } from '../core/commands.ts';
import type { AriRequest } from './ari/port.ts';

/** "Press 1 to accept this call, or press 2 to reject it", of Asterisk's core sounds, and the pause after it. */
const confirmSounds = ['followme/options', 'silence/1'];
/** How long these two take, about. */
const confirmRoundMs = 6_000;

/**
 * The request that says something to a leg (Asterisk REST, channels/play): one list of sounds, since Asterisk plays it on its
 * own, whether we live or not.
 */
export function sayRequest({ leg, what, sound, forMs }: Extract<Command, { do: 'say' }>): AriRequest {
  if (what === 'announce') return playRequest(leg, sound === null ? ['beep'] : [sound, 'beep']);
  const rounds = Math.ceil(forMs / confirmRoundMs);
  const round = sound === null ? confirmSounds : [sound, ...confirmSounds];
  const sounds = Array.from({ length: rounds }, () => round).flat();
  return playRequest(leg, sounds);
}

function playRequest(leg: string, sounds: readonly string[]): AriRequest {
  const media = sounds.map((one) => `sound:${one}`).join(',');
  const query = `media=${encodeURIComponent(media)}&playbackId=${sayingOf(leg)}`;
  return { method: 'POST', uri: `channels/${encodeURIComponent(leg)}/play?${query}` };
}

/** The id of what is being said to a leg: one thing at a time. */
export function sayingOf(leg: string): string {
  return encodeURIComponent(`${leg}-say`);
}
