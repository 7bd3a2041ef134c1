import { InvalidArgumentError } from 'commander';
import { DESTINATION_FORMS, parseDestination } from '../directory/destination.ts';
import { parseDuration } from '../lib/duration.ts';
import type { StationAsked } from '../protocol/agents.ts';
import { pastPointArgument } from './moment.ts';

/** `15s` as ms; commander names the option in its message. */
export function durationArgument(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) {
    throw new InvalidArgumentError('Expected a duration such as 500ms, 15s, 2m or 1h.');
  }
  return ms;
}

/** `opus,ulaw` as a list. */
export function listArgument(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.some((item) => item === '')) {
    throw new InvalidArgumentError('Expected a list such as opus,ulaw.');
  }
  return items;
}

/** A time as ms since 1970; what names no zone is in the machine's, a time of day is today's. */
export function timeArgument(text: string): number {
  const point = pastPointArgument(text);
  if (!('at' in point))
    throw new InvalidArgumentError('Expected a time such as 14:03, 2026-01-31, 2026-01-31T14:03:07 or 5m (ago).');
  return point.at;
}

/** A port. */
export function portArgument(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError('Expected a port from 1 to 65535.');
  }
  return port;
}

/** A destination, handed on as it was written. */
export function destinationArgument(text: string): string {
  if (parseDestination(text) === null) {
    throw new InvalidArgumentError(`Expected ${DESTINATION_FORMS}.`);
  }
  return text;
}

/** `1,sales` as a list; nothing at all is an empty one. */
export function groupsArgument(text: string): readonly string[] {
  return text.trim() === '' ? [] : listArgument(text);
}

/** `1001,8001` as a list; nothing at all is an empty one, and `own` is null: the phone's own. */
export function mailboxesArgument(text: string): readonly string[] | null {
  return text.trim() === 'own' ? null : groupsArgument(text);
}

/** A caller ID: `"Hotline" <+4930123>`, a name or a number alone; `default` is the user's own name and extension again. */
export function callerIdArgument(text: string): { callerName?: string | null; callerNumber?: string | null } {
  if (text === 'default') return { callerName: null, callerNumber: null };
  const [, name = '', number] = /^\s*"?([^"<>]*?)"?\s*<([^<>]*)>\s*$/.exec(text) ?? [];
  if (number !== undefined)
    return { callerNumber: number.trim(), ...(name.trim() === '' ? {} : { callerName: name.trim() }) };
  return /^\+?\d+$/.test(text) ? { callerNumber: text } : { callerName: text };
}

/** `own`, or `number:+33612345678`, as the REST interface has it. */
export function stationArgument(text: string): StationAsked {
  if (text === 'any' || text === 'own' || text === 'browser') return { kind: text };
  const number = /^number:(.{1,64})$/.exec(text)?.[1];
  if (number === undefined) throw new InvalidArgumentError('Expected any, own, browser or number:NUMBER.');
  return { kind: 'number', number };
}
