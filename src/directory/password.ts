import { createHash, randomInt } from 'node:crypto';
import { REALM } from '../protocol/phones.ts';

/** No letter or digit that is easily taken for another one when it is read from a screen into a desk phone. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A random SIP password: 24 characters, about 139 bits. */
export function makePassword(): string {
  return Array.from({ length: 24 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** The HA1 of SIP digest authentication (RFC 3261 section 22.4, RFC 2617 section 3.2.2.2). */
export function ha1Of(user: string, password: string): string {
  return createHash('md5').update(`${user}:${REALM}:${password}`).digest('hex');
}
