import { callJoined } from './calls/call.ts';
import { askAgain } from './calls/confirm.ts';
import { type Gone, legGone, letGo } from './calls/gone.ts';
import { giveAwayAgain } from './calls/lease.ts';
import { giveUp, hangUpLeg, legAnswered, legRang, lostLeg } from './calls/leg.ts';
import type { Event, SeenLeg } from './events.ts';
import type { Call, Leg, LegId } from './state.ts';
import { type Difference, desired, differences } from './topology.ts';
import { about, changedCall, changedMeta, isOurs, send, type Turn, tell } from './turn.ts';
import { touchAll, type World } from './world.ts';

type Surveyed = Extract<Event, { type: 'surveyed' }>;

/** The periodic survey looks only at what has not changed for so long: younger things may be on their way. */
const settledMs = 5_000;

/**
 * Asterisk was asked what is: every difference from what should be becomes what the missed event would have done. After a
 * gap everything counts at once; the periodic survey must see a difference twice, or it would repair races that are none.
 */
export function surveyed(turn: Turn, event: Surveyed): void {
  const { state } = turn.world;
  const { meta } = state;
  if (meta.pbx === 'down' || (event.askedAt ?? meta.askedAt) !== meta.askedAt) return;
  const restarted = meta.pbxStarted !== '' && meta.pbxStarted !== event.pbxStarted;
  meta.pbxStarted = event.pbxStarted;
  meta.surveyAt = turn.now + meta.limits.surveyMs;
  if (event.full) meta.pbx = 'ready';
  const counts = { adopted: 0, lost: 0 };
  const doubts: string[] = [];
  const askedAt = event.askedAt ?? turn.now + 1;
  // Before anything is joined: whoever was to be answered by a daemon that died meanwhile was perhaps not.
  if (event.full) for (const leg of event.legs) answerAgain(turn, leg);
  const there = new Set(event.legs.map((leg) => leg.leg));
  const judged = differences(desired(state), event, isOurs).filter((one) => !isYounger(turn.world, one, askedAt));
  for (const difference of judged) {
    about(turn, 'call' in difference ? difference.call : state.legs.get(entityOf(difference))?.call);
    if (event.full) repair(turn, difference, restarted ? { ...lostLeg, outcome: 'lost-pbx' } : lostLeg, counts, there);
    else if (isCertain(turn, difference, doubts)) {
      const repairs = { adopted: 0, lost: 0 };
      if (repair(turn, difference, lostLeg, repairs, there))
        tell(turn, { type: 'repaired', what: difference.kind, entity: entityOf(difference) });
    }
  }
  meta.doubts = doubts;
  changedMeta(turn);
  if (!event.full) return;
  for (const leg of event.legs) hearAgain(turn, leg);
  askAgain(turn);
  tell(turn, { type: 'pbx-ready', ...counts });
  touchAll(turn.world.index);
}

/**
 * Whether a caller was answered may have been lost with the daemon, whatever became of their call since: an agent's phone can have
 * been answered while nobody was there. It may be asked for twice.
 */
function answerAgain(turn: Turn, seen: SeenLeg): void {
  const leg = turn.world.state.legs.get(seen.leg);
  const call = leg && turn.world.state.calls.get(leg.call);
  if (leg?.role !== 'caller' || leg.ending !== null || call?.answered !== true || call.phase === 'ended') return;
  if (seen.state !== 'up' && seen.state !== 'away') send(turn, { do: 'answer', leg: leg.id });
}

/** Whether a caller hears music may have been lost with the daemon: it may be asked for twice. */
function hearAgain(turn: Turn, seen: SeenLeg): void {
  const leg = turn.world.state.legs.get(seen.leg);
  const call = leg && turn.world.state.calls.get(leg.call);
  if (leg?.role !== 'caller' || call?.phase !== 'waiting' || seen.state === 'away') return;
  if (call.hearing !== 'silence') send(turn, { do: 'hear', leg: leg.id, what: call.hearing, was: 'silence' });
}

/**
 * Whether a periodic survey would put nothing right, and raise no doubt that the next one could confirm. Whoever asked for it can say
 * this in a word.
 */
export function isAsItShouldBe(world: World, survey: Surveyed, now: number): boolean {
  const { state } = world;
  if (survey.full || state.meta.pbx !== 'ready' || state.meta.pbxStarted !== survey.pbxStarted) return false;
  const askedAt = survey.askedAt ?? now + 1;
  return differences(desired(state), survey, isOurs).every(
    (one) => isYounger(world, one, askedAt) || !isSettled(world, one, now),
  );
}

/** A survey found what `isAsItShouldBe` says: whatever the one before it doubted is no more. */
export function surveyAgreed(turn: Turn, askedAt: number): void {
  const { meta } = turn.world.state;
  if (meta.pbx !== 'ready' || askedAt !== meta.askedAt) return;
  meta.surveyAt = turn.now + meta.limits.surveyMs;
  meta.doubts = [];
  changedMeta(turn);
}

/** No answer: it is asked again soon, since nothing is offered until the first one after a gap. */
export function surveyFailed(turn: Turn, askedAt: number): void {
  const { meta } = turn.world.state;
  if (meta.pbx === 'down' || askedAt !== meta.askedAt) return;
  meta.surveyAt = turn.now + meta.limits.confirmMs;
  changedMeta(turn);
}

/** What came, or changed, after the question is not in the answer. */
function isYounger({ state }: World, difference: Difference, askedAt: number): boolean {
  const { legs, calls } = state;
  if ('leg' in difference) return (legs.get(difference.leg)?.changedAt ?? 0) >= askedAt;
  if (difference.kind === 'room-missing' || difference.kind === 'not-in-room') {
    return (calls.get(difference.call)?.legs ?? []).some((leg) => (legs.get(leg)?.changedAt ?? 0) >= askedAt);
  }
  return false;
}

/** Puts one difference right, through the same functions that events go through. Returns whether there was anything to do. */
function repair(
  turn: Turn,
  difference: Difference,
  lost: Gone,
  counts: { adopted: number; lost: number },
  there: ReadonlySet<LegId>,
): boolean {
  const { state } = turn.world;
  switch (difference.kind) {
    case 'leg-missing':
      counts.lost += 1;
      legGone(turn, difference.leg, lost);
      return true;
    case 'leg-away':
      return away(turn, state.legs.get(difference.leg), there);
    case 'leg-lingers': {
      const leg = state.legs.get(difference.leg);
      if (leg?.ending) send(turn, { do: 'hang-up', leg: leg.id, cause: leg.ending });
      return leg !== undefined;
    }
    case 'leg-stays': {
      const call = state.calls.get(state.legs.get(difference.leg)?.call ?? '');
      if (call) giveAwayAgain(turn, call);
      return call !== undefined;
    }
    case 'leg-behind': {
      // Whether it was dialled cannot be known: it ends without blame, and the call is offered anew.
      const leg = state.legs.get(difference.leg);
      if (leg) giveUp(turn, leg, 'lost');
      return leg !== undefined;
    }
    case 'leg-ahead':
      counts.adopted += 1;
      return catchUp(turn, difference);
    case 'leg-alone': {
      const leg = state.legs.get(difference.leg);
      if (leg) hangUpLeg(turn, leg, 'normal');
      return leg !== undefined;
    }
    case 'leg-stranger':
      send(turn, { do: 'hang-up', leg: difference.leg, cause: 'normal' });
      return true;
    case 'caller-stranger': {
      // It may have left since the question: one look, whose answer comes in order with the events, and it is adopted.
      send(turn, { do: 'look', leg: difference.seen.leg });
      counts.adopted += 1;
      return true;
    }
    case 'room-stranger':
      send(turn, { do: 'close-room', call: difference.call });
      return true;
    case 'room-missing': {
      const call = state.calls.get(difference.call);
      if (!call || call.phase === 'ended') return false;
      send(turn, { do: 'open-room', call: call.id });
      return true;
    }
    case 'not-in-room':
      return joinAgain(turn, state.calls.get(difference.call));
    case 'in-room': {
      const call = state.calls.get(difference.call);
      if (call?.phase !== 'connecting') return false;
      callJoined(turn, call);
      return true;
    }
  }
}

function away(turn: Turn, leg: Leg | undefined, there: ReadonlySet<LegId>): boolean {
  if (leg) letGo(turn, leg, (id) => there.has(id));
  return leg !== undefined;
}

function catchUp(turn: Turn, ahead: Extract<Difference, { kind: 'leg-ahead' }>): boolean {
  if (ahead.state === 'up') legAnswered(turn, ahead.leg);
  else if (ahead.state === 'ringing') legRang(turn, ahead.leg, 'ringing');
  else {
    // Whether it was dialled is not known, and a second dial would end it.
    const leg = turn.world.state.legs.get(ahead.leg);
    if (leg) giveUp(turn, leg, 'lost');
  }
  return true;
}

function joinAgain(turn: Turn, call: Call | undefined): boolean {
  if (!call?.partner || (call.phase !== 'connecting' && call.phase !== 'talking')) return false;
  if (call.phase === 'connecting') call.joinBy = turn.now + turn.world.state.meta.limits.confirmMs;
  changedCall(turn, call);
  send(turn, { do: 'join', call: call.id, legs: [call.caller, call.partner.leg] });
  return true;
}

/** Whether two surveys running have seen the same, of something that does not change any more. */
function isCertain(turn: Turn, difference: Difference, doubts: string[]): boolean {
  if (!isSettled(turn.world, difference, turn.now)) return false;
  const doubt = `${difference.kind} ${entityOf(difference)}`;
  doubts.push(doubt);
  return turn.world.state.meta.doubts.includes(doubt);
}

function isSettled({ state }: World, difference: Difference, now: number): boolean {
  const { legs, calls } = state;
  const isOld = (id: string | undefined) => now - (legs.get(id ?? '')?.changedAt ?? now) >= settledMs;
  switch (difference.kind) {
    case 'leg-missing':
    case 'leg-away':
    case 'leg-lingers':
    case 'leg-stays':
    case 'leg-ahead':
    case 'leg-alone':
      return isOld(difference.leg);
    case 'leg-stranger':
    case 'caller-stranger':
    case 'room-stranger':
    case 'room-missing':
      return true;
    case 'not-in-room':
      return calls.get(difference.call)?.phase === 'talking' && difference.legs.every(isOld);
    case 'leg-behind': // Its own deadline for a sign of life decides.
    case 'in-room':
      return false;
  }
}

function entityOf(difference: Difference): string {
  if ('leg' in difference) return difference.leg;
  return 'seen' in difference ? difference.seen.leg : difference.call;
}
