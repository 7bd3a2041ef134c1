import { InvalidArgumentError } from 'commander';

/** Reads an argument of a command line as a whole number that is not negative; anything else is an `InvalidArgumentError`. */
export function countArgument(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}
