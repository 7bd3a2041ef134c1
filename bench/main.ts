import { readFileSync, writeFileSync } from 'node:fs';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { type ContestantName, contestantNames } from './contestants/contestant.ts';
import { coreMeasures, takeCore } from './core/measure.ts';
import { startFarm } from './farm/client.ts';
import { thisMachine } from './machine.ts';
import { measureGroups, measures } from './measures.ts';
import { takeProvisioning } from './provisioning.ts';
import { type MeasureReport, measureReport, printed, type Report } from './report.ts';
import { takeRounds } from './rounds.ts';

type Options = {
  readonly rounds: number;
  readonly json?: string;
  readonly sameAsterisk: boolean;
  readonly only?: ContestantName;
  readonly match: string;
  readonly check: boolean;
};

const groups = [...measureGroups, 'core', 'provisioning'] as const;
type Group = (typeof groups)[number];

await new Command('bench')
  .description(
    'Measures Cordboard beside app_queue with real SIP on real Asterisks of its own, and the core by itself.',
  )
  .addArgument(new Argument('[measures...]', 'what to measure').choices(groups).default([...groups]))
  .option('--rounds <n>', 'how often each contestant is measured; medians are printed', atLeastOne, 3)
  .option('--json <file>', 'write the report there too')
  .option('--same-asterisk', 'both contestants on one Asterisk, ours, with app_queue loaded', false)
  .addOption(new Option('--only <contestant>', 'no comparison, one of them').choices(contestantNames))
  .option('--match <text>', 'only measures whose name holds this text', '')
  .option('--check', 'exit 1 when a target is not met', false)
  .action(bench)
  .parseAsync();

async function bench(asked: readonly Group[], options: Options): Promise<void> {
  const machine = thisMachine();
  const core = asked.includes('core') ? coreMeasures.filter(({ name }) => name.includes(options.match)) : [];
  const ofCore = await takeCore({ measures: core, rounds: options.rounds, say });
  const provisioning = asked.includes('provisioning') ? [await takeProvisioning(options.rounds, say)] : [];
  const withPhones = await benchWithPhones(asked, options);
  const report: Report = {
    machine,
    versions: {
      cordboard: `Cordboard ${ownVersion()}`,
      ...(withPhones === null ? {} : { asterisk: withPhones.asteriskVersion }),
      node: `Node ${process.versions.node}`,
    },
    asterisk: withPhones === null ? null : options.sameAsterisk ? 'same' : 'own',
    rounds: options.rounds,
    measures: [...ofCore, ...provisioning, ...(withPhones?.measures ?? [])],
  };
  process.stdout.write(`${printed(report)}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.check && report.measures.some((measure) => measure.met === false)) process.exitCode = 1;
}

/** What needs phones and an Asterisk; null when none of it was asked for. */
async function benchWithPhones(
  asked: readonly Group[],
  options: Options,
): Promise<{ readonly asteriskVersion: string; readonly measures: MeasureReport[] } | null> {
  const chosen = measures.filter((measure) => asked.includes(measure.group) && measure.name.includes(options.match));
  if (chosen.length === 0) return null;
  // The labs clean up when the process exits; a signal alone would not let them.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const farm = startFarm();
  try {
    const { taken, asteriskVersion } = await takeRounds(farm, {
      measures: chosen,
      contestants: options.only === undefined ? contestantNames : [options.only],
      rounds: options.rounds,
      sameAsterisk: options.sameAsterisk,
      say,
    });
    return { asteriskVersion, measures: chosen.map((measure) => measureReport(measure, taken)) };
  } finally {
    await farm.stop();
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 is expected.');
  return value;
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(version);
}
