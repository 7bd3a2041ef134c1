import { table } from '../../src/cli/output.ts';
import { median } from '../statistics.ts';
import type { CoreMeasure } from './measure.ts';
import type { Take } from './take.ts';

/** What `--json` writes of one size: the fields of every measure, with what is told of the core alone. */
export type CoreReport = {
  readonly name: string;
  readonly title: string;
  /** Of p50, p99, max and rounds: the time of one step. Every figure is the median of the rounds. */
  readonly unit: 'µs';
  readonly contestants: { readonly cordboard: CoreFigures };
  /** The CPU time of a step divided by that of 100 agents, in as many queues or in ten. */
  readonly ratio: number | null;
  readonly target: number | null;
  readonly leastStepsPerS: number | null;
  readonly mostWhyMs: number | null;
  /** Null when there is no target. */
  readonly met: boolean | null;
};

export type CoreFigures = {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly samples: number;
  readonly cpuUsPerStep: number | null;
  /** CPU time of a step that only reads and writes the rows. */
  readonly floorUsPerStep: number | null;
  readonly stepsPerS: number | null;
  readonly decisionsPerS: number | null;
  /** The time of one periodic survey with every agent's call in it. */
  readonly surveyMs: number | null;
  /** The longest answer to the question why. */
  readonly whyMs: number | null;
  /** The steps a second of each round. */
  readonly rounds: readonly number[];
};

/** Folds the rounds of one size. */
export function coreReport(measure: CoreMeasure, own: readonly Take[], base: readonly Take[]): CoreReport {
  const figures = figuresOf(own);
  const cost = figures.cpuUsPerStep;
  const baseCost = middle(base, (one) => one.cpuUs, 3);
  const ratio = cost === null || baseCost === null ? null : round(cost / baseCost, 2);
  const { target, leastStepsPerS, mostWhyMs } = measure;
  const isCheap = target === null || (ratio !== null && ratio <= target);
  const isFast = leastStepsPerS === null || (figures.stepsPerS ?? 0) >= leastStepsPerS;
  const isPrompt = mostWhyMs === null || (figures.whyMs ?? Number.POSITIVE_INFINITY) <= mostWhyMs;
  const hasGoal = target !== null || leastStepsPerS !== null || mostWhyMs !== null;
  return {
    name: measure.name,
    title: measure.title,
    unit: 'µs',
    contestants: { cordboard: figures },
    ratio,
    target,
    leastStepsPerS,
    mostWhyMs,
    met: hasGoal ? isCheap && isFast && isPrompt : null,
  };
}

/** The sizes side by side, for a person. */
export function printedCore(reports: readonly CoreReport[], rounds: number): string[] {
  const head = [
    '',
    'steps/s',
    'decisions/s',
    'µs a step: CPU',
    'rows alone',
    'p50',
    'p99',
    '× 100 agents',
    'a survey, ms',
    'a why, ms',
  ];
  const rows = reports.map(({ title, ratio, contestants }) => {
    const { stepsPerS, decisionsPerS, cpuUsPerStep, floorUsPerStep, p50, p99, surveyMs, whyMs } = contestants.cordboard;
    return [
      title,
      whole(stepsPerS),
      whole(decisionsPerS),
      fine(cpuUsPerStep),
      fine(floorUsPerStep),
      fine(p50),
      fine(p99),
      fine(ratio),
      fine(surveyMs),
      fine(whyMs),
    ];
  });
  const verdicts = reports.flatMap((report) => {
    if (report.met === null) return [];
    const goals = [
      report.leastStepsPerS === null ? [] : [`${whole(report.leastStepsPerS)} steps/s`],
      report.target === null ? [] : [`at most ${report.target} × the CPU time of 100 agents`],
      report.mostWhyMs === null ? [] : [`no why over ${report.mostWhyMs} ms`],
    ].flat();
    return [`${report.title}: target ${goals.join(', ')}: ${report.met ? 'met' : 'NOT met'}`];
  });
  return [
    table(head, rows, '', { isRight: true }),
    ...verdicts,
    '',
    `Medians of ${rounds} round${rounds === 1 ? '' : 's'}. A step takes one event: a call's arrival, a leg's ringing, a deadline. A decision gives one call`,
    'to one agent. Each company works at nine tenths of what its agents can take, every agent in five queues; what it was told is',
    'recorded, and stepped again in a process of its own with nothing else in the loop: no Asterisk, no commit. Queues that ring one',
    'at a time. Rows alone: what it costs to look up the rows that a step changes, and to write a number into each.',
  ];
}

function figuresOf(own: readonly Take[]): CoreFigures {
  return {
    p50: middle(own, (one) => one.us.p50, 2),
    p99: middle(own, (one) => one.us.p99, 2),
    max: middle(own, (one) => one.us.max, 2),
    samples: own.reduce((sum, one) => sum + one.us.samples, 0),
    cpuUsPerStep: middle(own, (one) => one.cpuUs, 2),
    floorUsPerStep: middle(own, (one) => one.floorUs, 2),
    stepsPerS: middle(own, (one) => one.stepsPerS, 0),
    decisionsPerS: middle(own, (one) => one.decisionsPerS, 0),
    surveyMs: middle(own, (one) => median(one.surveysMs) ?? 0, 2),
    whyMs: middle(own, (one) => Math.max(...one.whyMs), 2),
    rounds: own.map((one) => Math.round(one.stepsPerS)),
  };
}

function middle(own: readonly Take[], pick: (one: Take) => number, digits: number): number | null {
  const value = median(own.map(pick));
  return value === null ? null : round(value, digits);
}

function whole(value: number | null): string {
  return value === null ? '–' : Math.round(value).toLocaleString('en');
}

function fine(value: number | null): string {
  return value === null ? '–' : value.toFixed(1);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
