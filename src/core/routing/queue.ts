import { turnAway } from '../calls/arrival.ts';
import { isStationBarred } from '../calls/station-leg.ts';
import { compareIds } from '../ordered.ts';
import type { QueueIndex } from '../queue-index.ts';
import type { Call } from '../state.ts';
import { about, type Turn } from '../turn.ts';
import { choose } from './choose.ts';
import { gateOf } from './gate.ts';
import { waitingForNobody } from './nobody.ts';
import { makeOffer } from './offer.ts';
import { sendTo } from './overflow.ts';
import { beginWave, openTiers } from './steps.ts';
import type { CallLane } from './waiting.ts';
import { whyThis } from './why.ts';

/**
 * Gives every call that wants one an offer, as long as an idle agent is in a lane that is open to it: the earliest due
 * over all queues that this step touched goes first. Then calls that wait for nobody overflow, where their queue says so.
 */
export function match(turn: Turn): void {
  const { index, state } = turn.world;
  about(turn, null);
  if (state.meta.pbx !== 'ready') return;
  if (index.touched.size === 0 && index.untried.size === 0) return;
  if (state.meta.draining) return handOver(turn);
  for (;;) {
    openTiers(turn);
    const found = earliest(turn);
    if (found === null) {
      if (!overflowForNobody(turn)) break;
      continue;
    }
    const call = state.calls.get(found.call);
    const choice = call && choose(turn, found.queue, found.lane, call);
    const agent = choice && state.agents.get(choice.winner.user);
    if (!agent || found.queue.settings === null) break;
    about(turn, call.id);
    if (isStationBarred(turn, call, agent)) continue;
    if (call.wave === 0) beginWave(turn, call, found.queue.settings);
    makeOffer(turn, call, agent, found.queue.settings, whyThis(turn, call, found.queue, found.lane, choice));
  }
  index.touched.clear();
}

type Found = { readonly queue: QueueIndex; readonly lane: CallLane; readonly call: string; readonly due: number };

/** The first by (due, id) of the calls that somebody may take. Looks at lanes, and at no call but the first of each. */
function earliest(turn: Turn): Found | null {
  let best: Found | null = null;
  for (const queue of turn.world.index.touched) {
    if (queue.waiting.size === 0 || queue.idle.size === 0) continue;
    for (const lane of queue.waiting.all()) {
      const call = lane.calls.at(0);
      if (call === undefined) continue;
      const due = lane.calls.keyOf(call)?.[0] ?? 0;
      if (best !== null && (due - best.due || compareIds(call, best.call)) >= 0) continue;
      if (gateOf(queue, lane) === null && queue.idle.hasFor(lane)) best = { queue, lane, call, due };
    }
  }
  return best;
}

/** On our way out: who waits and is not being rung just now goes to the fallback. */
function handOver(turn: Turn): void {
  const { index } = turn.world;
  for (const queue of byId(index.touched)) {
    for (const call of callsIn(turn, queue))
      if (call.phase === 'waiting' && call.offers.length === 0) turnAway(turn, call, 'draining');
  }
  index.touched.clear();
}

function overflowForNobody(turn: Turn): boolean {
  const { index, state } = turn.world;
  let moved = false;
  // Nearly always there is none, and most steps come by here: listed only then.
  let isAny = false;
  for (const queue of index.touched) if (waitingForNobody(state, queue).length > 0) isAny = true;
  if (!isAny) return false;
  for (const queue of byId(index.touched)) {
    for (const call of [...waitingForNobody(state, queue)].sort((a, b) => compareIds(a.id, b.id))) {
      if (call.phase !== 'waiting' || call.queue !== queue.id || queue.settings === null) continue;
      sendTo(turn, call, queue.settings.overflow, 'nobody');
      moved = true;
    }
  }
  return moved;
}

function byId(queues: Iterable<QueueIndex>): QueueIndex[] {
  return [...queues].sort((a, b) => compareIds(a.id, b.id));
}

function callsIn(turn: Turn, { queued }: QueueIndex): Call[] {
  return [...queued].sort(compareIds).flatMap((id) => turn.world.state.calls.get(id) ?? []);
}
