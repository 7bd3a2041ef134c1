import { formatDuration } from '../lib/duration.ts';

/*
 * A refusal names fields of the wire and their units; whoever typed `--ring 11m` never saw a `ringMs` of 660000.
 */

/** Options that are not called as their field is. */
const options: Readonly<Record<string, string>> = {
  ringAllMissEvery: '--ring-all-misses',
  callerName: '--caller-id',
  callerNumber: '--caller-id',
};

/** The same refusal in the options that are in `argv`, with their values as they were typed, and in durations. */
export function asTyped(message: string, argv: readonly string[]): string {
  return message
    .split(/; (?=[\w.]+: expected )/)
    .map((one) => oneAsTyped(one, argv))
    .join('; ');
}

function oneAsTyped(message: string, argv: readonly string[]): string {
  const [, path = '', expected = '', got] = /^([\w.]+): expected (.*?)(?:; got (.*))?$/s.exec(message) ?? [];
  if (path === '') return message;
  const [field = '', ...within] = path.split('.');
  const option = options[field] ?? `--${kebab(field)}`;
  const typed = typedAt(option, argv);
  const isOption = typed !== null;
  const isDuration = MILLISECONDS.test(expected);
  const what = isOption ? `${option}${placeIn(within)}` : unitless(path);
  const value = isOption && !/password/i.test(field) && typed !== '' ? typed : isDuration ? durationOf(got) : got;
  return `${what}: expected ${unitless(inDurations(expected))}${value === undefined ? '' : `; got ${value}`}`;
}

const MILLISECONDS = /whole milliseconds from (\d+) to (\d+)/g;

function inDurations(text: string): string {
  return text.replace(
    MILLISECONDS,
    (_all, least, most) => `a duration from ${formatDuration(Number(least))} to ${formatDuration(Number(most))}`,
  );
}

function durationOf(got: string | undefined): string | undefined {
  return got !== undefined && /^\d+$/.test(got) ? formatDuration(Number(got)) : got;
}

/** Which of several, and what of it: ` 2, rest`; a place alone says nothing, since all of the option is shown. */
function placeIn(within: readonly string[]): string {
  const [place = '', ...names] = within;
  if (names.length === 0) return '';
  return [` ${/^\d+$/.test(place) ? Number(place) + 1 : unitless(place)}`, ...names.map(unitless)].join(', ');
}

/** What stands behind the option; empty for one without a value, null where it was not given. */
function typedAt(option: string, argv: readonly string[]): string | null {
  for (const [at, word] of argv.entries()) {
    if (word.startsWith(`${option}=`)) return word.slice(option.length + 1);
    if (word === option) return argv[at + 1] ?? '';
  }
  return null;
}

function kebab(field: string): string {
  return field.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function unitless(text: string): string {
  return text.replace(/\b([a-z][A-Za-z]*)Ms\b/g, '$1');
}
