import { changedMeta, type Turn } from '../turn.ts';

/** Draws an integer from 0 to `below` - 1. The dice are in the state (xorshift32): the same state draws the same. */
export function draw(turn: Turn, below: number): number {
  const { meta } = turn.world.state;
  let dice = meta.dice;
  dice ^= dice << 13;
  dice ^= dice >>> 17;
  dice ^= dice << 5;
  meta.dice = dice >>> 0;
  changedMeta(turn);
  return Math.floor((meta.dice / 0x1_0000_0000) * below);
}

/** A seed made of a text, never 0 (FNV-1a, 32 bits). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place += 1) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  return hash >>> 0 || 1;
}
