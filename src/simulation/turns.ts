import type { NumberedFact } from '../core/facts.ts';
import type { World } from '../core/world.ts';
import type { Batch } from '../storage/live/store.ts';
import { rule } from './rule.ts';

type Taken = {
  readonly agent: string;
  readonly queue: string;
  readonly is: number;
  readonly before: number;
  rang: boolean;
};

/**
 * Judges whose turn it is: from the facts alone, which turn of a queue each member had last. What came to nothing through no doing of theirs
 * was none, but for the second in a row for which their phone rang.
 */
export class TurnJudge {
  private readonly turns = new Map<string, Map<string, number>>();
  private readonly spared = new Set<string>();
  private readonly offers = new Map<string, Taken>();
  private count = 0;

  private note(fact: NumberedFact): void {
    switch (fact.type) {
      case 'offer-made': {
        const { agent, queue } = fact;
        this.count += 1;
        const mine = this.turnsOf(agent);
        this.offers.set(fact.offer, { agent, queue, is: this.count, before: mine.get(queue) ?? 0, rang: false });
        mine.set(queue, this.count);
        return;
      }
      case 'offer-rang': {
        const taken = this.offers.get(fact.offer);
        if (taken !== undefined) taken.rang = true;
        return;
      }
      case 'offer-ended': {
        const taken = this.offers.get(fact.offer);
        this.offers.delete(fact.offer);
        if (taken !== undefined) this.end(taken, fact.outcome === 'rescinded' || fact.outcome === 'lost');
        return;
      }
      case 'agent-removed':
        for (const queue of this.turnsOf(fact.agent).keys()) this.spared.delete(`${fact.agent} ${queue}`);
        this.turns.delete(fact.agent);
        return;
    }
  }

  afterBatch({ steps }: Batch, { state }: World): void {
    for (const { facts } of steps) for (const fact of facts) this.note(fact);
    for (const { id, turns } of state.agents.values()) {
      for (const [queue, last] of this.turnsOf(id)) {
        const kept = turns[queue];
        // A queue that they left has forgotten them.
        if (kept === undefined) {
          this.turnsOf(id).delete(queue);
          this.spared.delete(`${id} ${queue}`);
        } else rule(kept === last, () => `the last turn of ${id} in ${queue} is ${kept}, and was ${last}`);
      }
    }
  }

  private end({ agent, queue, is, before, rang }: Taken, isNobodysDoing: boolean): void {
    const seat = `${agent} ${queue}`;
    if (!isNobodysDoing) {
      this.spared.delete(seat);
      return;
    }
    const mine = this.turnsOf(agent);
    if (mine.get(queue) !== is || (rang && this.spared.delete(seat))) return;
    mine.set(queue, before);
    if (rang) this.spared.add(seat);
  }

  private turnsOf(agent: string): Map<string, number> {
    const known = this.turns.get(agent) ?? new Map<string, number>();
    this.turns.set(agent, known);
    return known;
  }
}
