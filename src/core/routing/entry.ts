import { hear } from '../calls/hearing.ts';
import { beginWaiting } from '../calls/inbound.ts';
import { compareIds } from '../ordered.ts';
import type { QueueIndex } from '../queue-index.ts';
import type { QueueSettings } from '../queue-settings.ts';
import type { Call } from '../state.ts';
import { changedCall, type Turn, tell } from '../turn.ts';
import { queueIndex, touch } from '../world.ts';
import { dueOf, headStart, mostHeadStart } from './due.ts';
import { isNobodyThere, leastNeeds } from './nobody.ts';
import { sendTo } from './overflow.ts';
import { needsAfter } from './skills.ts';
import { planWaves, takeSteps } from './steps.ts';

/**
 * The call comes to a queue: it waits there, or overflows at once when the queue is full or, by its rule,
 * nobody is there who could take it.
 * Its first time of entry, and so its place, is kept for ever; a priority that it once had does not fall.
 */
export function enqueue(turn: Turn, call: Call, queue: QueueSettings): void {
  const index = queueIndex(turn.world.index, queue.id);
  call.callee = null;
  call.ringUntil = null;
  const why = refusal(turn, call, index, queue);
  if (why !== null) {
    call.queue = queue.id;
    return sendTo(turn, call, queue.overflow, why);
  }
  const priority = call.wishes.priority ?? queue.priority;
  call.priority = call.queuedAt === null ? priority : Math.max(call.priority, priority);
  call.queuedAt = turn.now;
  call.rises = 0;
  call.relaxed = 0;
  call.tier = 0;
  call.wave = 0;
  call.waveAt = null;
  call.needs = needsAfter(call.wishes.needs ?? queue.needs, [], 0);
  call.due = dueOf(call, queue, turn.world.state.meta.limits);
  if (call.wishes.place !== undefined && call.aheadMs === 0) takePlace(turn, call, queue, index, call.wishes.place);
  call.queue = queue.id;
  call.waitUntil = turn.now + queue.maxWaitMs;
  hear(turn, call, beginWaiting(turn, call));
  changedCall(turn, call);
  touch(turn.world.index, index);
  const { due, id, needs } = call;
  tell(turn, {
    type: 'call-queued',
    call: id,
    queue: queue.id,
    due,
    priority: call.priority,
    needs,
    waiting: index.queued.size,
  });
  takeSteps(turn, call);
}

/** The settings of its queue have changed: the call's place and needs follow, and what it has taken stays taken. */
export function rekey(turn: Turn, call: Call, queue: QueueSettings): void {
  const { due, needs, priority } = call;
  call.priority = Math.max(call.priority, call.wishes.priority ?? queue.priority);
  call.due = dueOf(call, queue, turn.world.state.meta.limits);
  call.needs = needsAfter(call.wishes.needs ?? queue.needs, queue.relax, call.relaxed);
  planWaves(turn, call, queue);
  changedCall(turn, call);
  if (due !== call.due || needs !== call.needs || priority !== call.priority)
    tell(turn, {
      type: 'call-rekeyed',
      call: call.id,
      queue: queue.id,
      due: call.due,
      priority: call.priority,
      needs: call.needs,
    });
  takeSteps(turn, call);
}

function refusal(turn: Turn, call: Call, index: QueueIndex, queue: QueueSettings): 'full' | 'nobody' | null {
  if (queue.maxLength !== null && index.queued.size >= queue.maxLength) return 'full';
  // Until the first survey is done nobody knows who is reachable: the rule for leaving judges then.
  if (turn.world.state.meta.pbx !== 'ready' || queue.refuseWhen === 'never') return null;
  return isNobodyThere(index, queue.refuseWhen, leastNeeds(call, queue)) ? 'nobody' : null;
}

/**
 * Gives a call the head start that takes it to the place it wants, as far as the calls of a higher priority that stand
 * before it and the largest head start allow. Between calls whose dues have no whole number between them there is no
 * place: then it stands behind them.
 */
function takePlace(turn: Turn, call: Call, queue: QueueSettings, index: QueueIndex, wanted: number): void {
  const { calls, meta } = turn.world.state;
  const inOrder = (a: Call, b: Call): number => a.due - b.due || compareIds(a.id, b.id);
  const before = [...index.queued]
    .flatMap((id) => calls.get(id) ?? [])
    .filter((other) => inOrder(other, call) < 0)
    .sort(inOrder);
  const afterHigher = before.findLastIndex(({ priority }) => priority > call.priority) + 1;
  let place = Math.max(wanted - 1, afterHigher);
  while (place > 0 && (before[place]?.due ?? Number.POSITIVE_INFINITY) - (before[place - 1]?.due ?? 0) < 2) place += 1;
  const next = before[place];
  if (next === undefined) return;
  const most = mostHeadStart(meta.limits) - headStart(meta.limits, call.priority);
  call.aheadMs = Math.min(most, Math.max(0, call.due - (next.due - 1)));
  call.due = dueOf(call, queue, meta.limits);
}
