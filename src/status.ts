import type { IntervalHistogram } from 'node:perf_hooks';
import type { Engine } from './engine.ts';
import type { Liveness } from './lib/systemd.ts';
import type { EngineStatus } from './protocol/seam.ts';

/** How the engine is, now. */
export function statusOf(
  engine: Engine,
  more: {
    readonly startedAt: number;
    readonly ami: EngineStatus['ami'];
    readonly lag: IntervalHistogram;
    readonly now: number;
  },
): EngineStatus {
  const { meta, calls } = engine.world.state;
  const phases = [...calls.values()].map((call) => call.phase);
  const heldSince = engine.heldSince();
  const ms = (nanoseconds: number) => Math.round(nanoseconds / 1e5) / 10;
  return {
    epoch: meta.epoch,
    startedAt: more.startedAt,
    pbx: meta.pbx,
    ami: more.ami,
    draining: meta.draining,
    waiting: phases.filter((phase) => phase === 'waiting' || phase === 'announcing' || phase === 'connecting').length,
    talking: phases.filter((phase) => phase === 'talking').length,
    loopLagMs: { p99: ms(more.lag.percentile(99)), max: ms(more.lag.max) },
    batches: engine.counts.batches,
    repairs: engine.counts.repairs,
    turnedAway: engine.counts.turnedAway,
    heldMs: heldSince === null ? null : more.now - heldSince,
    lastFact: meta.nextFact - 1,
  };
}

/** What systemd is told. A process whose database takes nothing for long is better started again: the watchdog goes hungry. */
export function livenessOf(engine: Engine, now: number): Liveness {
  const heldSince = engine.heldSince();
  if (heldSince !== null) {
    return { alive: false, status: `the database cannot be written for ${Math.round((now - heldSince) / 1_000)} s` };
  }
  const { meta, calls } = engine.world.state;
  const phases = [...calls.values()].map((call) => call.phase);
  const pbx = { down: 'Asterisk is not reached', connected: 'comparing calls with Asterisk', ready: 'ready' }[meta.pbx];
  const waiting = phases.filter(
    (phase) => phase === 'waiting' || phase === 'announcing' || phase === 'connecting',
  ).length;
  const talking = phases.filter((phase) => phase === 'talking').length;
  return { alive: true, status: `${meta.draining ? 'draining' : pbx}: ${waiting} waiting, ${talking} talking` };
}
