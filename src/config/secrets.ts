import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PATH } from './fields.ts';
import { type ConfigProblem, valueAt } from './problem.ts';

/** The secrets that every daemon has, and where they are when nothing else is said. */
const OF_ASTERISK = [
  { path: ['asterisk', 'ari', 'secret-file'], preset: 'secrets/ari' },
  { path: ['asterisk', 'ami', 'secret-file'], preset: 'secrets/ami' },
] as const;

/** What is wrong with the files of secrets that a configuration names, whatever else is wrong in it. */
export function problemsOfSecrets(
  input: unknown,
  home: string,
  lineOf: (path: readonly PropertyKey[]) => number | null,
): readonly ConfigProblem[] {
  const servers: unknown = valueAt(input, ['sip', 'ice-servers']);
  const named = [
    ...OF_ASTERISK.map(({ path, preset }) => ({
      path,
      file: valueAt(input, path) ?? preset,
      by: ' (cordboard init makes it)',
    })),
    ...(Array.isArray(servers) ? servers : []).flatMap((server: unknown, index) =>
      ['secret-file', 'shared-secret-file'].map((key) => {
        const path = ['sip', 'ice-servers', index, key];
        return { path, file: valueAt(server, [key]), by: '' };
      }),
    ),
  ];
  return named.flatMap(({ path, file, by }) => {
    // What is no path is a problem already.
    if (typeof file !== 'string' || !PATH.test(file)) return [];
    const whole = resolve(home, file);
    const why = whyNoSecret(whole);
    const expected = `a file with a secret in its first line${by}`;
    return why === null ? [] : [{ path: path.join('.'), line: lineOf(path), expected, got: `${whole}: ${why}` }];
  });
}

function whyNoSecret(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').split('\n')[0]?.trim() === '' ? 'an empty first line' : null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
