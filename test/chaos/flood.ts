import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { callsOf, inToOutMs } from '../../bench/analysis.ts';
import { type FarmClient, startFarm } from '../../bench/farm/client.ts';
import type { Workload } from '../../bench/farm/protocol.ts';
import { openSite, type Site } from '../../bench/site.ts';
import { spreadOf } from '../../bench/statistics.ts';
import { whyOf } from '../../src/lib/why.ts';
import type { Outcome } from './outcome.ts';

/** What a stranger is told to do. */
export type FloodOrder = {
  readonly method: 'INVITE' | 'REGISTER';
  /** Of 127.0.0.1. */
  readonly port: number;
  readonly perSecond: number;
  readonly forMs: number;
  readonly seed: number;
};
export type FloodReport = { readonly sent: number; readonly answers: number };

const floodMs = 30_000;
const perSecond = 500;
const callsPerS = 20;
const agents = 10;

/** Calls of half a minute: each takes an agent for 0.1 to 0.2 s. */
const load: Omit<Workload, 'extension' | 'seed'> = {
  ...{ calls: (callsPerS * floodMs) / 1_000, callsPerS, answerAfterMs: 0, talkMs: [100, 200] },
  ...{ holdUntilAllSent: false, drainMs: 5_000 },
};

/** The fault's name in the table. */
export const floodName = (method: FloodOrder['method']): string =>
  `flood: ${perSecond} ${method}s a second from strangers for ${floodMs / 1_000} s`;

/**
 * Strangers send what they like for half a minute, from this machine to this machine only, while calls go on. Every call must
 * be answered; how long each took from the caller's INVITE to the agent's is measured before, meanwhile and after, and said.
 * Never rejects.
 */
export async function runFlood(method: FloodOrder['method']): Promise<Outcome> {
  const farm = startFarm();
  const outcome = { fault: floodName(method), talk: '', ring: '', wait: '', ends: '', repairs: 0, note: '' };
  let site: Site | null = null;
  try {
    site = await openSite(['cordboard'], agents, farm);
    const extension = site.contestants[0]?.extension ?? '';
    await farm.run({ ...load, calls: 40, extension, seed: 0 });
    const before = await take(farm, extension, 1);
    const [storm, report] = await Promise.all([
      take(farm, extension, 2),
      flood({ method, port: site.sipPort, perSecond, forMs: floodMs, seed: 7 }),
    ]);
    const after = await take(farm, extension, 3);
    if (report.answers === 0) throw new Error('Asterisk answered no stranger: the flood did not arrive');
    if (storm.answered !== storm.sent)
      throw new Error(`${storm.sent - storm.answered} of ${storm.sent} calls were lost`);
    const calm = [...before.samples, ...after.samples];
    const note = `all ${storm.sent} calls answered; INVITE to INVITE ${figures(calm, storm.samples)}`;
    return { ...outcome, talk: 'all answered', note, failure: null };
  } catch (error) {
    return { ...outcome, failure: whyOf(error) };
  } finally {
    await site?.stop();
    await farm.stop();
  }
}

async function take(farm: FarmClient, extension: string, seed: number) {
  const journal = await farm.run({ ...load, extension, seed });
  return { ...callsOf(journal), samples: inToOutMs(journal) };
}

/** Without strangers and with them: the median and the slowest hundredth, and how much slower that one became. */
function figures(calmMs: readonly number[], stormMs: readonly number[]): string {
  const [calm, storm] = [spreadOf(calmMs), spreadOf(stormMs)];
  if (calm === null || storm === null) throw new Error('no call came to a phone');
  const ms = (key: 'p50' | 'p99'): string => `${calm[key].toFixed(1)} → ${storm[key].toFixed(1)} ms`;
  return `p50 ${ms('p50')}, p99 ${ms('p99')} (${(storm.p99 / calm.p99).toFixed(1)} times)`;
}

function flood(order: FloodOrder): Promise<FloodReport> {
  const script = fileURLToPath(new URL('./flooder.ts', import.meta.url));
  const child = fork(script, [], { execArgv: ['--import', 'tsx'] });
  return new Promise((resolve, reject) => {
    child.once('message', (report: FloodReport) => resolve(report));
    child.once('exit', (code) => reject(new Error(`the stranger ended with ${code}`)));
    child.send(order);
  });
}
