import { isDeepStrictEqual } from 'node:util';
import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { countArgument } from '../lib/count-argument.ts';
import { formatDuration } from '../lib/duration.ts';
import { ANNOUNCES, NOBODY_RULES, ON_MISS, STRATEGIES } from '../protocol/queue-fields.ts';
import type { QueueView } from '../protocol/queues.ts';
import { destinationArgument, durationArgument } from './arguments.ts';
import { changeLine } from './change-words.ts';
import { fields, orDash, table } from './output.ts';
import {
  keepFreeArgument,
  limitArgument,
  needsArgument,
  orNull,
  printKeepFree,
  printRelax,
  printRises,
  printTiers,
  printWaves,
  relaxArgument,
  risesArgument,
  soundArgument,
  tiersArgument,
  wavesArgument,
} from './queue-text.ts';
import { backOffsArgument, climbsArgument, ladderArgument, printBackOffs, printLadder } from './rona-text.ts';

/** Gives a command every option that sets something of a queue: groups and standalone queues have the same. */
export function withSettings(command: Command): Command {
  return command
    .addOption(new Option('--strategy <strategy>', 'how calls are given out').choices(STRATEGIES))
    .option('--ring <duration>', 'how long a phone rings', durationArgument)
    .option('--max-wait <duration>', 'how long a caller waits at most', durationArgument)
    .option('--wrap-up <duration>', 'rest after a call', durationArgument)
    .option('--back-off <duration>', 'rest after a declined call', durationArgument)
    .option(
      '--unreachable-after <duration>',
      'a phone that has not begun to ring by then is unreachable',
      durationArgument,
    )
    .option('--target <duration>', 'the waiting time aimed at', durationArgument)
    .option('--priority <number>', 'of calls that bring none, 1 to 10; 5 is the ordinary one', countArgument)
    .option('--rises <list>', 'priority by time waited, such as 2m=7,5m=9, or none', risesArgument)
    .option('--needs <list>', 'skills that calls need, such as lang.es>=3,~vip, or none', needsArgument)
    .option('--relax <list>', 'needs by time waited, such as 30s:lang.es-=1,90s:~*, or none', relaxArgument)
    .option('--tiers <duration>', 'the next tier opens after so long; 20s,wait: only then', tiersArgument)
    .option('--max-ringing <count>', 'ring-all: so many phones at a time', countArgument)
    .option('--waves <size/every>', 'ring-all: such as 3/4s, three more every 4 s, or none', wavesArgument)
    .option('--max-length <count>', 'so many callers wait at most, or none', limitArgument)
    .option('--max-talking <count>', 'so many of its callers talk at most, or none', limitArgument)
    .option(
      '--keep-free <agents/priority>',
      'such as 2/7: 2 agents for priority 7 and above, or none',
      keepFreeArgument,
    )
    .option('--climbs <outcomes>', 'which count as a miss: no-answer, declined, or none', climbsArgument)
    .option('--ring-all-misses <count>', 'ring-all: each so manieth unanswered call is a miss; 0: none', countArgument)
    .option('--ladder <steps>', 'such as 1:20s,3/30m:hold:supervisors, none, or default', ladderArgument)
    .option('--back-offs <list>', 'by outcome, such as busy=5s,declined=30s, or none', backOffsArgument)
    .addOption(new Option('--announce <how>', 'the agent learns the queue: shown, or whispered').choices(ANNOUNCES))
    .option('--announce-sound <sound>', 'whispered before the beep, such as custom/support, or none', soundArgument)
    .addOption(new Option('--on-miss <what>', 'after a missed call').choices(ON_MISS))
    .addOption(new Option('--refuse-when <state>', 'nobody comes in when').choices(NOBODY_RULES))
    .addOption(new Option('--leave-when <state>', 'who waits goes to the overflow when').choices(NOBODY_RULES))
    .option('--overflow <destination>', 'where callers go who cannot wait, or waited too long', destinationArgument);
}

const units: Readonly<Record<string, string>> = {
  ring: 'ringMs',
  maxWait: 'maxWaitMs',
  wrapUp: 'wrapUpMs',
  backOff: 'backOffMs',
  unreachableAfter: 'unreachableAfterMs',
  target: 'targetMs',
  ringAllMisses: 'ringAllMissEvery',
};

/** The query of a change that may only be tried. */
export function dryQuery(dryRun: unknown): string {
  return dryRun === true ? '?dryRun=true' : '';
}

/** What the options say, by the names of the wire, which carry the unit. */
export function wireOf(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [[units[name] ?? name, name === 'announce' ? value : orNull(value)]],
    ),
  );
}

/** One line each. `kind` names the command that adds one. */
export function queueTable(queues: readonly QueueView[], kind: QueueView['kind']): string {
  const rows = queues.map((queue) => [
    queue.name,
    orDash(queue.extension),
    queue.strategy,
    formatDuration(queue.ringMs),
    formatDuration(queue.maxWaitMs),
    formatDuration(queue.wrapUpMs),
    orDash(queue.needs),
    queue.overflow,
    String(queue.members.length),
  ]);
  const head = ['Name', 'Extension', 'Strategy', 'Ring', 'Max wait', 'Wrap-up', 'Needs', 'Overflow', 'Members'];
  return table(head, rows, `No ${kind}s yet: cordboard ${kind} add`, { spare: ['Needs', 'Wrap-up', 'Overflow'] });
}

/** All settings, then the members in their order. */
export function queueText(queue: QueueView): string {
  return `${fields(settingsOf(queue))}\n\n${memberTable(queue)}`;
}

function settingsOf(queue: QueueView): [label: string, value: string][] {
  return [
    ['name', queue.name],
    ['extension', orDash(queue.extension)],
    ['strategy', queue.strategy],
    ['ring', formatDuration(queue.ringMs)],
    ['unreachable after', formatDuration(queue.unreachableAfterMs)],
    ['max wait', formatDuration(queue.maxWaitMs)],
    ['wrap-up', formatDuration(queue.wrapUpMs)],
    ['back-off', formatDuration(queue.backOffMs)],
    ['target', formatDuration(queue.targetMs)],
    ['priority', String(queue.priority)],
    ['rises', printRises(queue.rises)],
    ['needs', queue.needs === '' ? 'none' : queue.needs],
    ['relax', printRelax(queue.relax)],
    ['tiers', printTiers(queue.tiers)],
    ['max ringing', String(queue.maxRinging)],
    ['waves', printWaves(queue.waves)],
    ['max length', String(queue.maxLength ?? 'none')],
    ['max talking', String(queue.maxTalking ?? 'none')],
    ['keep free', printKeepFree(queue.keepFree)],
    ['climbs', queue.climbs.join(',') || 'none'],
    ['ring-all misses', String(queue.ringAllMissEvery)],
    ['ladder', printLadder(queue.ladder)],
    ['back-offs', printBackOffs(queue.backOffs)],
    ['announce', queue.announceSound === null ? queue.announce : `${queue.announce}, ${queue.announceSound}`],
    ['on miss', queue.onMiss],
    ['refuse when', queue.refuseWhen],
    ['leave when', queue.leaveWhen],
    ['overflow', queue.overflow],
  ];
}

/** The members of a queue in their order. */
export function memberTable({ members, wrapUpMs }: QueueView): string {
  const rows = members.map((member) => [
    member.username,
    String(member.penalty),
    String(member.weight),
    member.wrapUpMs === null ? pc.dim(formatDuration(wrapUpMs)) : formatDuration(member.wrapUpMs),
  ]);
  return table(['Member', 'Penalty', 'Weight', 'Wrap-up'], rows, 'No members yet.');
}

/** The text of a change, with what may not have been meant. */
export function savedText(line: string, queue: QueueView, warnings: readonly string[]): string {
  return [line, ...warnings.map((each) => pc.yellow(`warning: ${each}`)), '', queueText(queue)].join('\n');
}

/** The text of a change that was made, or with `dryRun` only tried: each setting that is another one, before and after. */
export function changedText(
  before: QueueView,
  after: QueueView,
  { warnings, dryRun }: { readonly warnings: readonly string[]; readonly dryRun: boolean },
): string {
  const lines = changedLines(before, after);
  const done = dryRun ? 'could be changed; nothing was done' : 'changed';
  const head = lines.length === 0 ? `nothing changed: ${after.name} is so already` : `${after.name} ${done}`;
  return [head, ...lines, ...warnings.map((each) => pc.yellow(`warning: ${each}`))].join('\n');
}

/** Each setting that is another one, before and after; and the members, where they or what is set of them are others. */
export function changedLines(before: QueueView, after: QueueView): readonly string[] {
  const was = new Map(settingsOf(before));
  const settings = settingsOf(after).flatMap(([label, value]) =>
    was.get(label) === value ? [] : [`  ${label}: ${was.get(label)} → ${value}`],
  );
  const isSame = isDeepStrictEqual(before.members, after.members);
  return isSame ? settings : [...settings, changeLine('members', before.members, after.members)];
}
