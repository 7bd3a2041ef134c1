import { type Need, printNeeds } from '../core/needs.ts';
import {
  type NobodyRule,
  type QueueSettings,
  queueOf,
  type Relaxation,
  strategyNames,
} from '../core/queue-settings.ts';
import type { Destination, LadderStep, UserSettings } from '../core/settings.ts';
import type { Dice } from './dice.ts';
import { unreadable } from './wishes.ts';

/** The phone of a user has the user's extension as its id. */
export function phoneOf(user: string): string {
  return `10${user.slice(1).padStart(2, '0')}`;
}

/** The second phone, where there is one, begins with 19. */
export function drawUser(dice: Dice, place: number): UserSettings {
  const id = `u${place + 1}`;
  const first = phoneOf(id);
  const hasTwo = dice.happens(250);
  const skills = drawSkills(dice);
  const phones = hasTwo ? [first, first.replace(/^10/, '19')] : [first];
  return { id, name: id, extension: first, phones, transports: { [first]: 'wss' }, skills };
}

const skillNames = ['es', 'fr', 'billing'];

export function drawSkills(dice: Dice): Readonly<Record<string, number>> {
  return Object.fromEntries(skillNames.flatMap((name) => (dice.happens(400) ? [[name, dice.between(1, 10)]] : [])));
}

const ladder: readonly LadderStep[] = [
  { misses: 1, withinMs: null, restMs: 5_000, untilReady: false, notify: 'nobody' },
  { misses: 3, withinMs: 120_000, restMs: null, untilReady: true, notify: 'supervisors' },
];

/** A queue with every kind of rule, each of them now and then. The first two are groups. */
export function drawQueue(dice: Dice, place: number, users: readonly UserSettings[]): QueueSettings {
  const hasTiers = dice.happens(300);
  const members = users
    .filter(() => dice.happens(700))
    .map(({ id }) => ({
      user: id,
      penalty: hasTiers ? dice.pick([0, 0, 5, 9]) : 0,
      weight: dice.between(1, 10),
      wrapUpMs: dice.happens(100) ? 500 : null,
    }));
  return queueOf({
    id: `g${place + 1}`,
    kind: place < 2 ? 'group' : 'queue',
    extension: `800${place + 1}`,
    strategy: dice.pick(strategyNames),
    onMiss: dice.happens(200) ? 'overflow' : 'next',
    refuseWhen: dice.happens(200) ? dice.pick(nobodyRules) : 'never',
    leaveWhen: dice.happens(200) ? dice.pick(nobodyRules) : 'never',
    ringMs: dice.pick([2_000, 5_000, 15_000]),
    unreachableAfterMs: dice.pick([1_000, 4_000]),
    maxWaitMs: dice.pick([10_000, 30_000, 90_000]),
    wrapUpMs: dice.pick([0, 1_000, 10_000]),
    backOffMs: dice.pick([0, 2_000, 10_000]),
    maxRinging: dice.pick([1, 3, 10]),
    targetMs: dice.pick([0, 20_000]),
    waves: dice.happens(400) ? { size: dice.between(1, 2), everyMs: dice.pick([1_000, 4_000]) } : null,
    priority: dice.pick([5, 5, 5, 3, 8]),
    rises: dice.happens(200)
      ? [
          { afterMs: 4_000, priority: 6 },
          { afterMs: 9_000, priority: 9 },
        ]
      : [],
    needs: dice.happens(400) ? drawNeeds(dice) : [],
    relax: dice.happens(500) ? relaxations : [],
    tiers: { afterMs: dice.pick([2_000, 30_000]), whenTried: dice.happens(700) },
    maxLength: dice.happens(100) ? dice.between(1, 4) : null,
    maxTalking: dice.happens(100) ? dice.between(1, 3) : null,
    keepFree: dice.happens(100) ? { agents: dice.between(1, 2), fromPriority: 8 } : null,
    overflow: dice.pick(overflows),
    members,
    ladder,
    climbs: dice.pick([['no-answer'], ['no-answer', 'declined'], []]),
    ringAllMissEvery: dice.pick([0, 0, 1, 2]),
    backOffs: dice.pick([{}, { busy: 1_500, dropped: 3_000 }]),
    announce: dice.pick(['none', 'none', 'name-shown', 'whisper']),
    announceSound: dice.pick([null, 'custom/queue']),
  });
}

const nobodyRules: readonly NobodyRule[] = ['nobody-signed-in', 'nobody-ready', 'nobody-reachable'];

const relaxations: readonly Relaxation[] = [
  { afterMs: 3_000, skill: 'es', lowerBy: 4 },
  { afterMs: 8_000, skill: null, lowerBy: null },
];

function drawNeeds(dice: Dice): readonly Need[] {
  const skills = skillNames.filter(() => dice.happens(500));
  return skills.map((skill) => ({ skill, level: dice.between(1, 8), required: dice.happens(700) }));
}

/** Where calls go on; some lead nowhere. */
export const overflows: readonly Destination[] = [
  { to: 'hang-up', cause: 'busy' },
  { to: 'group', group: 'g1' },
  { to: 'group', group: 'g2' },
  { to: 'user', user: 'u1' },
  { to: 'queue', queue: 'g3' },
  { to: 'dialplan', context: 'cordboard-fallback', exten: '8001', priority: 1 },
  { to: 'dialplan', context: 'voicemail', exten: '8001', priority: 1 },
];

/** What the dialplan says of a call now and then. */
export function drawWishes(dice: Dice): readonly string[] {
  return dice.pick([
    [`priority=${dice.between(1, 10)}`],
    [`place=${dice.between(1, 3)}`],
    [`priority=${dice.between(4, 7)}`, `place=${dice.between(1, 3)}`],
    [`needs=${printNeeds(drawNeeds(dice))}`],
    [dice.pick(unreadable)],
  ]);
}
