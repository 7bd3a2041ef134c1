import { InvalidArgumentError } from 'commander';
import { formatDuration, parseDuration } from '../lib/duration.ts';
import { BACK_OFF_OUTCOMES, CLIMBS, NOTIFY } from '../protocol/queue-fields.ts';
import type { QueueView } from '../protocol/queues.ts';

/*
 * What becomes of agents who miss calls, as it is written on the command line: see queue-text.ts for the rest.
 */

type Step = NonNullable<QueueView['ladder']>[number];

/**
 * `1:20s,2:60s:agent,3/30m:hold:supervisors`: from the first miss a rest of 20 s, and so on; `none` does nothing. What is
 * returned for `default` is what the wire makes a null of: the ladder of the configuration.
 */
export function ladderArgument(text: string): readonly Step[] | 'none' {
  if (text === 'default') return 'none';
  return text === 'none' ? [] : text.split(',').map((item) => stepOf(item.trim()));
}

export function printLadder(ladder: QueueView['ladder']): string {
  if (ladder === null) return 'default';
  const steps = ladder.map(({ misses, withinMs, restMs, notify }) => {
    const within = withinMs === null ? '' : `/${formatDuration(withinMs)}`;
    const what = restMs === null ? 'hold' : formatDuration(restMs);
    return `${misses}${within}:${what}${notify === 'nobody' ? '' : `:${notify}`}`;
  });
  return steps.join(',') || 'none';
}

/** `no-answer,declined`: which outcomes climb the ladder. */
export function climbsArgument(text: string): QueueView['climbs'] {
  return text === 'none' ? [] : text.split(',').map((item) => known(CLIMBS, item.trim()));
}

/** `busy=5s,declined=30s`: the rest after an offer that ended so, where it is another than the back-off. */
export function backOffsArgument(text: string): QueueView['backOffs'] {
  if (text === 'none') return {};
  return Object.fromEntries(
    text.split(',').map((item) => {
      const [, outcome = '', after = ''] = /^([a-z-]+)=(.+)$/.exec(item.trim()) ?? [];
      const ms = parseDuration(after);
      if (ms === null) throw new InvalidArgumentError('Expected such as busy=5s,declined=30s, or none.');
      return [known(BACK_OFF_OUTCOMES, outcome), ms];
    }),
  );
}

export function printBackOffs(backOffs: QueueView['backOffs']): string {
  const items = Object.entries(backOffs).map(([outcome, ms]) => `${outcome}=${formatDuration(ms)}`);
  return items.join(',') || 'none';
}

function stepOf(item: string): Step {
  const [, misses = '', within, what = '', notify = 'nobody'] =
    /^(\d{1,3})(?:\/([^:]+))?:([^:]+)(?::([^:]+))?$/.exec(item) ?? [];
  const restMs = what === 'hold' ? null : parseDuration(what);
  const withinMs = within === undefined ? null : parseDuration(within);
  if (misses === '' || (restMs === null && what !== 'hold') || (withinMs === null && within !== undefined)) {
    throw new InvalidArgumentError('Expected such as 1:20s,2:60s:agent,3/30m:hold:supervisors, none or default.');
  }
  return { misses: Number(misses), withinMs, restMs, untilReady: restMs === null, notify: known(NOTIFY, notify) };
}

function known<const T extends readonly string[]>(words: T, text: string): T[number] {
  const word = words.find((one) => one === text);
  if (word === undefined) throw new InvalidArgumentError(`Expected one of ${words.join(', ')}; got ${text}.`);
  return word;
}
