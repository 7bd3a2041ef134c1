import pc from 'picocolors';
import type { CallEnd, Party, PhoneEvent, Reason } from '../phones/index.ts';
import { timeOfDay } from './fact-line.ts';

/** One event of a simulated phone as one line for people: the time of day, the phone, what happened. */
export function phoneLine(event: PhoneEvent): string {
  const [colour, text] = said(event);
  return `${pc.dim(timeOfDay(event.at))}  ${pc.dim(event.phone.padEnd(6))}  ${colour(text)}`;
}

type Colour = (text: string) => string;

function said(event: PhoneEvent): readonly [Colour, string] {
  switch (event.type) {
    case 'connected':
      return [pc.dim, 'connected'];
    case 'disconnected':
      return [event.why === null ? pc.dim : pc.yellow, `disconnected${event.why === null ? '' : `: ${event.why}`}`];
    case 'registered':
      return [pc.cyan, 'registered'];
    case 'unregistered':
      return [pc.cyan, 'not registered any more'];
    case 'refused':
      return [pc.red, `the registration was refused: ${event.sip} ${event.why}`];
    case 'incoming':
      return [pc.bold, `call ${event.call} comes in from ${partyText(event.from)}`];
    case 'rang':
      return [String, `call ${event.call} rings`];
    case 'progressed':
      return [String, `call ${event.call} progresses (183)`];
    case 'dialled':
      return [pc.bold, `call ${event.call}: dialled ${event.target}`];
    case 'heard-ringing':
      return [String, `call ${event.call}: ${event.sip === 180 ? 'it rings there' : `progress (${event.sip})`}`];
    case 'answered':
      return [pc.green, `call ${event.call} is answered`];
    case 'declined':
      return [pc.yellow, `call ${event.call} declined with ${event.sip}`];
    case 'cancelled':
      return [pc.yellow, `call ${event.call} was withdrawn${reasonText(event.reasons)}`];
    case 'ended':
      return [pc.bold, `call ${event.call} ended${endText(event.end)}`];
  }
}

function partyText({ number, name }: Party): string {
  return name === '' ? number : `${number} (${name})`;
}

function endText({ by, sip, reasons }: CallEnd): string {
  const who = { us: ', by us', them: ', by the other side', network: ': the connection was lost' }[by];
  return `${who}${sip === null ? '' : `, SIP ${sip}`}${reasonText(reasons)}`;
}

/** Cause 0 and 127 say no more than that it is over. */
function reasonText(reasons: readonly Reason[]): string {
  const told = reasons.flatMap(({ protocol, cause, text }) => {
    if (text !== null) return [text];
    return cause === null || cause === 0 || cause === 127 ? [] : [`${protocol} cause ${cause}`];
  });
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}
