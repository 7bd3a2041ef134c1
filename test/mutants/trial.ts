import { type ChildProcess, fork } from 'node:child_process';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeScratch, removeScratch } from '../lab/scratch.ts';
import type { Question, Verdict } from './judge.ts';
import type { Mutant } from './mutants.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of the source, and the process that runs suites in it. */
type Copy = { readonly path: string; readonly judge: ChildProcess };

/** So many mutants are tried at a time; each waits for a free copy. */
const copies: Copy[] = [];
const free: Copy[] = [];
const waiting: ((copy: Copy) => void)[] = [];

async function makeCopies(atOnce: number): Promise<void> {
  for (let count = 0; count < atOnce; count += 1) {
    const path = makeScratch('mutants');
    const suites = [
      'test/core',
      'test/scenarios',
      'test/simulation',
      'test/past',
      'test/lab/recording.ts',
      'test/lab/scratch.ts',
      'test/mutants/judge.ts',
      'test/mutants/parts.ts',
    ];
    const parts = ['src', ...suites, 'config', 'package.json', 'tsconfig.json'];
    for (const part of parts) await cp(join(root, part), join(path, part), { recursive: true });
    await symlink(join(root, 'node_modules'), join(path, 'node_modules'));
    const { UPDATE: _, ...env } = process.env;
    const options = {
      cwd: path,
      env: { ...env, SIMULATION_EVENTS: '40000', VITEST: '' },
      execArgv: ['--import', 'tsx'],
    };
    const copy = { path, judge: fork(join(path, 'test/mutants/judge.ts'), options) };
    copies.push(copy);
    free.push(copy);
  }
}

async function removeCopies(): Promise<void> {
  for (const { path, judge } of copies) {
    if (judge.exitCode === null && judge.signalCode === null) {
      const ended = new Promise((resolve) => judge.once('exit', resolve));
      judge.kill();
      await ended;
    }
    removeScratch(path);
  }
}

async function inCopy(work: (copy: Copy) => Promise<void>): Promise<void> {
  const copy = free.pop() ?? (await new Promise<Copy>((resolve) => waiting.push(resolve)));
  try {
    await work(copy);
  } finally {
    const next = waiting.shift();
    if (next === undefined) free.push(copy);
    else next(copy);
  }
}

/** Runs suites in the copy: null when they passed, else what failed. */
function failureOf({ judge }: Copy, suites: readonly string[]): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null): void =>
      reject(new Error(`the judge of ${suites.join(', ')} ended with ${code}`));
    if (judge.exitCode !== null || judge.signalCode !== null) died(judge.exitCode);
    judge.once('exit', died);
    judge.once('message', ({ failure }: Verdict) => {
      judge.off('exit', died);
      resolve(failure);
    });
    judge.send({ suites } satisfies Question);
  });
}

const suites = ['test/scenarios', 'test/core', 'test/simulation'];

/** The suite that should see it first, and the others only for what it let through. */
async function verdict(copy: Copy, { lie, by = 'test/scenarios' }: Mutant): Promise<string | null> {
  for (const suite of [by, ...suites.filter((one) => one !== by)]) {
    const said = await failureOf(copy, [suite]);
    if (said === null) continue;
    if (suite !== by) process.stderr.write(`“${lie}” was not seen by ${by}, but by ${suite}: say so in mutants.ts\n`);
    return said;
  }
  return null;
}

/**
 * Declares the tests of these mutants: each is put into a copy of the source, and the fast suites must fail there. First the suites
 * that are said to see them must pass where nothing was changed.
 */
export function tryMutants(mutants: readonly Mutant[], atOnce: number): void {
  vi.setConfig({ testTimeout: 600_000, hookTimeout: 60_000 });
  beforeAll(() => makeCopies(atOnce));
  afterAll(removeCopies);

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
        const path = join(copy.path, file);
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
          expect(said).not.toMatch(/SyntaxError|Transform failed|Failed to resolve|is not defined/);
        } finally {
          await writeFile(path, whole);
        }
      }),
  );
}
