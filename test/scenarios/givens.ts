import type { NumberClass } from '../../src/core/outside.ts';
import {
  backOffsUnder,
  defaultBackOffs,
  type QueueSettings,
  queueOf,
  type StrategyName,
} from '../../src/core/queue-settings.ts';
import { strategies } from '../../src/core/routing/strategy/table.ts';
import type { ClimbingOutcome, Destination, HangUpCause, LadderStep, ReasonSettings } from '../../src/core/settings.ts';
import type { Behaviour } from '../../src/phones/behaviour.ts';
import { memberFrom, rulesOf } from './queue-givens.ts';

/** `15s`, `2m`, `500ms` in ms. */
export function duration(text: string): number {
  const [, number = '', unit = ''] = /^([\d.]+)(ms|s|m)$/.exec(text) ?? [];
  if (number === '') throw new Error(`not a time: ${text}`);
  return Math.round(Number(number) * { ms: 1, s: 1_000, m: 60_000 }[unit as 'ms' | 's' | 'm']);
}

/** `group support 8001: linear, ring 15s, members ann ben` and what else it may say; defaults for the rest. */
export function groupOf(text: string): QueueSettings {
  const [, id = '', extension = '', rest = ''] = /^group (\S+) (\d+): (.*)$/.exec(text) ?? [];
  if (id === '') throw new Error(`not a group: ${text}`);
  const said = rest.split(', ').map((part) => part.trim());
  const after = (word: string): string | undefined =>
    said.find((part) => part.startsWith(`${word} `))?.slice(word.length + 1);
  const time = (word: string, ms: number): number => {
    const value = after(word);
    return value === undefined ? ms : duration(value);
  };
  const known =
    /^(ring|silent|wait|wrap-up|back-off|back-offs|at-most|on-miss|nobody|overflow|target|members|ladder|climbs|one miss in|waves of|needs|relax|rises|tiers|holds|talks|keeps|refuse|leave|announces) /;
  for (const part of said)
    if (!known.test(part) && !(part in strategies)) throw new Error(`a group knows no "${part}"`);
  return queueOf({
    id,
    extension,
    strategy: (said.find((part) => part in strategies) as StrategyName | undefined) ?? 'linear',
    onMiss: after('on-miss') === 'overflow' ? 'overflow' : 'next',
    whenNobody: after('nobody') === 'overflow' ? 'overflow' : 'wait',
    ringMs: time('ring', 15_000),
    unreachableAfterMs: time('silent', 5_000),
    maxWaitMs: time('wait', 120_000),
    wrapUpMs: time('wrap-up', 10_000),
    backOffMs: time('back-off', 10_000),
    backOffs: backOffsOf(after('back-offs'), after('back-off')),
    maxRinging: Number(after('at-most') ?? 10),
    targetMs: time('target', 20_000),
    overflow: destinationOf(after('overflow') ?? 'hang-up busy'),
    members: (after('members') ?? '')
      .split(' ')
      .filter((one) => one !== '')
      .map(memberFrom),
    ...rulesOf(after),
    ladder: (after('ladder') ?? '1:20s 3:ready').split(' ').map(ladderStep),
    climbs: climbing.filter((outcome) => (after('climbs') ?? 'no-answer').split(' ').includes(outcome)),
    ringAllMissEvery: Number(after('one miss in') ?? 0),
  });
}

/** `busy 2s declined 30s`; where nothing is said, as the configuration makes a group, with a back-off of its own or without. */
function backOffsOf(said: string | undefined, backOff: string | undefined): QueueSettings['backOffs'] {
  if (said === undefined)
    return backOff === undefined ? defaultBackOffs : backOffsUnder(defaultBackOffs, duration(backOff));
  return Object.fromEntries(
    [...said.matchAll(/(\S+) (\S+)/g)].map(([, outcome = '', rest = '']) => [outcome, duration(rest)]),
  );
}

const climbing: readonly ClimbingOutcome[] = ['no-answer', 'declined'];

/** `reason lunch 30s`, or without a time where it has no limit. */
export function reasonOf(text: string): ReasonSettings {
  const [, id = '', limit] = text.split(' ');
  return { id, name: id, limitMs: limit === undefined ? null : duration(limit) };
}

/** `2:60s` rests a minute from the second miss; `3:ready` holds until they choose ready. */
function ladderStep(text: string): LadderStep {
  const [misses = '', what = ''] = text.split(':');
  const untilReady = what === 'ready';
  return {
    misses: Number(misses),
    withinMs: null,
    restMs: untilReady ? null : duration(what),
    untilReady,
    notify: untilReady ? 'supervisors' : 'nobody',
  };
}

/** `group sales`, `user ann`, `hang-up busy`, `dialplan after-hours 100`, `number +33612345678 mobile else group sales`. */
export function destinationOf(text: string): Destination {
  const [kind, one = '', two = ''] = text.split(' ');
  if (kind === 'group') return { to: 'group', group: one };
  if (kind === 'user') return { to: 'user', user: one };
  if (kind === 'dialplan') return { to: 'dialplan', context: one, exten: two, priority: 1 };
  if (kind === 'number') {
    const [said = '', otherwise] = text.split(' else ');
    const [, number = '', is] = said.split(' ');
    return {
      to: 'number',
      number,
      ...(is === undefined ? {} : { class: is as NumberClass }),
      ...(otherwise === undefined ? {} : { otherwise: destinationOf(otherwise) }),
    };
  }
  if (kind === 'hang-up') return { to: 'hang-up', cause: one as HangUpCause };
  throw new Error(`not a destination: ${text}`);
}

/** What comes after `ann's phone`: `answers after 2s`, `rings out`, `is silent`, `sends 183`, `declines 603 after 1s`, … */
export function behaviourOf(text: string): Behaviour {
  const [, after = '0s'] = / after (\S+)$/.exec(text) ?? [];
  const afterMs = duration(after);
  const [, sip] = /^(?:declines|refuses) (\d+)/.exec(text) ?? [];
  if (text.startsWith('answers')) return { kind: 'answer', afterMs };
  if (text.startsWith('declines')) return { kind: 'decline', sip: Number(sip), afterMs };
  if (text.startsWith('refuses')) return { kind: 'decline', sip: Number(sip), afterMs, ring: false };
  if (text.startsWith('rings out')) return { kind: 'ignore' };
  if (text.startsWith('is silent')) return { kind: 'silent' };
  if (text.startsWith('sends 183')) return { kind: 'progress-only' };
  const [, to = '9000'] = /^redirects to (\S+)/.exec(text) ?? [];
  if (text.startsWith('redirects')) return { kind: 'redirect', to, afterMs };
  if (text.startsWith('waits for a hand')) return { kind: 'manual' };
  throw new Error(`a phone knows no "${text}"`);
}
