import * as z from 'zod';
import { NEEDS_FORM, parseNeeds, SKILL_NAME } from '../core/needs.ts';
import { strategyNames } from '../core/queue-settings.ts';
import { DESTINATION_FORMS, parseDestination } from '../directory/destination.ts';
import { millisecondsSchema } from './names.ts';

export const STRATEGIES = strategyNames;
export const ON_MISS = ['next', 'overflow'] as const;
export const ANNOUNCES = ['none', 'name-shown', 'whisper'] as const;
export const CLIMBS = ['no-answer', 'declined'] as const;
/** The outcomes after which an agent rests, and of which each may have a rest of its own. */
export const BACK_OFF_OUTCOMES = ['declined', 'busy', 'forwarded', 'dropped', 'failed'] as const;
export const NOTIFY = ['nobody', 'agent', 'supervisors'] as const;
export const NOBODY_RULES = ['never', 'nobody-signed-in', 'nobody-ready', 'nobody-reachable'] as const;

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/** A whole number between two bounds. */
const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
};

/** A text that is something else to the core: `read` gives null for what is none. */
const written = <T>(form: string, read: (text: string) => T | null) =>
  z.string({ error: form }).transform((text, context) => {
    const value = read(text);
    if (value !== null) return value;
    context.issues.push({ code: 'custom', message: form, input: text });
    return z.NEVER;
  });

/** A sound of Asterisk's, without its suffix. */
const soundName = () => {
  const error = 'a sound without its suffix, such as custom/support: letters, digits, "/", "_" and "-"';
  return z
    .string({ error })
    .regex(/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+){0,5}$/, { error })
    .max(120, { error });
};

/** Without the keys that were given as undefined. */
const said = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

const growing = (steps: readonly { afterMs: number }[]): boolean =>
  steps.every((step, i) => i === 0 || step.afterMs >= (steps[i - 1]?.afterMs ?? 0));
const GROWING = { error: 'steps in the order of their times (afterMs)' };

const rise = z.strictObject({ afterMs: millisecondsSchema(0, DAY), priority: whole(1, 10) });
const relaxation = z.strictObject({
  afterMs: millisecondsSchema(0, DAY),
  skill: z.string().regex(SKILL_NAME, { error: 'the name of a skill, or null for each' }).nullable(),
  lowerBy: whole(1, 9).nullable(),
});

const step = z
  .strictObject({
    misses: whole(1, 100),
    withinMs: millisecondsSchema(1_000, DAY).nullable().default(null),
    restMs: millisecondsSchema(1_000, DAY).nullable().default(null),
    untilReady: z.boolean().default(false),
    notify: z.enum(NOTIFY, { error: `one of ${NOTIFY.join(', ')}` }).default('nobody'),
  })
  .refine((one) => (one.restMs === null) === one.untilReady, { error: 'either restMs or untilReady, and not both' });

const ladder = z
  .array(step)
  .max(20)
  .refine((steps) => steps.every((one, i) => i === 0 || one.misses > (steps[i - 1]?.misses ?? 0)), {
    error: 'steps whose misses grow from each to the next',
  });

const backOff = millisecondsSchema(0, 60 * MINUTE);
const backOffs = z.strictObject(
  Object.fromEntries(BACK_OFF_OUTCOMES.map((outcome) => [outcome, backOff])) as Record<
    (typeof BACK_OFF_OUTCOMES)[number],
    typeof backOff
  >,
);

/** What can be set of every queue, a group's own or a standalone one. */
export const queueFields = {
  strategy: z.enum(STRATEGIES, { error: `one of ${STRATEGIES.join(', ')}` }),
  ringMs: millisecondsSchema(1_000, 10 * MINUTE),
  unreachableAfterMs: millisecondsSchema(500, MINUTE),
  maxWaitMs: millisecondsSchema(1_000, DAY),
  wrapUpMs: millisecondsSchema(0, DAY),
  backOffMs: millisecondsSchema(0, 60 * MINUTE),
  maxRinging: whole(1, 100),
  waves: z.strictObject({ size: whole(1, 100), everyMs: millisecondsSchema(500, 10 * MINUTE) }).nullable(),
  targetMs: millisecondsSchema(0, 60 * MINUTE),
  priority: whole(1, 10),
  rises: z.array(rise).max(10).refine(growing, GROWING),
  needs: written(NEEDS_FORM, parseNeeds),
  relax: z.array(relaxation).max(20).refine(growing, GROWING),
  tiers: z.strictObject({ afterMs: millisecondsSchema(0, DAY), whenTried: z.boolean() }),
  announce: z.enum(ANNOUNCES, { error: `one of ${ANNOUNCES.join(', ')}` }),
  announceSound: soundName().nullable(),
  maxLength: whole(1, 10_000).nullable(),
  maxTalking: whole(1, 10_000).nullable(),
  keepFree: z.strictObject({ agents: whole(1, 1_000), fromPriority: whole(2, 10) }).nullable(),
  onMiss: z.enum(ON_MISS, { error: `one of ${ON_MISS.join(', ')}` }),
  refuseWhen: z.enum(NOBODY_RULES, { error: `one of ${NOBODY_RULES.join(', ')}` }),
  leaveWhen: z.enum(NOBODY_RULES, { error: `one of ${NOBODY_RULES.join(', ')}` }),
  climbs: z.array(z.enum(CLIMBS, { error: `one of ${CLIMBS.join(', ')}` })).max(CLIMBS.length),
  ringAllMissEvery: whole(0, 100),
  backOffs: backOffs.partial().transform(said),
  ladder: ladder.nullable(),
  overflow: written(`a destination: ${DESTINATION_FORMS}`, parseDestination),
};

/** What can be set of a member, in every queue apart. */
export const memberFields = {
  penalty: whole(0, 100),
  weight: whole(1, 100),
  wrapUpMs: millisecondsSchema(0, DAY).nullable(),
};
