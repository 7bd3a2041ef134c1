import assert from 'node:assert';
import { endAlarm } from './alarms.ts';
import { announcedForLong } from './calls/announce.ts';
import { joinFailed } from './calls/call.ts';
import { confirmOver } from './calls/confirm.ts';
import { internalRungOut } from './calls/internal.ts';
import { renewLease } from './calls/lease.ts';
import { legDue } from './calls/leg.ts';
import { minutesDue } from './calls/minutes.ts';
import type { DeadlineKind } from './deadlines.ts';
import { compareIds } from './ordered.ts';
import { reindexLeg, reindexOffer } from './reindex.ts';
import { reindexCall } from './reindex-call.ts';
import { goIdle, unbarStation, updateReachable } from './routing/agent.ts';
import { endOffer, offerRungOut } from './routing/offer.ts';
import { sendTo } from './routing/overflow.ts';
import { limitOver } from './routing/readiness.ts';
import { endHold } from './routing/rona.ts';
import { takeSteps } from './routing/steps.ts';
import type { Agent, Call } from './state.ts';
import { about, askSurvey, changedCall, changedPhone, type Turn } from './turn.ts';

/** So many deadlines are expired in one step at the most; the rest are due in the next. */
const maxExpired = 1_000;

/** Expires what is due, in the order (time, id). What needs Asterisk waits while it is away. */
export function expire(turn: Turn): void {
  const { deadlines, parked } = turn.world.index;
  for (let count = 0; count < maxExpired; count += 1) {
    const first = deadlines.first();
    if (first === undefined || first.at > turn.now) return;
    // The entry itself moves on with its row: what it was is kept here.
    const { kind, id, at } = first;
    if (turn.world.state.meta.pbx !== 'ready' && needsPbx(turn, kind)) {
      deadlines.move(first, null);
      parked.add(`${kind}/${id}`);
      continue;
    }
    // What is derived of the call is at hand with its deadline: nothing is looked up for a lease.
    if (first.of !== null) turn.world.index.last.place = first.of;
    expireOne(turn, kind, id, first.of?.call);
    const after = deadlines.first();
    assert(after?.id !== id || after.kind !== kind || after.at !== at, `deadline ${kind}/${id} was not dealt with`);
  }
}

function needsPbx(turn: Turn, kind: DeadlineKind): boolean {
  if (kind === 'meta') return turn.world.state.meta.pbx === 'down';
  return kind === 'calls' || kind === 'legs' || kind === 'offers';
}

/** Asterisk is back and surveyed: the deadlines that waited for it stand again as their rows say. */
export function unpark(turn: Turn): void {
  const { index, state } = turn.world;
  if (state.meta.pbx !== 'ready') return;
  for (const id of index.parked) {
    const [kind, key] = partsOf(id);
    const call = kind === 'calls' ? state.calls.get(key) : undefined;
    const leg = kind === 'legs' ? state.legs.get(key) : undefined;
    const offer = kind === 'offers' ? state.offers.get(key) : undefined;
    if (call) reindexCall(turn.world, call);
    if (leg) reindexLeg(turn.world, leg);
    if (offer) reindexOffer(turn.world, offer);
  }
  index.parked.clear();
}

function partsOf(id: string): [kind: string, key: string] {
  const slash = id.indexOf('/');
  return [id.slice(0, slash), id.slice(slash + 1)];
}

function expireOne(turn: Turn, kind: DeadlineKind, key: string, call: Call | undefined): void {
  const { state } = turn.world;
  switch (kind) {
    case 'agents': {
      const agent = state.agents.get(key);
      about(turn, agent?.work.call);
      if (agent) agentDue(turn, agent);
      return;
    }
    case 'phones': {
      const phone = state.phones.get(key);
      if (!phone) return;
      phone.suspectUntil = null;
      changedPhone(turn, phone);
      return updateReachable(turn, phone.user, 'suspect-over');
    }
    case 'calls': {
      about(turn, call?.id);
      if (call) callDue(turn, call);
      return;
    }
    case 'offers': {
      const offer = state.offers.get(key);
      about(turn, offer?.call);
      if (offer?.phase === 'confirming') return confirmOver(turn, offer);
      if (offer) offerRungOut(turn, offer);
      return;
    }
    case 'alarms': {
      const alarm = state.alarms.get(key);
      if (alarm) endAlarm(turn, alarm.kind, alarm.about);
      return;
    }
    case 'legs': {
      const leg = state.legs.get(key);
      about(turn, leg?.call);
      if (leg) legDue(turn, leg);
      return;
    }
    case 'meta':
      return surveyDue(turn);
  }
}

function surveyDue(turn: Turn): void {
  askSurvey(turn, turn.world.state.meta.pbx !== 'ready');
}

function agentDue(turn: Turn, agent: Agent): void {
  if (agent.hold?.until !== null && agent.hold !== null && agent.hold.until <= turn.now) endHold(turn, agent, 'rested');
  if (agent.barred !== null && agent.barred.until <= turn.now) unbarStation(turn, agent, 'bar-over');
  if (agent.ready.limitAt !== null && !agent.ready.overdue && agent.ready.limitAt <= turn.now) limitOver(turn, agent);
  if (agent.work.until === null || agent.work.until > turn.now) return;
  if (agent.work.is !== 'releasing') return goIdle(turn, agent);
  const { call } = agent.work;
  const [offer] = [...turn.world.state.offers.values()]
    .filter((one) => one.agent === agent.id && one.call === call && one.phase === 'cancelling')
    .sort((a, b) => compareIds(a.id, b.id));
  if (offer) endOffer(turn, offer, offer.outcome ?? 'lost');
  else goIdle(turn, agent);
}

function callDue(turn: Turn, call: Call): void {
  if (call.leaseAt !== null && call.leaseAt <= turn.now) renewLease(turn, call);
  if (call.phase === 'announcing' && call.joinBy !== null && call.joinBy <= turn.now)
    return announcedForLong(turn, call);
  if (call.phase === 'connecting' && call.joinBy !== null && call.joinBy <= turn.now) return joinFailed(turn, call);
  if (call.phase === 'talking' && call.outbound?.talkUntil != null && call.outbound.talkUntil <= turn.now)
    return minutesDue(turn, call);
  if (call.phase !== 'waiting') return;
  if (call.ringUntil !== null && call.ringUntil <= turn.now) return internalRungOut(turn, call);
  if (call.waitUntil === null || call.waitUntil > turn.now) return takeSteps(turn, call);
  const group = turn.world.state.queues.get(call.queue ?? '');
  call.waitUntil = null;
  changedCall(turn, call);
  if (!group && call.queueGone !== null) return sendTo(turn, call, call.queueGone, 'queue-removed');
  sendTo(turn, call, group?.overflow ?? { to: 'hang-up', cause: 'no-answer' }, 'max-wait');
}
