import type { Call } from '../core/state.ts';
import type { WaitingView } from '../protocol/queues.ts';
import type { LiveReader } from './live.ts';

type Live = Pick<LiveReader, 'calls' | 'caller' | 'offers'>;

/** Every call that waits in a queue, in the one order over all of them: by (due, id), as the core matches. */
export function waitingViews(live: Live, now: number): readonly WaitingView[] {
  const places = new Map<string, number>();
  const waiting = live.calls().filter((call) => call.phase === 'waiting' && call.queue !== null);
  return waiting.sort(byDue).map((call) => {
    const id = call.queue ?? '';
    const place = (places.get(id) ?? 0) + 1;
    places.set(id, place);
    return {
      place,
      call: call.id,
      queue: id,
      callerNumber: live.caller(call.id)?.number ?? null,
      priority: call.priority,
      due: call.due,
      waitedMs: Math.max(0, now - call.enteredAt),
      needs: call.needs,
      relaxed: call.relaxed,
      tier: call.tier,
      offeredTo: live.offers(call.offers).flatMap((offer) => (offer.phase === 'cancelling' ? [] : [offer.agent])),
    };
  });
}

function byDue(a: Call, b: Call): number {
  return a.due - b.due || (a.id < b.id ? -1 : 1);
}
