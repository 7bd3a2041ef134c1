import { execFile } from 'node:child_process';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeScratch, removeScratch } from '../lab/scratch.ts';
import { type Mutant, mutants } from './mutants.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 60_000 });

// Tests that cannot fail prove nothing: each mutant is put into a copy of the source, and the fast suites must fail there.

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
/** What a terminal needs for colours and a reader does not. */
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Two copies, so that two mutants are tried at a time; each waits for a free one. */
const copies: string[] = [];
const free: string[] = [];
const waiting: ((copy: string) => void)[] = [];

beforeAll(async () => {
  for (let count = 0; count < 2; count += 1) {
    const copy = makeScratch('mutants');
    copies.push(copy);
    free.push(copy);
    const suites = [
      'test/core',
      'test/scenarios',
      'test/simulation',
      'test/past',
      'test/lab/recording.ts',
      'test/lab/scratch.ts',
    ];
    const parts = ['src', ...suites, 'config', 'package.json', 'tsconfig.json'];
    for (const part of parts) await cp(join(root, part), join(copy, part), { recursive: true });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    // One worker, nothing loaded twice, and what was compiled is kept by its content: to start is most of what a short suite costs.
    const config = `export default { test: {
      include: ['test/**/*.test.ts'], testTimeout: 60_000, pool: 'threads', maxWorkers: 1, isolate: false,
      experimental: { fsModuleCache: true, fsModuleCachePath: ${JSON.stringify(join(copy, 'compiled'))} },
    } };`;
    await writeFile(join(copy, 'vitest.config.ts'), config);
  }
});
afterAll(() => Promise.all(copies.map((copy) => removeScratch(copy))));

async function inCopy(work: (copy: string) => Promise<void>): Promise<void> {
  const copy = free.pop() ?? (await new Promise<string>((resolve) => waiting.push(resolve)));
  try {
    await work(copy);
  } finally {
    const next = waiting.shift();
    if (next === undefined) free.push(copy);
    else next(copy);
  }
}

/** Runs suites in the copy: null when they passed, else what vitest said. */
async function failureOf(copy: string, suites: readonly string[]): Promise<string | null> {
  const vitest = join(copy, 'node_modules/vitest/vitest.mjs');
  const { UPDATE: _, ...env } = process.env;
  const options = { cwd: copy, env: { ...env, SIMULATION_EVENTS: '40000', VITEST: '' }, maxBuffer: 1 << 26 };
  return run(process.execPath, [vitest, 'run', '--bail', '1', '--reporter', 'dot', ...suites], options).then(
    () => null,
    (error: { stdout?: string; stderr?: string }) =>
      `${error.stdout ?? ''}${error.stderr ?? ''}`.replaceAll(colours, ''),
  );
}

const suites = ['test/scenarios', 'test/core', 'test/simulation'];

/** The suite that should see it first, and the others only for what it let through. */
async function verdict(copy: string, { lie, by = 'test/scenarios' }: Mutant): Promise<string | null> {
  for (const suite of [by, ...suites.filter((one) => one !== by)]) {
    const said = await failureOf(copy, [suite]);
    if (said === null) continue;
    if (suite !== by) process.stderr.write(`“${lie}” was not seen by ${by}, but by ${suite}: say so in mutants.ts\n`);
    return said;
  }
  return null;
}

describe('mutants', () => {
  it.concurrent('given_no_mutant_when_the_suites_that_see_them_are_run_in_a_copy_then_they_pass', () =>
    inCopy(async (copy) => {
      const judges = new Set(mutants.map(({ by = 'test/scenarios' }) => by));
      expect(await failureOf(copy, [...judges])).toBe(null);
    }));

  it.concurrent.each(mutants.map((mutant) => [mutant.lie, mutant] as const))(
    'given_a_core_in_which_%s_when_the_suites_are_run_then_they_fail',
    (_lie, mutant) =>
      inCopy(async (copy) => {
        const { file, from, to } = mutant;
        const path = join(copy, file);
        const whole = await readFile(path, 'utf8');
        expect(whole.split(from).length - 1, `the text to replace in ${file} stands there once`).toBe(1);
        try {
          await writeFile(
            path,
            whole.replace(from, () => to),
          );
          const said = await verdict(copy, mutant);
          expect(said, 'the mutant survived').not.toBe(null);
          expect(said).toMatch(/FAIL|failed/);
          expect(said).not.toMatch(/SyntaxError|Failed to resolve|is not defined/);
        } finally {
          await writeFile(path, whole);
        }
      }),
  );
});
