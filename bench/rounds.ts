import { callsOf } from './analysis.ts';
import type { Contestant, ContestantName } from './contestants/contestant.ts';
import type { FarmClient } from './farm/client.ts';
import { cpuMs } from './machine.ts';
import { type Measure, warmUp } from './measures.ts';
import { openSite, type Site } from './site.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** What one contestant did in one measure of one round. */
export type Taken = {
  readonly measure: string;
  readonly contestant: ContestantName;
  readonly round: number;
  /** Null when not one sample was there. */
  readonly spread: Spread | null;
  readonly sent: number;
  readonly answered: number;
  /** CPU time of Asterisk and of the contestant's own processes, in ms a call. */
  readonly cpuMsPerCall: { readonly asterisk: number; readonly engine: number };
  readonly resent: number;
};

export type RoundsOptions = {
  readonly measures: readonly Measure[];
  readonly contestants: readonly ContestantName[];
  readonly rounds: number;
  /** Both contestants on one Asterisk, ours, instead of each on an Asterisk as it would ship. */
  readonly sameAsterisk: boolean;
  readonly say: (line: string) => void;
};

/**
 * Runs every measure in every round. The contestants alternate, and who begins changes with the round. Each Asterisk and
 * each daemon is started afresh; measures with the same number of agents share one start.
 */
export async function takeRounds(
  farm: FarmClient,
  options: RoundsOptions,
): Promise<{ readonly taken: readonly Taken[]; readonly asteriskVersion: string }> {
  const taken: Taken[] = [];
  let asteriskVersion = 'unknown';
  for (let round = 1; round <= options.rounds; round += 1) {
    const order = round % 2 === 1 ? options.contestants : [...options.contestants].reverse();
    for (const agents of new Set(options.measures.map((measure) => measure.agents))) {
      const measures = options.measures.filter((measure) => measure.agents === agents);
      for (const names of options.sameAsterisk
        ? [order.filter((name) => name === 'app_queue' || name === 'cordboard')]
        : order.map((name) => [name])) {
        options.say(`round ${round} of ${options.rounds}: ${names.join(' and ')} with ${agents} agents ...`);
        const site = await openSite(names, agents, farm);
        try {
          asteriskVersion = site.asteriskVersion;
          for (const contestant of site.contestants) await run(farm, contestant, warmUp, 0);
          for (const measure of measures) {
            for (const contestant of site.contestants) {
              const one = await take(farm, site, contestant, measure, round);
              taken.push(one);
              options.say(`  ${measure.name}  ${contestant.name}  ${inWords(one)}`);
            }
          }
        } finally {
          await site.stop();
        }
      }
    }
  }
  return { taken, asteriskVersion };
}

async function take(
  farm: FarmClient,
  site: Site,
  contestant: Contestant,
  measure: Measure,
  round: number,
): Promise<Taken> {
  const before = cpuOf(site, contestant);
  const journal = await run(farm, contestant, measure.workload, round);
  const after = cpuOf(site, contestant);
  // What died has no CPU time: the figures of a run that killed somebody are worth nothing, and hiding it would be worse.
  if (Number.isNaN(after.asterisk)) throw new Error(`Asterisk died in ${measure.name} under ${contestant.name}`);
  if (Number.isNaN(after.engine)) throw new Error(`${contestant.name} died in ${measure.name}`);
  const { sent, answered } = callsOf(journal);
  return {
    measure: measure.name,
    contestant: contestant.name,
    round,
    spread: spreadOf(measure.samples(journal)),
    sent,
    answered,
    cpuMsPerCall: {
      asterisk: (after.asterisk - before.asterisk) / sent,
      engine: (after.engine - before.engine) / sent,
    },
    resent: journal.resent,
  };
}

function run(farm: FarmClient, contestant: Contestant, workload: Measure['workload'], seed: number) {
  return farm.run({ ...workload, extension: contestant.extension, seed });
}

function cpuOf(site: Site, contestant: Contestant): { readonly asterisk: number; readonly engine: number } {
  const engine = contestant.pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  return { asterisk: cpuMs(site.asteriskPid), engine };
}

function inWords(one: Taken): string {
  const { spread, cpuMsPerCall: cpu } = one;
  const times = spread === null ? 'no samples' : `p50 ${ms(spread.p50)}  p99 ${ms(spread.p99)}  max ${ms(spread.max)}`;
  const resent = one.resent > 0 ? `  ${one.resent} datagrams sent again` : '';
  return `${times}  answered ${one.answered}/${one.sent}  cpu ${cpu.asterisk.toFixed(1)} + ${cpu.engine.toFixed(1)} ms${resent}`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
