import { isIP } from 'node:net';
import { listOf } from './difference.ts';

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

/** `198.51.100.7`, `198.51.100.7/32` and `198.51.100.7/255.255.255.255` are the same one, and `198.51.100.7/24` is `198.51.100.0/24`. */
function network(text: string): string {
  const [address = '', mask] = text.toLowerCase().split('/');
  const isSix = isIP(address) === 6;
  const whole = isSix ? 128 : 32;
  const bits = mask === undefined ? whole : isIP(mask) === 4 ? onesOf(mask) : Number(mask);
  const host = BigInt(Math.max(0, whole - bits));
  const number = isSix ? sixOf(address) : fourOf(address);
  return `${isSix ? 6 : 4}:${(number >> host) << host}/${bits}`;
}

function onesOf(mask: string): number {
  return mask.split('.').reduce((sum, part) => sum + ones(Number(part)), 0);
}

function fourOf(address: string): bigint {
  return address.split('.').reduce((number, part) => (number << 8n) + BigInt(part), 0n);
}

/** A URL's host has the shortest form of an IPv6 address (RFC 5952), in which no IPv4 part is left. */
function sixOf(address: string): bigint {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const before = parts(head);
  const after = parts(tail ?? '');
  const all = tail === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill('0'), ...after];
  return all.reduce((number, part) => (number << 16n) + BigInt(`0x${part}`), 0n);
}

function parts(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}

function ones(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}
