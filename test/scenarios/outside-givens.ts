import { type CallingRights, internalOnly, type RouteSettings, type TrunkSettings } from '../../src/core/outside.ts';
import { numberClasses } from '../../src/core/permission.ts';
import type { Station } from '../../src/core/station.ts';
import { destinationOf } from './givens.ts';

/** What a hand does at a carrier. */
export const trunkKeys: Readonly<Record<string, 'ring' | 'progress' | 'answer' | 'hang-up'>> = {
  rings: 'ring',
  speaks: 'progress',
  answers: 'answer',
  'hangs up': 'hang-up',
};

/** `trunk red: order 1, at-most 2, silent 4s, showing +33170000000`. */
export function trunkFrom(text: string): TrunkSettings {
  const [, id = '', rest = ''] = /^trunk ([^\s:]+):? ?(.*)$/.exec(text) ?? [];
  const after = (word: string): string | undefined => new RegExp(`${word} (\\S+?)(,|$)`).exec(rest)?.[1];
  return {
    id,
    order: Number(after('order') ?? 1),
    outbound: true,
    format: 'e164',
    maxCalls: after('at-most') === undefined ? null : Number(after('at-most')),
    unreachableAfterMs: 4_000,
    ringMs: 60_000,
    callerId: after('showing') ?? null,
    headers: [],
  };
}

/** `route main: +33170000000 to group support, answered on-entry`; also `over red`, `from +44*`, `early ringing`. */
export function routeFrom(text: string): RouteSettings {
  const [, id = '', number = '', to = '', rest = ''] = /^route (\S+): (\S+) to ([^,]+)(.*)$/.exec(text) ?? [];
  if (id === '') throw new Error(`not a route: ${text}`);
  const after = (word: string): string | null => new RegExp(`${word} (\\S+?)(,|$)`).exec(rest)?.[1] ?? null;
  return {
    id,
    number,
    trunk: after('over'),
    caller: after('from'),
    to: destinationOf(to),
    answer: after('answered') === 'on-entry' ? 'on-entry' : 'on-agent',
    early: after('early') === 'ringing' ? 'ringing' : 'music',
  };
}

/** `may dial national mobile, showing +33170000001, 1 at once, 2 a minute, 10 minutes a day`. */
export function rightsFrom(text: string): CallingRights {
  const [classes = ''] = text.replace('may dial ', '').split(',');
  const count = (unit: string): number | null => {
    const found = new RegExp(`(\\d+) ${unit}`).exec(text)?.[1];
    return found === undefined ? null : Number(found);
  };
  return {
    ...internalOnly,
    outbound: true,
    classes: numberClasses.filter((one) => classes.split(' ').includes(one)),
    callerId: /showing (\+\d+)/.exec(text)?.[1] ?? null,
    maxCalls: count('at once'),
    callsPerMinute: count('a minute'),
    minutesPerDay: count('minutes a day'),
  };
}

/** `any`, `own`, `browser`, or `number:+33612345678`, which counts as a mobile's. */
export function stationFrom(text: string): Station {
  if (text === 'any' || text === 'own' || text === 'browser') return { kind: text };
  return { kind: 'number', number: text.replace('number:', ''), class: 'mobile' };
}
