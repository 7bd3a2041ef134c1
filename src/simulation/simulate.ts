import type { JournalEntry } from '../storage/live/store.ts';
import { type Auditor, createAuditor } from './auditor.ts';
import { createDice } from './dice.ts';
import { createRig, type Rig, startMs } from './rig.ts';
import { storyOf } from './story.ts';
import { createTwin } from './twin.ts';
import { createWorkload, type Weather } from './workload.ts';

/** What one simulated stretch of work came to. */
export type SimulationResult = {
  readonly seed: number;
  readonly describe: string;
  readonly calls: number;
  /** How many events the engine was told, deadlines not counted, and how many steps changed something. */
  readonly events: number;
  readonly steps: number;
  /** How many facts of each type there were. */
  readonly counts: ReadonlyMap<string, number>;
};

export type SimulationOptions = {
  readonly weather?: Weather;
  /** Virtual minutes of work before it calms down. */
  readonly workMs?: number;
  /** Compare with a twin that crashes and loads its rows after every commit. */
  readonly twin?: boolean;
  /** Told each line of what happens, as it happens. */
  readonly trace?: (line: string) => void;
  /** Given each step that changed something, as it is committed. */
  readonly onStep?: (step: JournalEntry) => void;
};

const weathers: readonly Weather[] = ['fair', 'poor', 'storm'];

/** A caller waits a minute at the most, then a talk of half a minute, a rest, a survey: after this all is over. */
const healMs = 60_000;
const emptyMs = 240_000;

/** Runs one seed: first the work, then calm, then the end. Throws with the seed when a rule is broken. */
export function simulate(seed: number, options: SimulationOptions = {}): SimulationResult {
  const dice = createDice(seed);
  const weather = options.weather ?? weathers[seed % weathers.length] ?? 'fair';
  const rig = createRig({
    seed: dice.roll(1 << 30),
    limits: { confirmMs: dice.pick([500, 2_000]) },
    restarts: weather === 'storm' || options.twin === true,
  });
  const workload = createWorkload(rig, dice.split(), weather, seed);
  const auditor = createAuditor(rig.asterisk);
  let steps = 0;
  if (options.twin) rig.store.onCommit = createTwin(rig.store);
  rig.onBatch = (batch) => {
    steps += batch.steps.length;
    if (options.trace) for (const line of storyOf(batch.steps)) options.trace(line);
    if (options.onStep) for (const one of batch.steps) options.onStep(one);
    const world = rig.world();
    if (world !== null) auditor.afterBatch(batch, world);
  };
  try {
    workload.start();
    rig.run(options.workMs ?? 300_000);
    workload.calm();
    rig.run(healMs);
    const world = rig.world();
    if (world !== null) auditor.whenHealed(world);
    if (world !== null) checkWhenStill(rig, auditor);
    workload.close();
    rig.run(emptyMs);
    const last = rig.world();
    if (last !== null) auditor.whenEmpty(last);
  } catch (error) {
    throw new Error(`seed ${seed} (${workload.describe}) at ${clock(rig)}: ${messageOf(error)}`, { cause: error });
  }
  return {
    seed,
    describe: workload.describe,
    calls: workload.callers.length,
    events: rig.told(),
    steps,
    counts: auditor.ledger.counts,
  };
}

/** Goes on to the next moment at which nothing is on its way, and compares there. */
function checkWhenStill(rig: Rig, auditor: Auditor): void {
  for (let tries = 0; tries < 100_000; tries += 1) {
    const { state } = rig.world() ?? {};
    if (state === undefined) return;
    const isStill =
      rig.asterisk.inFlight() === 0 &&
      !rig.isGathering() &&
      rig.scheduler.nextAt() !== rig.scheduler.now() &&
      [...state.legs.values()].every((leg) => leg.ending === null && leg.phase !== 'requested') &&
      [...state.legs.values()].every((leg) => leg.phase !== 'dialling') &&
      [...state.calls.values()].every((call) => call.phase !== 'connecting' && call.phase !== 'ended');
    const world = rig.world();
    if (isStill && world !== null) return auditor.whenCalm(world);
    if (!rig.scheduler.runNext()) return;
  }
}

function clock(rig: Rig): string {
  return `${((rig.scheduler.now() - startMs) / 1000).toFixed(3)} s`;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.stack}` : error.message;
}
