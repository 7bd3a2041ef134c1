/** What the engine knows of the world outside: trunks, inbound routes, and who may call out. No secrets are in it. */

import type { Destination, QueueId } from './settings.ts';
import type { LegId } from './state.ts';

/** A trunk's name: immutable, `[a-z0-9._-]`, 1 to 58 characters. Its PJSIP objects are called `trunk-<name>`. */
export type TrunkId = string;
/** An inbound route's name: immutable, `[a-z0-9._-]`, 1 to 64 characters. */
export type RouteId = string;

/** What a number outside costs, roughly. Short codes and satellites count as premium: what is not known to be cheap is dear. */
export type NumberClass = 'national' | 'mobile' | 'international' | 'premium';

/** A number outside: E.164 with its plus (`+33170123456`), or the digits of a short code that has no such form. */
export type OutsideNumber = { readonly number: string; readonly class: NumberClass };

/** How a carrier writes numbers: `+33170123456`, `33170123456`, or as one dials them in the country (`0170123456`). */
export type NumberFormat = 'e164' | 'digits' | 'national';

export type TrunkSettings = {
  readonly id: TrunkId;
  /** The lowest is tried first; ties by name. */
  readonly order: number;
  /** Whether calls may go out here; calls that come in do not care. */
  readonly outbound: boolean;
  readonly format: NumberFormat;
  /** Both directions together; null for no limit. */
  readonly maxCalls: number | null;
  /** A trunk that has sent no 18x for so long is left for the next one. */
  readonly unreachableAfterMs: number;
  /** Whether Asterisk asks it if it lives: of one that is not asked nobody knows. Absent in rows of before it was told: yes. */
  readonly isAsked?: boolean;
  /** Whether we register there. Absent in such rows too: yes, if anything was ever heard of it. */
  readonly registers?: boolean;
  /** Calls out ring at the most so long. */
  readonly ringMs: number;
  /** Shown where the caller's rights name no number; null leaves it to the carrier. */
  readonly callerId: string | null;
  /** Added to each INVITE that goes out. */
  readonly headers: readonly (readonly [name: string, value: string])[];
};

/** When the caller's own clock begins to cost: on entry, or when an agent answers. */
export type AnswerPolicy = 'on-entry' | 'on-agent';

/** Where calls from outside go. The most specific route that fits wins: number, then caller, then trunk. */
export type RouteSettings = {
  readonly id: RouteId;
  /** E.164, the start of one with a star (`+3317012*`), or `*` for every number. */
  readonly number: string;
  /** Only calls by this trunk; null for all. */
  readonly trunk: TrunkId | null;
  /** Only callers whose number is, or begins like, this one (`+44*`), or `withheld`; null for all. */
  readonly caller: string | null;
  readonly to: Destination;
  readonly answer: AnswerPolicy;
  /** What a caller hears, unpaid, who waits and is not answered yet. */
  readonly early: 'music' | 'ringing';
};

/** Hours in a week: days 0 (Sunday) to 6, minutes of the day from (included) to (excluded), local time. */
export type HourRange = { readonly days: readonly number[]; readonly from: number; readonly to: number };

/** What a user may dial outside, resolved from their own rights, their group's and the configuration's. */
export type CallingRights = {
  /** The group's switch. */
  readonly outbound: boolean;
  readonly classes: readonly NumberClass[];
  /** Starts of E.164 numbers that are allowed, or barred, whatever their class. The longest one that fits counts. */
  readonly allow: readonly string[];
  readonly bar: readonly string[];
  /** The number that is shown; null leaves it to the trunk. */
  readonly callerId: string | null;
  /** Others that the user may choose. */
  readonly callerIds: readonly string[];
  /** Limits; null for none. */
  readonly maxCalls: number | null;
  readonly callsPerMinute: number | null;
  readonly minutesPerDay: number | null;
  /** Empty: always. */
  readonly hours: readonly HourRange[];
};

/** Nothing outside: what holds for whom nobody said more. */
export const internalOnly: CallingRights = {
  outbound: false,
  classes: [],
  allow: [],
  bar: [],
  callerId: null,
  callerIds: [],
  maxCalls: null,
  callsPerMinute: null,
  minutesPerDay: null,
  hours: [],
};

/**
 * On whose account a call goes out, whose rights and limits it has to keep: a user's id, `group:<id>`, `queue:<id>`, or
 * `system` for what no group or queue has rights of its own for.
 */
export type PayerId = string;
export const systemPayer: PayerId = 'system';

/** A payer that is no user. The limits of a group's hold for all its members and what it sends out itself, together. */
export type Payer = { readonly id: PayerId; readonly rights: CallingRights };

/** A trunk with what is known of it. Null: it neither registers, nor is it asked whether it is there; or no answer came yet. */
export type Trunk = {
  readonly id: TrunkId;
  settings: TrunkSettings;
  /** Its address answers. */
  reachable: boolean | null;
  /** The carrier took our registration. */
  registered: boolean | null;
  /** When `isUp` last changed. */
  since: number;
};

/** What a payer has used of its rights; it outlives a restart, or a limit would be no limit. */
export type Meter = {
  readonly id: string;
  /** The day that `talkedMs` is of. */
  day: string;
  talkedMs: number;
  /** When the calls of the last minute began. */
  begun: number[];
  /** Whether they ever called another country. */
  international: boolean;
  /** The number they chose to show; null for the one that their rights say. */
  callerId: string | null;
};

/** What a call from outside brought with it. */
export type Inbound = {
  /** Null when the call came by an endpoint that is no trunk of ours. */
  readonly trunk: TrunkId | null;
  readonly route: RouteId | null;
  readonly answer: AnswerPolicy;
  readonly early: 'music' | 'ringing';
};

/** A call out on its way through the trunks. */
export type Outbound = {
  readonly number: string;
  readonly class: NumberClass;
  /** What it shows; null leaves it to each trunk. */
  readonly callerId: string | null;
  /** Who pays: the first one's rights count, of the others only the limits. */
  readonly payers: readonly PayerId[];
  /** Where the call goes when the number is not reached; null: it ends. */
  readonly otherwise: Destination | null;
  /** The queue whose rule sent it there. */
  readonly sentBy: QueueId | null;
  /** The leg of the trunk that is being tried; one of an earlier try says nothing of this one. */
  leg: LegId | null;
  /** The trunks that were not tried yet, in their order. */
  left: TrunkId[];
  /** The leg whose sounds the caller hears before the answer. */
  early: LegId | null;
  /** The leg that speaks, and is heard when another one, which was let go, is out of the room; absent where there is none. */
  speaks?: LegId;
  /** When the minutes of the day are used up; null while nobody talks, and where they are not counted. */
  talkUntil: number | null;
};

/** Whether calls may be sent there: nothing is known against it. */
export function isUp(trunk: Trunk): boolean {
  return trunk.reachable !== false && trunk.registered !== false;
}

/** Whether it is up, for people; null while nothing is known against it and the carrier was not heard yet. */
export function standing(trunk: Trunk): boolean | null {
  if (!isUp(trunk)) return false;
  const { isAsked, registers } = trunk.settings;
  const isAwaited = isAsked === true || registers === true;
  return isAwaited && trunk.reachable !== true && trunk.registered !== true ? null : true;
}
