import { printNeeds, relaxedNeeds } from '../core/needs.ts';
import type { Call } from '../core/state.ts';
import type { WaitingView } from '../protocol/queues.ts';
import type { QueueRow } from '../storage/directory/queues.ts';
import type { LiveReader } from './live.ts';

type Live = Pick<LiveReader, 'calls' | 'caller' | 'offers'>;

/** Every call that waits in a queue, in the one order over all of them: by (due, id), as the core matches. */
export function waitingViews(live: Live, queues: readonly QueueRow[], now: number): readonly WaitingView[] {
  const settings = new Map(queues.map((queue) => [queue.id, queue]));
  const places = new Map<string, number>();
  const waiting = live.calls().filter((call) => call.phase === 'waiting' && call.queue !== null);
  return waiting.sort(byDue).map((call) => {
    const id = call.queue ?? '';
    const queue = settings.get(id);
    const place = (places.get(id) ?? 0) + 1;
    places.set(id, place);
    const needs = relaxedNeeds(call.wishes.needs ?? queue?.needs ?? [], (queue?.relax ?? []).slice(0, call.relaxed));
    return {
      place,
      call: call.id,
      queue: id,
      callerNumber: live.caller(call.id)?.number ?? null,
      priority: call.priority,
      due: call.due,
      waitedMs: Math.max(0, now - call.enteredAt),
      needs: printNeeds(needs),
      relaxed: call.relaxed,
      tier: call.tier,
      offeredTo: live.offers(call.offers).flatMap((offer) => (offer.phase === 'cancelling' ? [] : [offer.agent])),
    };
  });
}

function byDue(a: Call, b: Call): number {
  return a.due - b.due || (a.id < b.id ? -1 : 1);
}
