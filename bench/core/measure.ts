import type { Size } from './company.ts';
import { createRecordings } from './play.ts';
import { coreReport } from './report.ts';
import { recordStretch } from './stretch.ts';
import type { Take } from './take.ts';

/** One size of company, and the small one that its cost is divided by. */
export type CoreMeasure = {
  readonly name: string;
  readonly title: string;
  readonly size: Size;
  readonly base: Size;
  /** The CPU time of a step is to be at most so many times that of the base; null: for information. */
  readonly target: number | null;
  /** So many steps a second at least; null: for information. */
  readonly leastStepsPerS: number | null;
  /** No answer to the question why may take longer; null: for information. */
  readonly mostWhyMs: number | null;
};

/** So many steps of each company are measured, after it has come to its working pace. */
const steps = 100_000;
const small = 100;

/** 100, 1,000 and 10,000 agents, with 1 to 1,000 queues of ten agents at least. */
export const coreMeasures: readonly CoreMeasure[] = [
  size(100, 1),
  size(100, 10),
  size(1_000, 1),
  size(1_000, 10),
  size(1_000, 100),
  size(10_000, 1, { mostWhyMs: 50 }),
  size(10_000, 100, { mostWhyMs: 50 }),
  size(10_000, 1_000, { target: 4, leastStepsPerS: 300_000, mostWhyMs: 50 }),
];

/** Measures every size in every round, one after the other, so that what disturbs the machine disturbs all alike. */
export async function takeCore(options: {
  readonly measures: readonly CoreMeasure[];
  readonly rounds: number;
  readonly say: (line: string) => void;
}) {
  const recordings = createRecordings();
  const taken = new Map<string, Take[]>();
  for (const { agents, queues } of options.measures.flatMap((one) => [one.base, one.size])) {
    const key = `${agents}/${queues}`;
    if (recordings.has(key)) continue;
    options.say(`recording ${agents} agents in ${queues} queues at work ...`);
    recordings.add(key, recordStretch({ agents, queues }, steps));
    taken.set(key, []);
  }
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      options.say(`round ${round} of ${options.rounds} ...`);
      for (const key of recordings.keys()) taken.get(key)?.push(await recordings.take(key));
    }
  } finally {
    recordings.remove();
  }
  const takesOf = ({ agents, queues }: Size): readonly Take[] => taken.get(`${agents}/${queues}`) ?? [];
  return options.measures.map((one) => coreReport(one, takesOf(one.size), takesOf(one.base)));
}

function size(agents: number, queues: number, goal: Partial<CoreMeasure> = {}): CoreMeasure {
  return {
    name: `core-${agents}-agents-${queues}-queues`,
    title: `${agents} agents in ${queues} queue${queues === 1 ? '' : 's'}`,
    size: { agents, queues },
    base: { agents: small, queues: Math.min(queues, small / 10) },
    target: null,
    leastStepsPerS: null,
    mostWhyMs: null,
    ...goal,
  };
}
