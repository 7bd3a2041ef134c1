import { applyOutside } from './apply-outside.ts';
import { applySettings } from './apply-settings.ts';
import { told } from './calls/announce.ts';
import { callerArrived } from './calls/arrival.ts';
import { callJoined, joinFailed } from './calls/call.ts';
import { pressed } from './calls/confirm.ts';
import { legForwarded } from './calls/forward.ts';
import { legGone } from './calls/gone.ts';
import { legAnswered, legCreated, legLeft, legRang, legRefused, legSeen } from './calls/leg.ts';
import type { Command } from './commands.ts';
import { emergencyDialled } from './emergency.ts';
import type { Event } from './events.ts';
import { expire, unpark } from './expire.ts';
import type { NumberedFact } from './facts.ts';
import { defaultFeatureCodes } from './features.ts';
import { act } from './intents.ts';
import { compareIds } from './ordered.ts';
import { freeOrphans } from './orphans.ts';
import { phoneReachable, phonesSurveyed } from './phones.ts';
import { surveyAgreed, surveyed, surveyFailed } from './reconcile.ts';
import { seedOf } from './routing/dice.ts';
import { rekey } from './routing/entry.ts';
import { account } from './routing/ledger.ts';
import { match } from './routing/queue.ts';
import { setAside } from './set-aside.ts';
import { trunksSeen } from './trunks.ts';
import { about, askSurvey, begin, changedAgent, changedMeta, type Turn, tell } from './turn.ts';
import { defaultLimits, type World } from './world.ts';

/**
 * The only function that changes routing state: applies one event, then gives waiting calls to idle agents. Deadlines
 * expire with the `tick`, which the engine puts behind all the events that it has read: an answer that lay in the socket
 * is never beaten by a timer. `now` is engine time in ms. Same world, event and time: same commands and facts.
 */
export function step(
  world: World,
  event: Event,
  now: number,
): { readonly commands: Command[]; readonly facts: NumberedFact[] } {
  const turn = begin(world, now);
  about(turn, callOf(world, event));
  apply(turn, event);
  match(turn);
  for (const command of turn.later) turn.commands.push(command);
  return { commands: turn.commands, facts: turn.facts };
}

/** Whom an event is about, as far as it says so itself. */
function callOf({ state }: World, event: Event): string | null {
  if ('call' in event) return event.call;
  if ('leg' in event) return state.legs.get(event.leg)?.call ?? null;
  if (event.type === 'intent' && 'call' in event.ask) return event.ask.call;
  return null;
}

function apply(turn: Turn, event: Event): void {
  const { state } = turn.world;
  switch (event.type) {
    case 'started':
      return started(turn, event);
    case 'tick':
      return expire(turn);
    case 'calendar':
      return dayBegan(turn, event.day, event.zoneMs ?? 0);
    case 'set-aside':
      return setAside(turn, event.call);
    case 'settings':
      return applySettings(turn, event);
    case 'outside':
      return applyOutside(turn, event);
    case 'pbx-connected':
      return pbxConnected(turn);
    case 'pbx-lost':
      return pbxLost(turn);
    case 'surveyed':
      surveyed(turn, event);
      freeOrphans(turn);
      return unpark(turn);
    case 'survey-agreed':
      surveyAgreed(turn, event.askedAt);
      return freeOrphans(turn);
    case 'survey-failed':
      return surveyFailed(turn, event.askedAt);
    case 'caller-arrived':
      return callerArrived(turn, event);
    case 'leg-created':
      return legCreated(turn, event.leg, event.dialled === true);
    case 'leg-rang':
      return legRang(turn, event.leg, event.evidence);
    case 'leg-answered':
      return legAnswered(turn, event.leg);
    case 'leg-told':
      return told(turn, event.leg);
    case 'leg-pressed':
      return pressed(turn, event.leg, event.accepts);
    case 'leg-forwarded':
      return legForwarded(turn, event.leg, event.to);
    case 'leg-left':
      return legLeft(turn, event.leg);
    case 'leg-gone':
      return legGone(turn, event.leg, { cause: event.cause, sip: event.sip, outcome: null });
    case 'leg-refused':
      return legRefused(turn, event.leg, event.status);
    case 'leg-seen':
      return seen(turn, event);
    case 'joined': {
      const call = state.calls.get(event.call);
      if (call?.partner && event.legs.includes(call.partner.leg)) callJoined(turn, call);
      return;
    }
    case 'join-refused': {
      const call = state.calls.get(event.call);
      if (call?.partner && event.status !== 0 && event.legs.includes(call.partner.leg)) joinFailed(turn, call);
      return;
    }
    case 'phone-reachable':
      return phoneReachable(turn, event.phone, event.reachable, event.by);
    case 'phones-surveyed':
      return phonesSurveyed(turn, event.reachable, event.by);
    case 'emergency-dialled':
      return emergencyDialled(turn, event);
    case 'trunks-seen':
      return trunksSeen(turn, event.trunks);
    case 'intent':
      return act(turn, event);
  }
}

/** What a look found; a caller in our hands whom no row knows is taken in. */
function seen(turn: Turn, event: Extract<Event, { type: 'leg-seen' }>): void {
  const { leg, found } = event;
  if (turn.world.state.legs.has(leg)) return legSeen(turn, leg, found?.state ?? null);
  if (found?.arrival) callerArrived(turn, { leg, ...found.arrival });
}

function started(turn: Turn, event: Extract<Event, { type: 'started' }>): void {
  const { meta, calls } = turn.world.state;
  meta.epoch = event.epoch;
  meta.nextId = 1;
  // A journal of an older version lacks the limits that came later.
  const before = meta.limits.headStartsMs;
  meta.limits = { ...defaultLimits, ...event.limits };
  meta.features = event.features ?? defaultFeatureCodes;
  meta.pbx = 'down';
  meta.draining = false;
  meta.surveyAt = null;
  meta.dice = seedOf(event.epoch);
  changedMeta(turn);
  tell(turn, { type: 'engine-started', epoch: event.epoch, calls: calls.size });
  if (meta.limits.headStartsMs.some((ms, place) => ms !== before[place])) orderAnew(turn);
}

/** Another table of head starts came with the configuration: everybody who waits has a new place. */
function orderAnew(turn: Turn): void {
  const { calls, queues } = turn.world.state;
  for (const call of [...calls.values()].sort((a, b) => compareIds(a.id, b.id))) {
    const queue = queues.get(call.queue ?? '');
    if (queue && call.phase === 'waiting') rekey(turn, call, queue);
  }
}

function dayBegan(turn: Turn, day: string, zoneMs: number): void {
  const { meta, agents } = turn.world.state;
  if (meta.zoneMs !== zoneMs) {
    meta.zoneMs = zoneMs;
    changedMeta(turn);
  }
  if (meta.day === day) return;
  meta.day = day;
  for (const agent of agents.values()) {
    account(turn, agent);
    changedAgent(turn, agent);
  }
  tell(turn, { type: 'day-began', day });
}

/** Nothing is offered until the first survey has said what is. */
function pbxConnected(turn: Turn): void {
  const { meta } = turn.world.state;
  meta.pbx = 'connected';
  meta.doubts = [];
  askSurvey(turn, true);
  tell(turn, { type: 'pbx-connected' });
}

function pbxLost(turn: Turn): void {
  const { meta } = turn.world.state;
  if (meta.pbx === 'down') return;
  meta.pbx = 'down';
  meta.surveyAt = null;
  changedMeta(turn);
  tell(turn, { type: 'pbx-lost' });
}
