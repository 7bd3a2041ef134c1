import { turnAway } from '../calls/arrival.ts';
import { hear } from '../calls/hearing.ts';
import type { OfferWhy } from '../facts.ts';
import { compareIds, compareKeys, type Ordered } from '../ordered.ts';
import type { QueueSettings } from '../queue-settings.ts';
import type { QueueId } from '../settings.ts';
import type { Agent, Call } from '../state.ts';
import { about, changedCall, sendLater, type Turn, tell } from '../turn.ts';
import { makeOffer } from './offer.ts';
import { sendTo } from './overflow.ts';

/** The call waits in this group's queue; its first time of entry, and so its place, is kept for ever. */
export function enqueue(turn: Turn, call: Call, group: QueueSettings): void {
  call.queue = group.id;
  call.callee = null;
  call.ringUntil = null;
  call.due = call.enteredAt + group.targetMs;
  call.waitUntil = turn.now + group.maxWaitMs;
  if (!call.answered) {
    call.answered = true;
    sendLater(turn, { do: 'answer', leg: call.caller });
  }
  hear(turn, call, 'music');
  changedCall(turn, call);
  turn.world.index.touched.add(group.id);
  tell(turn, {
    type: 'call-queued',
    call: call.id,
    queue: group.id,
    due: call.due,
    waiting: turn.world.index.queued.get(group.id)?.size ?? 0,
  });
}

/**
 * Gives every call that wants one an offer, as long as an idle agent is in its lane: the earliest due over all queues
 * that this step touched goes first. Then calls that wait for nobody overflow, where their group says so.
 */
export function match(turn: Turn): void {
  const { index, state } = turn.world;
  about(turn, null);
  if (state.meta.pbx !== 'ready' || index.touched.size === 0) return;
  if (state.meta.draining) return handOver(turn);
  for (;;) {
    const queue = earliestQueue(turn, index.touched);
    if (queue === null) {
      if (!overflowForNobody(turn)) break;
      continue;
    }
    const group = state.queues.get(queue);
    const call = state.calls.get(index.waiting.get(queue)?.at(0) ?? '');
    const lane = index.lanes.get(queue);
    if (!group || !call || !lane) break;
    about(turn, call.id);
    const [winner, runnerUp] = choose(call, lane);
    const agent = state.agents.get(winner ?? '');
    if (!agent) break;
    makeOffer(turn, call, agent, group, whyThis(turn, group, lane, agent, runnerUp));
  }
  index.touched.clear();
}

/** On our way out: who waits and is not being rung just now goes to the fallback. */
function handOver(turn: Turn): void {
  const { index, state } = turn.world;
  for (const queue of [...index.touched].sort(compareIds)) {
    for (const id of [...(index.queued.get(queue) ?? [])].sort(compareIds)) {
      const call = state.calls.get(id);
      if (call?.phase === 'waiting' && call.offers.length === 0) turnAway(turn, call, 'draining');
    }
  }
  index.touched.clear();
}

function earliestQueue(turn: Turn, touched: ReadonlySet<QueueId>): QueueId | null {
  const { index } = turn.world;
  let best: { queue: QueueId; call: string; key: readonly number[] } | null = null;
  for (const queue of touched) {
    const waiting = index.waiting.get(queue);
    const call = waiting?.at(0);
    if (waiting === undefined || call === undefined || !index.lanes.get(queue)?.size) continue;
    const key = waiting.keyOf(call) ?? [];
    const sooner = best === null || (compareKeys(key, best.key) || compareIds(call, best.call)) < 0;
    if (sooner) best = { queue, call, key };
  }
  return best?.queue ?? null;
}

/** The first of the lane who was not asked for this call yet; when all were, the first of those asked least. */
function choose(call: Call, lane: Ordered): [string | undefined, string | undefined] {
  if (Object.keys(call.asked).length === 0) return [lane.at(0), lane.at(1)];
  let best: string | undefined;
  let second: string | undefined;
  let bestAsked = Number.POSITIVE_INFINITY;
  for (let place = 0; place < lane.size; place += 1) {
    const id = lane.at(place);
    const asked = call.asked[id ?? ''] ?? 0;
    if (asked < bestAsked) {
      second = best;
      best = id;
      bestAsked = asked;
      if (asked === 0) return [best, second ?? lane.at(place + 1)];
    } else second ??= id;
  }
  return [best, second];
}

function whyThis(
  turn: Turn,
  group: QueueSettings,
  lane: Ordered,
  agent: Agent,
  runnerUp: string | undefined,
): OfferWhy {
  const passedOver: Record<string, number> = {};
  const tally = [...(turn.world.index.tally.get(group.id) ?? [])].sort(([a], [b]) => compareIds(a, b));
  for (const [reason, number] of tally) if (reason !== 'available' && number > 0) passedOver[reason] = number;
  return {
    strategy: group.strategy,
    key: lane.keyOf(agent.id) ?? [],
    runnerUp: runnerUp === undefined ? null : { agent: runnerUp, key: lane.keyOf(runnerUp) ?? [] },
    idle: lane.size,
    passedOver,
  };
}

/** States in which a member may yet take a call without anybody's doing. */
const hopeful = ['available', 'offered', 'releasing', 'talking', 'wrap-up', 'backing-off', 'busy-elsewhere', 'resting'];

function isHopeless({ world: { index, state } }: Turn, queue: QueueId): boolean {
  if ((state.queues.get(queue)?.leaveWhen ?? 'never') === 'never' || !index.queued.get(queue)?.size) return false;
  const tally = index.tally.get(queue);
  return !hopeful.some((reason) => (tally?.get(reason) ?? 0) > 0);
}

function overflowForNobody(turn: Turn): boolean {
  const { index, state } = turn.world;
  let moved = false;
  // Nearly always there is none, and every step comes by here: sorted only then.
  const hopeless = [...index.touched].filter((queue) => isHopeless(turn, queue));
  for (const queue of hopeless.sort(compareIds)) {
    const group = state.queues.get(queue);
    if (group === undefined) continue;
    for (const id of [...(index.queued.get(queue) ?? [])].sort(compareIds)) {
      const call = state.calls.get(id);
      if (call?.phase !== 'waiting') continue;
      sendTo(turn, call, group.overflow, 'nobody');
      moved = true;
    }
  }
  return moved;
}
