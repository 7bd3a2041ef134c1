import { readFileSync } from 'node:fs';
import { whyOf } from '../lib/why.ts';
import { Failure } from './failure.ts';

/** The text of a file that the user named; a `Failure` when it cannot be read. */
export function readFileText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure('unreadable', `${file} cannot be read: ${whyOf(error)}`);
  }
}
