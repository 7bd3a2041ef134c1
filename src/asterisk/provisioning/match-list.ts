import { isIP } from 'node:net';

/**
 * Whether Asterisk's `match` of an identify object is what was wanted. It gives back networks (`198.51.100.7/32`), and in the
 * place of a name whatever addresses it had when it was asked: of those nothing can be said but that they are there.
 */
export function isSameMatch(wanted: string, got: string): boolean {
  const found = new Set(listOf(got).map(network));
  const asked = listOf(wanted);
  const addresses = asked.filter((one) => isIP(one.split('/')[0] ?? '') !== 0).map(network);
  if (addresses.some((one) => !found.has(one))) return false;
  return asked.length > addresses.length || found.size === new Set(addresses).size;
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** `198.51.100.7`, `198.51.100.7/32` and `198.51.100.7/255.255.255.255` are the same one. */
function network(text: string): string {
  const [address = '', mask] = text.toLowerCase().split('/');
  const whole = isIP(address) === 6 ? 128 : 32;
  if (mask === undefined) return `${address}/${whole}`;
  const bits = isIP(mask) === 4 ? mask.split('.').reduce((sum, part) => sum + ones(Number(part)), 0) : Number(mask);
  return `${address}/${bits}`;
}

function ones(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}
