import { table } from '../src/cli/output.ts';
import { type ContestantName, contestantNames } from './contestants/contestant.ts';
import { type CoreReport, printedCore } from './core/report.ts';
import type { Machine } from './machine.ts';
import type { Measure } from './measures.ts';
import { type ProvisioningReport, printedProvisioning } from './provisioning.ts';
import type { Taken } from './rounds.ts';
import { median } from './statistics.ts';

/** What `--json` writes. Each measure names the unit of its times; every figure is the median of the rounds. */
export type Report = {
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  /** `own`: each contestant on an Asterisk as it would ship; `same`: both on one; null: there was none. */
  readonly asterisk: 'own' | 'same' | null;
  readonly rounds: number;
  readonly measures: readonly (MeasureReport | CoreReport | ProvisioningReport)[];
};

export type MeasureReport = {
  readonly name: string;
  readonly title: string;
  readonly unit: 'ms';
  readonly contestants: Readonly<Partial<Record<ContestantName, ContestantReport>>>;
  /** Cordboard's p50 divided by app_queue's; null when one of them has none. */
  readonly ratio: number | null;
  readonly target: number | null;
  /** Null when there is no target or no ratio. A call that Cordboard lost fails the target whatever the ratio. */
  readonly met: boolean | null;
};

export type ContestantReport = {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly samples: number;
  readonly sent: number;
  readonly answered: number;
  readonly cpuMsPerCall: { readonly asterisk: number | null; readonly engine: number | null };
  readonly resent: number;
  /** The p50 of each round. */
  readonly rounds: readonly (number | null)[];
};

/** Folds the rounds of one measure. */
export function measureReport(measure: Measure, taken: readonly Taken[]): MeasureReport {
  const contestants: Partial<Record<ContestantName, ContestantReport>> = {};
  for (const name of contestantNames) {
    const own = taken.filter((one) => one.measure === measure.name && one.contestant === name);
    if (own.length > 0) contestants[name] = contestantReport(own);
  }
  const theirs = contestants.app_queue?.p50 ?? null;
  const ours = contestants.cordboard?.p50 ?? null;
  const ratio = theirs === null || ours === null ? null : round(ours / theirs, 4);
  const lost = (contestants.cordboard?.sent ?? 0) - (contestants.cordboard?.answered ?? 0);
  return {
    name: measure.name,
    title: measure.title,
    unit: 'ms',
    contestants,
    ratio,
    target: measure.target,
    met: ratio === null || measure.target === null ? null : ratio <= measure.target && lost === 0,
  };
}

/** The report for a person. */
export function printed(report: Report): string {
  const lines: string[] = [];
  const { machine, versions } = report;
  lines.push(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryMb} MB, Linux ${machine.kernel}`);
  lines.push(Object.values(versions).join(', '));
  if (machine.loadBefore > machine.cores / 4) {
    lines.push(`The machine was busy before we began (load ${machine.loadBefore}): mistrust the figures.`);
  }
  const core = report.measures.filter((measure) => measure.unit === 'µs');
  const phones = report.measures.filter((measure) => measure.unit === 'ms');
  for (const measure of report.measures) {
    if (measure.unit === 'ms in all') lines.push('', ...printedProvisioning(measure));
  }
  if (core.length > 0) lines.push('', ...printedCore(core, report.rounds));
  for (const measure of phones) {
    const head = ['', 'p50 ms', 'p99 ms', 'max ms', 'answered', 'CPU ms a call: Asterisk + own'];
    const rows = contestantNames.flatMap((name) => {
      const one = measure.contestants[name];
      if (one === undefined) return [];
      const cpu = `${shown(one.cpuMsPerCall.asterisk)} + ${shown(one.cpuMsPerCall.engine)}`;
      return [[name, shown(one.p50), shown(one.p99), shown(one.max), `${one.answered} of ${one.sent}`, cpu]];
    });
    lines.push('', measure.title, table(head, rows, '', { isRight: true }), verdict(measure));
    const resent = Object.values(measure.contestants).reduce((sum, one) => sum + one.resent, 0);
    if (resent > 0)
      lines.push(`${resent} datagrams had to be sent again: this machine was overloaded, mistrust the figures.`);
  }
  if (phones.length > 0) lines.push('', ...explanation(report));
  return lines.join('\n');
}

function contestantReport(own: readonly Taken[]): ContestantReport {
  const middle = (pick: (one: Taken) => number | undefined): number | null => {
    const value = median(own.map(pick).filter((one) => one !== undefined));
    return value === null ? null : round(value, 3);
  };
  const sum = (pick: (one: Taken) => number): number => own.reduce((total, one) => total + pick(one), 0);
  return {
    p50: middle((one) => one.spread?.p50),
    p99: middle((one) => one.spread?.p99),
    max: middle((one) => one.spread?.max),
    samples: sum((one) => one.spread?.samples ?? 0),
    sent: sum((one) => one.sent),
    answered: sum((one) => one.answered),
    cpuMsPerCall: {
      asterisk: middle((one) => one.cpuMsPerCall.asterisk),
      engine: middle((one) => one.cpuMsPerCall.engine),
    },
    resent: sum((one) => one.resent),
    rounds: own.map((one) => (one.spread === null ? null : round(one.spread.p50, 3))),
  };
}

function verdict(measure: MeasureReport): string {
  if (measure.ratio === null) return 'no ratio: one contestant has no samples';
  const ratio = `Cordboard takes ${times(measure.ratio)} of app_queue's p50`;
  const floor = measure.contestants['ari-floor']?.p50 ?? null;
  const theirs = measure.contestants.app_queue?.p50 ?? null;
  const bare =
    floor === null || theirs === null || theirs === 0 ? '' : ` (a bare ARI program ${times(floor / theirs)})`;
  if (measure.target === null) return `${ratio}${bare}`;
  return `${ratio}${bare}; target at most ${times(measure.target)}: ${measure.met === true ? 'met' : 'NOT met'}`;
}

/** 0.02 reads better as 1/50. */
function times(ratio: number): string {
  return ratio < 0.5 && ratio > 0 ? `1/${round(1 / ratio, 1)}` : `${round(ratio, 2)} ×`;
}

function explanation(report: Report): string[] {
  const where =
    report.asterisk === 'own'
      ? 'Each contestant had an Asterisk of its own, as it would ship: app_queue with the configuration that Debian installs,\nCordboard with ours (without app_queue, whose device state callback walks all members of all queues at every call).\nFor information: app_queue-lean is app_queue with our few modules; ari-floor is the least that a program can do over ARI\n(first free agent, create, dial, bridge; no rules, nothing written down). --same-asterisk puts the two on one, ours.'
      : "Both contestants were on one Asterisk, with app_queue loaded: its device state callback costs Cordboard's calls too.";
  return [
    `Medians of ${report.rounds} round${report.rounds === 1 ? '' : 's'}; the contestants alternated on Asterisks started afresh, with the same phones, talk times and settings`,
    '(fewest calls, no wrap-up; app_queue: ringinuse=no, autofill=yes, retry=1, no Answer before it). The phones answer at',
    "once and send no media. In → out is from the caller's INVITE sent to the agent's INVITE received.",
    ...where.split('\n'),
  ];
}

function shown(value: number | null): string {
  return value === null ? '–' : value.toFixed(1);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
