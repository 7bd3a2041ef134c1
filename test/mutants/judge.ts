import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type File, startTests, type Task, type VitestRunner } from '@vitest/runner';
import { build, type Plugin } from 'esbuild';

/** What a judge is asked: run these suites, as their source is now. */
export type Question = { readonly suites: readonly string[] };
/** What it says: null when all of them passed, else what failed. */
export type Verdict = { readonly failure: string | null };

/*
 * A process of its own that runs suites again and again in the copy of the source that it was started in. What a mutant costs is
 * mostly to compile the source and to start a worker of vitest: here the suites are bundled anew each time, which takes a tenth of
 * a second, and run in this process, by vitest's own runner.
 */
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const chunks = join(root, 'bundles');
/** Errors that no test caught. */
const loose: unknown[] = [];
let rounds = 0;

/** What the suites take from vitest comes from its parts; and a file that asks where it is, is told where its source is. */
const inPlace: Plugin = {
  name: 'in place',
  setup(bundler) {
    const parts = pathToFileURL(join(root, 'test/mutants/parts.ts')).href;
    bundler.onResolve({ filter: /^vitest$/ }, () => ({ path: parts, external: true }));
    bundler.onLoad({ filter: /\/(src|test)\/.*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes('import.meta.url')) return null;
      return { loader: 'ts', contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)) };
    });
  },
};

async function judge({ suites }: Question): Promise<Verdict> {
  const files = suites.flatMap(filesOf);
  if (files.length === 0) throw new Error(`there is no suite ${suites.join(', ')}`);
  rounds += 1;
  const outdir = join(chunks, `${rounds}`);
  const built = await build({
    absWorkingDir: root,
    entryPoints: files,
    outdir,
    outbase: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'silent',
    plugins: [inPlace],
  }).catch((error: unknown) => error as Error);
  if (built instanceof Error) return { failure: `Transform failed: ${built.message}` };
  loose.length = 0;
  const bundles = files.map((file) => join(outdir, relative(root, file)).replace(/\.ts$/, '.mjs'));
  const done = await startTests(bundles, runnerToTheFirstFailure());
  const said = [...done.flatMap(errorsOf), ...loose.map(String)];
  return { failure: said.length === 0 ? null : said.join('\n') };
}

function filesOf(suite: string): string[] {
  if (suite.endsWith('.test.ts')) return [join(root, suite)];
  const names = readdirSync(join(root, suite)).filter((name) => name.endsWith('.test.ts'));
  return names.sort().map((name) => join(root, suite, name));
}

function runnerToTheFirstFailure(): VitestRunner {
  let failed = false;
  return {
    config: {
      root,
      name: undefined,
      setupFiles: [],
      passWithNoTests: false,
      testNamePattern: undefined,
      allowOnly: false,
      sequence: { seed: 1, hooks: 'stack', setupFiles: 'list' },
      chaiConfig: undefined,
      maxConcurrency: 1,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
      tagsFilter: undefined,
      strictTags: false,
    },
    importFile: (path) => import(pathToFileURL(path).href),
    onBeforeRunTask: (test) => {
      if (failed) test.mode = 'skip';
    },
    onAfterRunTask: (test) => {
      if (test.result?.state === 'fail') failed = true;
    },
  };
}

function errorsOf(file: File): string[] {
  const errors = [file, ...tasksIn(file)].flatMap((task) =>
    (task.result?.errors ?? []).map(({ message }) => `${task.name}: ${message}`),
  );
  return errors.length === 0 && file.result?.state !== 'fail' ? [] : [`${file.name} failed`, ...errors];
}

function tasksIn(file: { readonly tasks: readonly Task[] }): Task[] {
  return file.tasks.flatMap((task) => ('tasks' in task ? [task, ...tasksIn(task)] : [task]));
}

process.on('unhandledRejection', (error) => loose.push(error));
process.on('uncaughtException', (error) => loose.push(error));
process.on('message', (question: Question) => {
  judge(question).then(
    (verdict) => process.send?.(verdict),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
