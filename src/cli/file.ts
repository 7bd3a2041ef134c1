import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { whyOf } from '../lib/why.ts';
import { Failure } from './failure.ts';

/** The text of a CSV file that the user named; a `Failure` when it cannot be read, or is no UTF-8. */
export function readCsvFile(file: string): string {
  const bytes = readBytes(file);
  // Read all the same, each letter outside ASCII would come out as U+FFFD, and be kept so.
  if (!isUtf8(bytes)) throw new Failure('wrong-file', `${file} is not UTF-8: save it as CSV UTF-8`);
  return bytes.toString('utf8');
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure('unreadable', `${file} cannot be read: ${whyOf(error)}`);
  }
}
