import type { World } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';
import type { SimulatedAsterisk } from './asterisk.ts';
import { rule } from './rule.ts';

/**
 * Judges what becomes of offers at numbers outside, where a voicemail may answer. What was pressed it knows from the channel itself, and not from
 * what anybody was told.
 */
export class NumberJudge {
  private readonly asterisk: Pick<SimulatedAsterisk, 'look'>;

  constructor(asterisk: Pick<SimulatedAsterisk, 'look'>) {
    this.asterisk = asterisk;
  }

  afterBatch({ steps }: Batch, world: World): void {
    this.checkTalks(world);
    checkDeadlines(world, steps.at(-1)?.at ?? 0);
  }

  /** Nobody is joined with an agent's number where 1 was not pressed, whoever joins them. */
  private checkTalks({ state }: World): void {
    const { channels, bridges } = this.asterisk.look();
    for (const { id, role, trunk } of state.legs.values()) {
      const channel = channels.get(id);
      if (role !== 'agent' || trunk === null || channel === undefined) continue;
      const isJoined =
        (bridges.get(channel.bridge ?? '')?.channels.length ?? 0) > 1 || channel.dialplan.app === 'Bridge';
      rule(!isJoined || channel.pressed.includes('1'), () => `a caller was joined with ${id}, where nobody pressed 1`);
    }
  }
}

/** Who is asked has so long, and no longer; while Asterisk is away the time stands still. */
function checkDeadlines({ state }: World, at: number): void {
  const { limits, pbx } = state.meta;
  for (const { id, phase, confirmUntil } of state.offers.values()) {
    if (phase !== 'confirming' || confirmUntil === null) continue;
    const isOver = pbx === 'ready' && confirmUntil <= at;
    rule(!isOver, () => `${id} has waited for a 1 until ${confirmUntil}, and waits at ${at}`);
    const leftMs = confirmUntil - at;
    rule(
      leftMs <= limits.confirmStationMs,
      () => `${id} has ${leftMs} ms to press 1 and may have ${limits.confirmStationMs}`,
    );
  }
}
