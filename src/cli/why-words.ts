import type { Detail, Hindrance, Standing } from '../core/explain.ts';
import type { OfferWhy } from '../core/facts.ts';
import type { Eligibility } from '../core/routing/eligibility.ts';
import type { StationBar } from '../core/station.ts';

/*
 * The words in which a supervisor or an agent is told why.
 */

/** Why an agent is passed over, as what could follow their name: `wrap-up, 12 s left`. Facts have no `more`. */
export function reasonWords(why: Eligibility, more?: Detail): string {
  switch (why.reason) {
    case 'eligible':
      return 'free';
    case 'asked':
      return `missed or declined this call${why.times === 1 ? '' : ` ${why.times} times`}: others go first`;
    case 'not-waiting':
      return 'the call waits for nobody just now';
    case 'rings-another':
      return `the call rings ${why.ringing === 1 ? 'another' : `${why.ringing} others`} just now`;
    case 'not-a-member':
      return 'not in its queue';
    case 'signed-out':
      return 'signed out';
    case 'not-ready':
      return `not ready${more?.notReady ? ` (${more.notReady})` : ''} for ${lasted(why.forMs)}`;
    case 'held':
      return `held until they choose ready${missesOf(more)}`;
    case 'resting':
      return `resting${missesOf(more)}, ${left(why.leftMs)}`;
    case 'offered':
      return `${numberOf(more) ?? 'their phone'} has been ringing for ${more?.call ?? 'a call'} for ${lasted(why.forMs)}`;
    case 'talking':
      return `in a call${callOf(more)} for ${lasted(why.forMs)}`;
    case 'busy-elsewhere':
      return `on a call of their own for ${lasted(why.forMs)}`;
    case 'wrap-up':
      return `wrap-up, ${left(why.leftMs)}`;
    case 'backing-off':
      return `rest after an offer that failed, ${left(why.leftMs)}`;
    case 'releasing':
      return `an offer${callOf(more)} is just being taken back`;
    case 'unreachable':
      return unreachableWords(why.forMs, more);
    case 'skill':
      return `${why.skill} ${why.has} < ${why.needs}`;
    case 'tier':
      return `penalty tier ${why.tier + 1} opens in ${seconds(why.opensInMs)}`;
    case 'limit':
      return `the queue talks at its limit, ${why.talking} of ${why.most}`;
    case 'kept-free':
      return `kept free for calls of a higher priority: ${why.idle} idle, ${why.agents} to be kept`;
  }
}

/** Their station where it is a number outside. */
function numberOf(more: Detail | undefined): string | null {
  return more?.station?.kind === 'number' ? `station ${more.station.number}` : null;
}

function unreachableWords(forMs: number, more: Detail | undefined): string {
  if (more?.station.kind === 'number' && more.barred !== null)
    return `station ${more.station.number} is not rung: ${barWords(more.barred.why)}, tried again in ${seconds(more.barred.forMs)}`;
  if (more?.phones === 0) return 'has no phone';
  if (more !== undefined && more.suspectMs !== null)
    return `their phone did not react, tried again in ${seconds(more.suspectMs)}`;
  const where = more?.station.kind === 'browser' ? ' in a browser' : '';
  return `no phone${where} registered for ${lasted(forMs)}`;
}

function barWords(why: StationBar): string {
  switch (why) {
    case 'no-trunk':
      return 'no trunk has room';
    case 'unreachable':
      return 'it could not be reached';
    case 'no-rights':
    case 'class':
    case 'prefix':
      return 'the agent may not dial it any more';
    case 'hours':
      return 'not at this time of day';
    case 'calls-at-once':
    case 'calls-per-minute':
    case 'minutes-per-day':
      return `the agent is at their limit (${why})`;
  }
}

/** Why nobody is asked for a call just now. */
export function hindranceWords(hindrance: Hindrance): string {
  switch (hindrance.is) {
    case 'asterisk-away':
      return 'Asterisk is away, or being compared: nothing is offered';
    case 'draining':
      return 'the daemon drains: nothing new is begun';
    case 'not-waiting':
      if (hindrance.phase === 'ended') return 'the call is over';
      return `the call is ${hindrance.phase === 'talking' ? 'with' : 'being joined with'} ${hindrance.user ?? 'somebody'}`;
    case 'direct':
      return `the call is for ${hindrance.user ?? 'one user'} and waits in no queue`;
    case 'queue-removed':
      return `its queue ${hindrance.queue} was removed: it moves on at once`;
    case 'ringing':
      return hindrance.offers === 1 ? 'a phone rings for it' : `phones of ${hindrance.offers} agents ring for it`;
  }
}

/** How one agent stands towards a call, as one line without their name. */
export function standingWords(standing: Standing): string {
  switch (standing.is) {
    case 'offered':
      return `${numberOf(standing.more) ?? 'their phone'} rings for it`;
    case 'with-it':
      return 'has it';
    case 'free':
      return 'free for it';
    case 'passed-over':
      return reasonWords(standing.why, standing.more);
  }
}

/** Who got an offer and by what: `linear: place 1 in the team, before ben (place 2 in the team)`. */
export function winnerWords(why: OfferWhy, at: number): string {
  const words = (key: readonly number[]): string => keyWords(why.strategy, key, at);
  const next = why.runnerUp === null ? '' : `, before ${why.runnerUp.agent} (${words(why.runnerUp.key)})`;
  return `${why.strategy}: ${words(why.key)}${next}`;
}

/** The key of one who may take a call, in words: what ranks before any strategy first, where it says something. */
export function keyWords(strategy: OfferWhy['strategy'], key: readonly number[], at: number): string {
  const [asked = 0, tier = 0, unmet = 0, score = 0, ...own] = key;
  return [
    ...(asked > 0 ? [`asked ${asked === 1 ? 'once' : `${asked} times`} before`] : []),
    ...(tier > 0 ? [`tier ${tier + 1}`] : []),
    ...(unmet > 0 ? [`${unmet} of its wishes unmet`] : []),
    ...(score < 0 ? [`levels of ${-score} in what it needs`] : []),
    ownKeyWords(strategy, own, at),
  ].join(', ');
}

function ownKeyWords(strategy: OfferWhy['strategy'], [first = 0, second = 0]: readonly number[], at: number): string {
  switch (strategy) {
    case 'linear':
    case 'ring-all':
      return `place ${first + 1} in the team`;
    case 'fewest-calls':
      return `${first} ${first === 1 ? 'call' : 'calls'} today, idle for ${lasted(at - second)}`;
    case 'longest-idle':
    case 'most-skilled':
      return `idle for ${lasted(at - first)}`;
    case 'round-robin':
      return first === 0 ? `no turn yet, place ${second + 1} in the team` : `last turn was number ${first}`;
    case 'random':
    case 'weighted-random':
      return 'by lot';
  }
}

function callOf(more: Detail | undefined): string {
  return more === undefined || more.call === null ? '' : ` (${more.call})`;
}

function missesOf(more: Detail | undefined): string {
  if (more === undefined || more.misses === 0) return '';
  return ` after ${more.misses} ${more.misses === 1 ? 'miss' : 'misses'}`;
}

function left(ms: number): string {
  return `${seconds(ms)} left`;
}

/** Rounded up: `0 s` would say that it is over. */
function seconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1_000))} s`;
}

/** A time that has passed, as people say it. */
export function lasted(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1_000));
  if (s < 120) return `${s} s`;
  return s < 7_200 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 3_600)} h`;
}
