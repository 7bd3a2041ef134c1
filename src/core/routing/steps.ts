import { compareIds } from '../ordered.ts';
import type { QueueIndex } from '../queue-index.ts';
import type { QueueSettings } from '../queue-settings.ts';
import type { Call } from '../state.ts';
import { changedCall, type Turn, tell } from '../turn.ts';
import { queueIndex } from '../world.ts';
import { isThere } from './availability.ts';
import { dueOf } from './due.ts';
import { needsAfter, needsFrom, unmetNeed } from './skills.ts';

/*
 * With time a waiting call rises in priority, needs less, and may go to more members. Each step is a deadline that is
 * in the call's row as a count of what was taken: between two of them nothing changes by itself, so that the order of
 * waiting and the lanes hold.
 */

/** When the call's next step is due; null when there is none. */
export function nextStepAt(call: Call, queue: QueueIndex | null): number | null {
  const settings = queue?.settings;
  const { queuedAt } = call;
  if (!queue || !settings || queuedAt === null) return null;
  const { rises, relax, tiers } = settings;
  let next = call.waveAt ?? Number.POSITIVE_INFINITY;
  const rise = rises[call.rises];
  if (rise !== undefined) next = Math.min(next, queuedAt + rise.afterMs);
  const relaxation = call.needs === '' ? undefined : relax[call.relaxed];
  if (relaxation !== undefined) next = Math.min(next, queuedAt + relaxation.afterMs);
  if (call.tier < queue.lastTier) next = Math.min(next, queuedAt + (call.tier + 1) * tiers.afterMs);
  return next === Number.POSITIVE_INFINITY ? null : next;
}

/** Takes the steps that are due. */
export function takeSteps(turn: Turn, call: Call): void {
  const queue = call.queue === null ? null : queueIndex(turn.world.index, call.queue);
  const settings = queue?.settings;
  if (!queue || !settings || call.phase !== 'waiting' || call.queuedAt === null) return;
  const waitedMs = turn.now - call.queuedAt;
  takeRises(turn, call, settings, waitedMs);
  takeRelaxations(turn, call, settings, waitedMs);
  while (call.tier < queue.lastTier && (call.tier + 1) * settings.tiers.afterMs <= waitedMs)
    openTier(turn, call, settings, 'waited');
  if (call.waveAt !== null && call.waveAt <= turn.now) beginWave(turn, call, settings);
  changedCall(turn, call);
}

function takeRises(turn: Turn, call: Call, settings: QueueSettings, waitedMs: number): void {
  const before = call.priority;
  for (let rise = settings.rises[call.rises]; rise !== undefined; rise = settings.rises[call.rises]) {
    if (rise.afterMs > waitedMs) break;
    call.rises += 1;
    call.priority = Math.max(call.priority, rise.priority);
  }
  if (call.priority === before) return;
  call.due = dueOf(call, settings, turn.world.state.meta.limits);
  tell(turn, { type: 'call-rose', call: call.id, queue: settings.id, priority: call.priority, due: call.due });
}

function takeRelaxations(turn: Turn, call: Call, settings: QueueSettings, waitedMs: number): void {
  const before = call.needs;
  for (let next = settings.relax[call.relaxed]; next !== undefined; next = settings.relax[call.relaxed]) {
    if (next.afterMs > waitedMs) break;
    call.relaxed += 1;
  }
  call.needs = needsAfter(call.wishes.needs ?? settings.needs, settings.relax, call.relaxed);
  if (call.needs === before) return;
  tell(turn, { type: 'call-relaxed', call: call.id, queue: settings.id, step: call.relaxed, needs: call.needs });
}

function openTier(turn: Turn, call: Call, settings: QueueSettings, why: 'waited' | 'tried'): void {
  call.tier += 1;
  tell(turn, { type: 'tier-opened', call: call.id, queue: settings.id, tier: call.tier, why });
}

/** Ring-all begins with a wave at the first offer, and with another one at each of these deadlines. */
export function beginWave(turn: Turn, call: Call, settings: QueueSettings): void {
  const { waves, maxRinging, strategy } = settings;
  call.waveAt = null;
  if (waves === null || strategy !== 'ring-all') return;
  call.wave += 1;
  const most = Math.min(maxRinging, waves.size * call.wave);
  if (most < maxRinging) call.waveAt = turn.now + waves.everyMs;
  tell(turn, { type: 'wave-began', call: call.id, queue: settings.id, wave: call.wave, most });
}

/** Other settings may leave room for more waves, or for none; and who is rung already may be the first wave now. */
export function planWaves(turn: Turn, call: Call, settings: QueueSettings): void {
  const { waves, maxRinging, strategy } = settings;
  if (call.wave === 0 && call.phase === 'waiting' && call.offers.length > 0) return beginWave(turn, call, settings);
  const goOn = waves !== null && strategy === 'ring-all' && call.wave > 0 && waves.size * call.wave < maxRinging;
  // One that is due already is never put off.
  call.waveAt = goOn ? Math.min(call.waveAt ?? Number.POSITIVE_INFINITY, turn.now + waves.everyMs) : null;
}

/**
 * Opens the next tier to each call of which everybody who is there and fits in the open ones was tried. Asked for a call
 * that came, lost an offer or needs something else, and for all of a queue when its settings changed, or when a member went
 * away or has other skills: nothing else can make it so.
 */
export function openTiers(turn: Turn): void {
  const { untried } = turn.world.index;
  if (untried.size === 0) return;
  for (const id of [...untried].sort(compareIds)) {
    const call = turn.world.state.calls.get(id);
    const queue = turn.world.index.queues.get(call?.queue ?? '');
    if (call?.phase !== 'waiting' || !queue?.settings?.tiers.whenTried) continue;
    const before = call.tier;
    while (call.tier < queue.lastTier && allTried(call, queue)) openTier(turn, call, queue.settings, 'tried');
    if (call.tier !== before) changedCall(turn, call);
  }
  untried.clear();
}

/** O(members), but it ends at the first who is there and was not asked. */
function allTried(call: Call, queue: QueueIndex): boolean {
  const needs = needsFrom(call.needs);
  for (const { user, tier, agent } of queue.members.values()) {
    if (tier > call.tier || (call.asked[user] ?? 0) > 0 || !isThere(agent.reason)) continue;
    if (unmetNeed(agent.profile.skills, needs) === null) return false;
  }
  return true;
}
