import type { PbxEvent, SeenLeg, SeenRoom } from '../core/events.ts';
import { isOurs } from '../core/turn.ts';
import type { Reachability } from './ami/contacts.ts';
import type { AriEvent } from './ari/port.ts';
import { wishesOf } from './wishes.ts';

/** The caller's number and name as Asterisk has them; they are kept apart from the events. */
export type CallerId = {
  readonly number: string;
  readonly name: string;
  /** The caller hides it (RFC 3323): it is shown to nobody. */
  readonly withheld: boolean;
};

/** One ARI event in our words: none where it says nothing to us. Untrusted input: what is malformed says nothing. */
export function translate(event: AriEvent): { readonly event: PbxEvent; readonly caller: CallerId | null } | null {
  const said = eventOf(event);
  if (said === null) return null;
  return { event: said, caller: said.type === 'caller-arrived' ? callerOf(event.channel, event.args) : null };
}

function eventOf(event: AriEvent): PbxEvent | null {
  switch (event.type) {
    case 'StasisStart':
      return stasisStart(event);
    case 'ChannelStateChange':
      return stateChange(record(event.channel));
    case 'Dial':
      return dial(idOf(record(event.peer)), text(event.dialstatus), text(event.forward));
    case 'ChannelDtmfReceived': {
      const leg = idOf(record(event.channel));
      return isOurs(leg) ? { type: 'leg-pressed', leg, accepts: event.digit === '1' } : null;
    }
    case 'PlaybackFinished': {
      const leg = text(record(event.playback).target_uri).replace(/^channel:/, '');
      return isOurs(leg) && sane(leg, longestId) !== '' ? { type: 'leg-told', leg } : null;
    }
    case 'ChannelDestroyed': {
      const leg = idOf(record(event.channel));
      if (leg === '') return null;
      return { type: 'leg-gone', leg, cause: number(event.cause), sip: number(event.tech_cause) };
    }
    case 'StasisEnd': {
      const leg = idOf(record(event.channel));
      // ChannelDestroyed follows a hang-up, and knows the cause; nothing follows where the dialplan goes on.
      return leg === '' || isOurs(leg) ? null : { type: 'leg-left', leg };
    }
    default:
      return null;
  }
}

function stasisStart(event: AriEvent): PbxEvent | null {
  const channel = record(event.channel);
  const leg = idOf(channel);
  if (leg === '') return null;
  if (isOurs(leg)) return { type: 'leg-created', leg };
  const [dialled, ...rest] = Array.isArray(event.args) ? event.args : [];
  const came = { dialled: sane(dialled, longestNumber), ...cameBy(text(channel.name)), ...wishesOf(rest) };
  return { type: 'caller-arrived', leg, ...came };
}

function stateChange(channel: Json): PbxEvent | null {
  const leg = idOf(channel);
  if (!isOurs(leg)) return null;
  if (channel.state === 'Ringing') return { type: 'leg-rang', leg, evidence: 'ringing' };
  return channel.state === 'Up' ? { type: 'leg-answered', leg } : null;
}

function dial(leg: string, status: string, forward: string): PbxEvent | null {
  if (!isOurs(leg)) return null;
  // A phone's 302, told with the user part of its Contact. Asterisk dials nothing for a leg that was made by `create`.
  if (forward !== '') return { type: 'leg-forwarded', leg, to: { said: numberLike(forward) } };
  switch (status) {
    case 'RINGING':
      return { type: 'leg-rang', leg, evidence: 'ringing' };
    case 'PROGRESS':
      return { type: 'leg-rang', leg, evidence: 'progress' };
    case 'ANSWER':
      return { type: 'leg-answered', leg };
    default:
      return null;
  }
}

/** The endpoint in a channel's name: `PJSIP/1001-00000a3f` → `1001`; null for other technologies. */
export function phoneOf(name: string): string | null {
  return /^PJSIP\/(.+)-[0-9a-f]+$/.exec(name)?.[1] ?? null;
}

/** What stands before a trunk's name in the names of its PJSIP objects. A phone's id begins with its extension. */
const trunkMark = 'trunk-';

/** The name of a trunk's endpoint. */
export function trunkEndpoint(trunk: string): string {
  return `${trunkMark}${trunk}`;
}

/** The trunk of an endpoint of this name; null when it is none of ours. */
export function trunkOf(endpoint: string): string | null {
  return endpoint.startsWith(trunkMark) ? endpoint.slice(trunkMark.length) : null;
}

/** A contact came or went: of a phone, or of a trunk. */
export function reachability({ phone: endpoint, reachable, by }: Reachability): PbxEvent {
  const trunk = trunkOf(endpoint);
  if (trunk === null)
    return {
      ...{ type: 'phone-reachable', phone: endpoint, reachable: reachable !== false },
      ...(reachable && by !== null ? { by } : {}),
    };
  return { type: 'trunks-seen', trunks: [{ trunk, reachable }] };
}

/** All endpoints that can be reached now; of `trunks`, those that are not among them cannot. */
export function reachabilities(endpoints: readonly Reachability[], trunks: Iterable<string>): readonly PbxEvent[] {
  const there = new Map(endpoints.map(({ phone, reachable }) => [phone, reachable]));
  const seen = [...trunks].map((trunk) => {
    const reachable = there.get(trunkEndpoint(trunk));
    return { trunk, reachable: reachable === undefined ? false : reachable };
  });
  const phones = endpoints.filter(({ phone }) => trunkOf(phone) === null);
  const by = Object.fromEntries(phones.flatMap((one) => (one.by === null ? [] : [[one.phone, one.by]])));
  return [
    { type: 'phones-surveyed', reachable: phones.map(({ phone }) => phone), by },
    ...(seen.length === 0 ? [] : [{ type: 'trunks-seen', trunks: seen } as const]),
  ];
}

function cameBy(channelName: string): { phone: string | null; trunk?: string } {
  const endpoint = phoneOf(channelName);
  const trunk = endpoint === null ? null : trunkOf(endpoint);
  return trunk === null ? { phone: endpoint } : { phone: null, trunk };
}

/**
 * Who calls, from a channel's JSON. It has number and name, but not whether they may be shown: the dialplan hands that on as
 * an argument of `Stasis()` (`pres=` with `CALLERID(pres)`), which a channel that is only looked at has in its `app_data`.
 */
export function callerOf(channel: unknown, args?: unknown): CallerId {
  const json = record(channel);
  const caller = record(json.caller);
  const said: readonly unknown[] = Array.isArray(args) ? args : text(record(json.dialplan).app_data).split(',');
  return {
    number: text(caller.number),
    name: text(caller.name),
    withheld: said.some((one) => text(one).startsWith('pres=prohib')),
  };
}

/** One channel of `GET /channels`; null when it is no business of the application `app`. */
export function seenLeg(channel: unknown, app: string): SeenLeg | null {
  const json = record(channel);
  const leg = idOf(json);
  if (leg === '') return null;
  const state = json.state === 'Up' ? 'up' : json.state === 'Ringing' ? 'ringing' : 'down';
  if (isOurs(leg)) return { leg, state, arrival: null };
  const dialplan = record(json.dialplan);
  const [name, number = '', ...rest] = text(dialplan.app_data).split(',');
  const dialled = sane(number, longestNumber);
  if (dialplan.app_name !== 'Stasis' || name !== app) return { leg, state: 'away', arrival: null };
  return { leg, state, arrival: { dialled, ...cameBy(text(json.name)), ...wishesOf(rest) } };
}

/** One bridge of `GET /bridges`; null when it is neither one of ours nor holds two who hear each other. */
export function seenRoom(bridge: unknown): SeenRoom | null {
  const json = record(bridge);
  const call = idOf(json);
  if (!isOurs(call)) return null;
  return { call, legs: Array.isArray(json.channels) ? json.channels.map((leg) => sane(leg, longestId)) : [] };
}

/** Asterisk's own bounds: AST_MAX_UNIQUEID and AST_MAX_EXTENSION, each with its closing zero. */
const longestId = 149;
const longestNumber = 79;

/** An id goes into addresses of requests and into rows: what cannot be one is none. */
function idOf(json: Json): string {
  return sane(json.id, longestId);
}

/** The text, or nothing when it is too long, holds a control character, or half a character (which no URI can carry). */
function sane(value: unknown, longest: number): string {
  const said = text(value);
  return said.length > longest || /[\p{Cc}\p{Cs}]/u.test(said) ? '' : said;
}

/** Anybody can write anything there: what could not be in a number is a question mark. */
function numberLike(said: string): string {
  return said.slice(0, longestNumber).replace(/[^0-9A-Za-z+*#._-]/g, '?');
}

type Json = { readonly [key: string]: unknown };

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) ? value : 0;
}
