import { idleMs, inToOutMs } from './analysis.ts';
import type { Journal, Workload } from './farm/protocol.ts';

/** One figure: a load on so many agents, what is read from its journal, and how far we want to get. */
export type Measure = {
  readonly name: string;
  readonly group: MeasureGroup;
  /** One line for the reader. */
  readonly title: string;
  readonly agents: number;
  readonly workload: Omit<Workload, 'extension' | 'seed'>;
  readonly samples: (journal: Journal) => number[];
  /** Cordboard's p50 divided by app_queue's is to be at most this; null: for information. */
  readonly target: number | null;
};

export type MeasureGroup = (typeof measureGroups)[number];
/** What is measured with phones on an Asterisk. */
export const measureGroups = ['idle', 'in-out'] as const;

/** All measures, in the order they are run. */
export const measures: readonly Measure[] = [
  {
    name: 'idle-10-agents-60-callers',
    group: 'idle',
    title: 'an agent hangs up while callers wait → that agent’s next INVITE; 60 callers, 10 agents',
    agents: 10,
    // Talks of 1.5 to 2.5 s that end at no common moment: five turns an agent.
    workload: {
      calls: 60,
      callsPerS: 30,
      answerAfterMs: 0,
      talkMs: [1500, 2500],
      holdUntilAllSent: true,
      drainMs: 40_000,
    },
    samples: idleMs,
    target: 1 / 50,
  },
  inOut({ agents: 10, callsPerS: 20, calls: 200, talkMs: [100, 200], target: 1.25 }),
  inOut({ agents: 1000, callsPerS: 50, calls: 400, talkMs: [500, 1500], target: 1 }),
  inOut({ agents: 1000, callsPerS: 100, calls: 800, talkMs: [500, 1500], target: 1 }),
];

/** Runs before the figures are taken: code is compiled, caches are filled, for every contestant alike. */
export const warmUp: Measure['workload'] = {
  calls: 40,
  callsPerS: 20,
  answerAfterMs: 0,
  talkMs: [50, 100],
  holdUntilAllSent: false,
  drainMs: 5000,
};

function inOut(load: {
  readonly agents: number;
  readonly callsPerS: number;
  readonly calls: number;
  readonly talkMs: readonly [number, number];
  readonly target: number;
}): Measure {
  return {
    name: `in-out-${load.agents}-agents-${load.callsPerS}-calls-per-s`,
    group: 'in-out',
    title: `the caller’s INVITE → the agent’s INVITE; ${load.agents} agents, ${load.callsPerS} calls/s`,
    agents: load.agents,
    workload: {
      calls: load.calls,
      callsPerS: load.callsPerS,
      answerAfterMs: 0,
      talkMs: load.talkMs,
      holdUntilAllSent: false,
      drainMs: 5000,
    },
    samples: inToOutMs,
    target: load.target,
  };
}
