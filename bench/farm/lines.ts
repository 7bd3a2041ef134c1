import { randomBytes } from 'node:crypto';
import type { HeaderLine } from './message.ts';
import type { Wire } from './wire.ts';

/** A Via of a new transaction, with a branch unique in space and time (RFC 3261 §8.1.1.7). */
export function viaLine(wire: Wire, branch = `z9hG4bK${randomToken()}`): HeaderLine {
  return ['Via', `SIP/2.0/UDP ${authority(wire)};branch=${branch};rport`];
}

/** Where the other side reaches `user` from now on (RFC 3261 §8.1.1.8). */
export function contactLine(wire: Wire, user: string): HeaderLine {
  return ['Contact', `<sip:${user}@${authority(wire)}>`];
}

/** A tag, or part of a Call-ID: 72 random bits in hex. */
export function randomToken(): string {
  return randomBytes(9).toString('hex');
}

function authority(wire: Wire): string {
  return `${wire.address.host}:${wire.address.port}`;
}
