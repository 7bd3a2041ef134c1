import type { OfferRules, QueueSettings } from '../queue-settings.ts';
import type { Offer, State } from '../state.ts';
import { changedOffer, type Turn } from '../turn.ts';

/** What the offer is judged by: the rules that it was made under. Undefined when its queue is gone. */
export function rulesOf({ queues }: State, offer: Offer): OfferRules | undefined {
  const queue = queues.get(offer.queue);
  return queue && (offer.rules ?? queue);
}

/** This queue changes or goes: its offers that are under way keep its rules. */
export function keepRules(turn: Turn, queue: QueueSettings): void {
  for (const offer of turn.world.state.offers.values()) {
    if (offer.queue !== queue.id || offer.rules !== null) continue;
    const { strategy, onMiss, unreachableAfterMs, backOffMs, backOffs, ladder, climbs, ringAllMissEvery } = queue;
    offer.rules = { strategy, onMiss, unreachableAfterMs, backOffMs, backOffs, ladder, climbs, ringAllMissEvery };
    changedOffer(turn, offer);
  }
}
