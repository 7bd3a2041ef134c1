import { createVitest, type TestModule } from 'vitest/node';

/** What a judge is asked: run these suites, of whose source this file has changed. */
export type Question = { readonly changed: string | null; readonly suites: readonly string[] };
/** What it says: null when all of them passed, else what failed. */
export type Verdict = { readonly failure: string | null };

/*
 * A process of its own that runs suites again and again in the copy of the source that it was started in. To start vitest and
 * to compile the source is half of what a short suite costs: here that is done once.
 */
const vitest = await createVitest('test', { watch: false, bail: 1, reporters: [{}] });

/** What has changed since it was compiled; what was changed before is put back by now. */
const stale = new Set<string>();

async function judge({ changed, suites }: Question): Promise<Verdict> {
  if (changed !== null) stale.add(changed);
  for (const file of stale) vitest.invalidateFile(file);
  stale.clear();
  if (changed !== null) stale.add(changed);
  const specifications = await vitest.globTestSpecifications([...suites]);
  if (specifications.length === 0) throw new Error(`there is no suite ${suites.join(', ')}`);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications, true);
  const failed = testModules.filter((module) => !module.ok()).flatMap(errorsOf);
  const said = [...failed, ...unhandledErrors.map(String)];
  return { failure: said.length === 0 ? null : said.join('\n') };
}

function errorsOf(module: TestModule): string[] {
  const tests = [...module.children.allTests('failed')];
  const errors = [
    ...module.errors().map(({ message }) => `${message}`),
    ...tests.flatMap((test) => (test.result().errors ?? []).map(({ message }) => `${test.fullName}: ${message}`)),
  ];
  return [`${module.relativeModuleId} failed`, ...errors];
}

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
