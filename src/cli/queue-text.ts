import { InvalidArgumentError } from 'commander';
import { NEEDS_FORM, parseNeeds, SKILL_NAME } from '../core/needs.ts';
import { formatDuration, parseDuration } from '../lib/duration.ts';
import type { QueueView } from '../protocol/queues.ts';

/*
 * How the settings of a queue that are no plain values are written on the command line: compact, one grammar each, and
 * `none` where there is nothing.
 */

/** What was given as `none`: commander makes an empty text of a null. */
type None = 'none';

/** The value as the wire has it: null for `none`. */
export function orNull<T>(value: T | None): T | null {
  return value === 'none' ? null : value;
}

/** `3/4s`: three phones, and three more every 4 s. */
export function wavesArgument(text: string): NonNullable<QueueView['waves']> | None {
  if (text === 'none') return text;
  const [size, every] = parts(text, '/');
  const everyMs = parseDuration(every);
  if (!isCount(size) || everyMs === null) throw new InvalidArgumentError('Expected such as 3/4s, or none.');
  return { size: Number(size), everyMs };
}

export function printWaves(waves: QueueView['waves']): string {
  return waves === null ? 'none' : `${waves.size}/${formatDuration(waves.everyMs)}`;
}

/** `2m=7,5m=9`: after 2 min in the queue the priority is at least 7, after 5 min at least 9. */
export function risesArgument(text: string): QueueView['rises'] {
  return list(text).map((item) => {
    const [after, priority] = parts(item, '=');
    const afterMs = parseDuration(after);
    if (afterMs === null || !isCount(priority)) throw new InvalidArgumentError('Expected such as 2m=7,5m=9, or none.');
    return { afterMs, priority: Number(priority) };
  });
}

export function printRises(rises: QueueView['rises']): string {
  return rises.map(({ afterMs, priority }) => `${formatDuration(afterMs)}=${priority}`).join(',') || 'none';
}

/** `lang.es>=3,billing,~vip`, handed on as it was written. */
export function needsArgument(text: string): string {
  const needs = text === 'none' ? '' : text;
  if (parseNeeds(needs) === null) throw new InvalidArgumentError(`Expected ${NEEDS_FORM}, or none.`);
  return needs;
}

/** `30s:lang.es-=1,60s:~billing,90s:~*`: after 30 s a level less, after 60 s only preferred, after 90 s all of them. */
export function relaxArgument(text: string): QueueView['relax'] {
  return list(text).map((item) => {
    const [, after = '', soft = '', skill = '', by] = /^([^:]+):(~?)([^:]+?)(?:-=([1-9]))?$/.exec(item) ?? [];
    const afterMs = parseDuration(after);
    const isStep =
      afterMs !== null && (skill === '*' || SKILL_NAME.test(skill)) && (soft === '') === (by !== undefined);
    if (!isStep) throw new InvalidArgumentError('Expected such as 30s:lang.es-=1,60s:~billing,90s:~*, or none.');
    return { afterMs, skill: skill === '*' ? null : skill, lowerBy: by === undefined ? null : Number(by) };
  });
}

export function printRelax(relax: QueueView['relax']): string {
  const steps = relax.map(({ afterMs, skill, lowerBy }) => {
    const name = skill ?? '*';
    return `${formatDuration(afterMs)}:${lowerBy === null ? `~${name}` : `${name}-=${lowerBy}`}`;
  });
  return steps.join(',') || 'none';
}

/** `20s`: the next tier opens after 20 s, and at once when all of the open ones were tried; `20s,wait`: only by time. */
export function tiersArgument(text: string): QueueView['tiers'] {
  const [after, rest] = text.includes(',') ? parts(text, ',') : [text, ''];
  const afterMs = parseDuration(after);
  if (afterMs === null || (rest !== '' && rest !== 'wait')) {
    throw new InvalidArgumentError('Expected such as 20s, or 20s,wait.');
  }
  return { afterMs, whenTried: rest === '' };
}

export function printTiers({ afterMs, whenTried }: QueueView['tiers']): string {
  return `${formatDuration(afterMs)}${whenTried ? '' : ',wait'}`;
}

/** `2/7`: two agents are kept for calls of priority 7 and above. */
export function keepFreeArgument(text: string): NonNullable<QueueView['keepFree']> | None {
  if (text === 'none') return text;
  const [agents, priority] = parts(text, '/');
  if (!isCount(agents) || !isCount(priority)) throw new InvalidArgumentError('Expected such as 2/7, or none.');
  return { agents: Number(agents), fromPriority: Number(priority) };
}

export function printKeepFree(keepFree: QueueView['keepFree']): string {
  return keepFree === null ? 'none' : `${keepFree.agents}/${keepFree.fromPriority}`;
}

/** A whole number, or `none`. */
export function limitArgument(text: string): number | None {
  if (text === 'none') return text;
  if (!isCount(text)) throw new InvalidArgumentError('Expected a whole number, or none.');
  return Number(text);
}

/** `15s` as ms, or `none`. */
export function durationOrNoneArgument(text: string): number | None {
  if (text === 'none') return text;
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError('Expected a duration such as 15s, or none.');
  return ms;
}

function list(text: string): readonly string[] {
  return text === 'none' || text === '' ? [] : text.split(',').map((item) => item.trim());
}

function parts(text: string, by: string): readonly [string, string] {
  const place = text.indexOf(by);
  return place < 0 ? [text, ''] : [text.slice(0, place), text.slice(place + by.length)];
}

function isCount(text: string): boolean {
  return /^\d{1,6}$/.test(text);
}

/** `custom/support`, or `none`. */
export function soundArgument(text: string): string {
  if (text === 'none' || /^[A-Za-z0-9_/-]{1,120}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected a sound without its suffix, such as custom/support, or none.');
}
