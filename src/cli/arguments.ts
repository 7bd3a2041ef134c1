import { InvalidArgumentError } from 'commander';
import { DESTINATION_FORMS, parseDestination } from '../directory/destination.ts';
import { parseDuration } from '../lib/duration.ts';

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

/** A port. */
export function portArgument(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError('Expected a port from 1 to 65535.');
  }
  return port;
}

/** A whole number that is not negative. */
export function countArgument(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError('Expected a whole number.');
  }
  return Number(text);
}

/** A destination, handed on as it was written. */
export function destinationArgument(text: string): string {
  if (parseDestination(text) === null) {
    throw new InvalidArgumentError(`Expected ${DESTINATION_FORMS}.`);
  }
  return text;
}
