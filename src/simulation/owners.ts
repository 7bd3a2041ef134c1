import type { World } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';
import type { SimulatedAsterisk } from './asterisk.ts';
import { rule } from './rule.ts';

/** Two surveys see whom nobody has, after the time that everything is given to come about by itself. */
const longestMs = 30_000;

/**
 * Judges that nobody is forgotten in our application: who stands there has a call that runs, or is being hung up. Whom nobody has, since they
 * were given to the dialplan and never left, or since no row knows them, is seen by surveys.
 */
export class OwnerJudge {
  private readonly asterisk: Pick<SimulatedAsterisk, 'look'>;
  /** Callers whom nobody has, and since when. */
  private readonly since = new Map<string, number>();
  private at = 0;

  constructor(asterisk: Pick<SimulatedAsterisk, 'look'>) {
    this.asterisk = asterisk;
  }

  afterBatch({ steps }: Batch, world: World): void {
    this.at = steps.at(-1)?.at ?? this.at;
    const unowned = this.unowned(world);
    for (const id of this.since.keys()) if (!unowned.has(id)) this.since.delete(id);
    for (const id of unowned) if (!this.since.has(id)) this.since.set(id, this.at);
  }

  whenHealed(world: World): void {
    for (const id of this.unowned(world)) {
      const forMs = this.at - (this.since.get(id) ?? this.at);
      rule(forMs < longestMs, () => `the caller ${id} stands in our application for ${forMs} ms, and nobody has them`);
    }
  }

  private unowned({ state }: World): Set<string> {
    const found = new Set<string>();
    for (const { id, kind, inStasis } of this.asterisk.look().channels.values()) {
      if (kind !== 'inbound' || !inStasis) continue;
      const leg = state.legs.get(id);
      const phase = state.calls.get(leg?.call ?? '')?.phase ?? 'ended';
      if (phase === 'ended' && (leg?.ending ?? null) === null) found.add(id);
    }
    return found;
  }
}
