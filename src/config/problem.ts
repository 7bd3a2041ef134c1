import type * as z from 'zod';
import { similar } from '../lib/similar.ts';

/** One thing that is wrong in the configuration. `line` counts from 1; null when the key is not in the file. */
export type ConfigProblem = {
  readonly path: string;
  readonly line: number | null;
  readonly expected: string;
  readonly got: string;
};

/** Thrown by `loadConfig` with everything that is wrong at once. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];
  constructor(file: string, problems: readonly ConfigProblem[]) {
    super([`${file}: ${problems.length} problem${problems.length === 1 ? '' : 's'}`, ...problems.map(line)].join('\n'));
    this.problems = problems;
  }
}

/** Turns what zod found into problems. `lineOf` tells where a path stands in the file. */
export function problemsOf(
  error: z.ZodError,
  input: unknown,
  lineOf: (path: readonly PropertyKey[]) => number | null,
  keysOf: (path: readonly PropertyKey[]) => readonly string[],
): readonly ConfigProblem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        const known = keysOf(issue.path);
        const meant = similar(key, known);
        const keys = known.length === 0 ? issue.message : `one of the keys ${known.join(', ')}`;
        const expected = meant === null ? keys : `a known key: did you mean ${meant}?`;
        return { path: path.join('.'), line: lineOf(path), expected, got: `the unknown key ${key}` };
      });
    }
    const expected =
      issue.code === 'invalid_type' && issue.message.startsWith('Invalid') ? `${issue.expected}` : issue.message;
    return [
      {
        path: issue.path.join('.') || '(the whole file)',
        line: lineOf(issue.path),
        expected,
        got: shown(valueAt(input, issue.path)),
      },
    ];
  });
}

function line(problem: ConfigProblem): string {
  const where = problem.line === null ? '' : ` (line ${problem.line})`;
  return `  ${problem.path}${where}: expected ${problem.expected}; got ${problem.got}`;
}

/** What stands below `path` in a value of any kind; undefined where there is nothing. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }
  return value;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
