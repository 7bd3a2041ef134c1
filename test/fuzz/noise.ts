import type { Dice } from '../../src/simulation/dice.ts';

/** A value that nobody expects: wrong kinds, empty, negative, out of range, control characters, half a character, huge. */
export function noise(dice: Dice, depth = 0): unknown {
  const chance = dice.roll(100);
  if (chance < 40) return text(dice);
  if (chance < 60) return dice.pick(numbers);
  if (chance < 75) return dice.pick([null, true, false, '', [], {}]);
  if (depth > 3) return null;
  if (chance < 85) return Array.from({ length: dice.roll(4) }, () => noise(dice, depth + 1));
  return Object.fromEntries(
    Array.from({ length: dice.roll(4) }, () => [dice.pick(keys), noise(dice, depth + 1)] as const),
  );
}

/** A text of that sort; one in a thousand is huge. */
export function text(dice: Dice): string {
  if (dice.happens(1)) return 'A'.repeat(dice.pick([65_536, 300_000]));
  return `${dice.pick(texts)}${dice.pick(texts)}`;
}

const numbers = [0, -1, 1, 0.5, 200, 404, 65_536, 2 ** 53, -(2 ** 31), 1e308];

const keys = ['id', 'type', 'channel', 'peer', 'state', 'name', 'caller', '__proto__', 'constructor', 'toString', ''];

const texts = [
  '',
  'x',
  'cb-',
  'cb-e1-l1',
  'cb-e1-c1',
  '1001',
  '8001',
  'PJSIP/1001-00000001',
  'Up',
  'Ringing',
  '__proto__',
  'constructor',
  '\u0000',
  '\r\n',
  'Action: Originate\r\n\r\n',
  '\u001b[2J',
  '\ud800',
  '\udfff',
  '\u202e',
  '../../channels',
  '?app=other&x=',
  '%00',
  '%E0%A4%A',
  "'; DROP TABLE calls; --",
  '🙂',
];
