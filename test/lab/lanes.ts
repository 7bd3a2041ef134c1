import type { NumberedFact } from '../../src/core/facts.ts';
import type { Behaviour, Phone } from '../../src/phones/index.ts';
import { Ledger } from '../../src/simulation/ledger.ts';
import type { FactOf, LabCordboard, Member } from './cordboard.ts';
import { waitUntil } from './deadline.ts';
import { readRows } from './live-rows.ts';

/** One group with its agents and a caller, where rounds are played one after the other; lanes are played side by side. */
export type Lane = {
  readonly extension: string;
  readonly agents: readonly Member[];
  readonly caller: Phone;
  /** Where in the facts this round began. */
  from: number;
};

/** The facts of a daemon, read as they come: many lanes wait for theirs at the same time. */
export type FactTail = {
  /** All so far, from the first of the database. */
  readonly all: readonly NumberedFact[];
  /** The first fact of this type after `from` that the predicate takes, past or coming. */
  next<T extends NumberedFact['type']>(type: T, from: number, isIt: (fact: FactOf<T>) => boolean): Promise<FactOf<T>>;
  /** Reads what has come by now. */
  read(): void;
  readonly last: number;
};

export function followFacts(lab: LabCordboard): FactTail {
  const all: NumberedFact[] = [];
  const tail: FactTail = {
    all,
    get last() {
      return all.at(-1)?.seq ?? 0;
    },
    read() {
      all.push(...readRows<NumberedFact>(lab.home, `SELECT body FROM facts WHERE seq > ${tail.last} ORDER BY seq`));
    },
    async next(type, from, isIt) {
      const found = (): NumberedFact | undefined => {
        tail.read();
        // A fact's number is its place: the first of a database is 1, and none is missing.
        return all.slice(from).find((fact) => fact.type === type && isIt(fact as FactOf<typeof type>));
      };
      const what = () =>
        `${type}; since then: ${all
          .slice(from)
          .map((fact) => JSON.stringify(fact))
          .join('\n')}`;
      const fact = await waitUntil(found, type, 30_000).catch(() => {
        throw new Error(`waited 30 s in vain for ${what()}`);
      });
      return fact as FactOf<typeof type>;
    },
  };
  return tail;
}

/** Makes so many lanes: a group each, with an agent for each behaviour, and a stranger's phone that calls it. */
export async function makeLanes(
  lab: LabCordboard,
  count: number,
  behaviours: readonly Behaviour[],
  settings: Readonly<Record<string, unknown>>,
): Promise<Lane[]> {
  const lanes: Lane[] = [];
  for (let place = 0; place < count; place += 1) {
    const { extension, agents } = await lab.team(behaviours, settings);
    lanes.push({ extension, agents, caller: await lab.stranger(), from: 0 });
  }
  return lanes;
}

/** Plays so many rounds in all, spread over the lanes. */
export async function playRounds(
  lanes: readonly Lane[],
  rounds: number,
  play: (lane: Lane, round: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    lanes.map(async (lane, place) => {
      for (let round = place; round < rounds; round += lanes.length) await play(lane, round);
    }),
  );
}

/** The round is over: the call has ended, every phone of the lane is free, and every agent too. */
export async function windDown(tail: FactTail, lane: Lane, call: string): Promise<void> {
  await tail.next('call-ended', lane.from, (fact) => fact.call === call);
  const phones = [lane.caller, ...lane.agents.map(({ phone }) => phone)];
  await waitUntil(() => phones.every(({ calls }) => calls.every(({ end }) => end !== null)), 'all phones to be free');
  await waitUntil(() => {
    tail.read();
    const open = new Set<string>();
    for (const fact of tail.all.slice(lane.from)) {
      if (!('call' in fact) || fact.call !== call) continue;
      if (fact.type === 'offer-made') open.add(fact.offer);
      if (fact.type === 'offer-ended') open.delete(fact.offer);
    }
    return open.size === 0;
  }, 'every offer to be over');
  for (const { name } of lane.agents) {
    await waitUntil(() => {
      tail.read();
      const work = tail.all.findLast((fact) => fact.type === 'agent-work' && fact.agent === name);
      return work === undefined || (work.type === 'agent-work' && work.work === 'idle');
    }, `${name} to be idle`);
  }
}

/** The second set of books over all that happened: it throws when the facts contradict themselves. */
export function audit(tail: FactTail): Ledger {
  tail.read();
  const ledger = new Ledger();
  for (const fact of tail.all) ledger.note(fact);
  ledger.expectAllEnded();
  return ledger;
}

/** How many offers since `from` ended with each outcome (with why, where one was rescinded). */
export function outcomesSince(tail: FactTail, from: number): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const fact of tail.all.slice(from)) {
    if (fact.type !== 'offer-ended') continue;
    const outcome = fact.why === null ? fact.outcome : `${fact.outcome} (${fact.why})`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
