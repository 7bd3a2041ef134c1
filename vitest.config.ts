import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests with real parts (an Asterisk, phones, a daemon, a database): few at a time, with deadlines for a slow machine. */
const real = [
  'test/docs/cli.test.ts',
  'test/docs/operating.test.ts',
  'test/past/**/*.test.ts',
  'test/mutants/past.test.ts',
  'test/asterisk/**/*.test.ts',
  'test/telephony/**/*.test.ts',
  'test/adapters/**/*.test.ts',
  'test/chaos/**/*.test.ts',
];

/** What the command line prints is compared as text; on a CI server it would come in colours. */
const env = { NO_COLOR: '1' };

/** What takes longest. A clone has no record of it, and would begin with the largest files: each of these ran on alone at the end. */
const longest = [
  'mutants/mutants',
  'core/transitions',
  'simulation/storm',
  'simulation/poor',
  'simulation/fair',
  'chaos/short',
  'asterisk/up',
  'asterisk/races',
  'mutants/past',
  'adapters/cli',
  'asterisk/survival',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).sort((a, b) => placeOf(a) - placeOf(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          // They need the packages and nothing else: scripts/test runs them while SQLite is still compiled.
          name: 'pure',
          include: ['test/**/*.test.ts'],
          exclude: real,
          env,
          testTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'real',
          include: real,
          env,
          testTimeout: 90_000,
          hookTimeout: 120_000,
          // They wait for phones most of the time: with three of them two cores were idle for a sixth of it.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
