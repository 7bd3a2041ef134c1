import * as z from 'zod';
import { BACK_OFF_OUTCOMES, NOBODY_RULES, ON_MISS, STRATEGIES } from '../protocol/queue-fields.ts';
import { LOG_LEVELS } from './config.ts';
import {
  country,
  destination,
  duration,
  durationIn,
  extensionRange,
  headStarts,
  integer,
  isApart,
  judging,
  judgingItems,
  oneOf,
  PATH,
  PATH_IN_WORDS,
  port,
  text,
  timeZone,
  WORD,
  WORD_IN_WORDS,
} from './fields.ts';
import { SIP } from './sip-schema.ts';

const HOST = /^[A-Za-z0-9.:_-]{1,253}$/;
const HOST_IN_WORDS = 'a host name or an IP address';
const DIGITS = /^\d{0,8}$/;
const DIGITS_IN_WORDS = 'digits, at most 8, or nothing';

const LADDER_STEP = z
  .strictObject({
    misses: z.number({ error: 'a whole number from 1 to 100' }).int().min(1).max(100),
    within: durationIn('1s', '24h').optional(),
    rest: durationIn('1s', '24h').optional(),
    hold: z.literal('until-ready', { error: 'until-ready' }).optional(),
    notify: z
      .enum(['nobody', 'agent', 'supervisors'], { error: 'one of nobody, agent, supervisors' })
      .default('nobody'),
  })
  .refine((step) => (step.rest === undefined) !== (step.hold === undefined), {
    error: 'either rest: DURATION or hold: until-ready, and not both',
    ...judging(),
  });

const DEFAULT_LADDER = [
  { misses: 1, rest: '20s' },
  { misses: 2, rest: '60s', notify: 'agent' as const },
  { misses: 3, within: '30m', hold: 'until-ready' as const, notify: 'supervisors' as const },
];

const LADDER = z
  .array(LADDER_STEP, { error: 'a list of steps such as {misses: 1, rest: 20s}' })
  .max(20, { error: 'at most 20 steps' })
  // Asked so that a step with no number, which is said anyway, breaks no order.
  .refine((steps) => !steps.some((step, i) => i > 0 && Number(step?.misses) <= Number(steps[i - 1]?.misses)), {
    error: 'steps whose misses grow from each to the next',
    ...judgingItems,
  })
  .prefault(DEFAULT_LADDER);

const ASTERISK = z.strictObject({
  host: text('127.0.0.1', HOST, HOST_IN_WORDS),
  'http-port': port(8088),
  'https-port': port(8089),
  'sip-port': port(5060),
  'tls-port': port(5061),
  ari: z
    .strictObject({
      user: text('cordboard', WORD, WORD_IN_WORDS),
      'secret-file': text('secrets/ari', PATH, PATH_IN_WORDS),
      app: text('cordboard', WORD, WORD_IN_WORDS),
    })
    .prefault({}),
  ami: z
    .strictObject({
      port: port(5038),
      user: text('cordboard', WORD, WORD_IN_WORDS),
      'secret-file': text('secrets/ami', PATH, PATH_IN_WORDS),
    })
    .prefault({}),
});

const LIMITS = z
  .strictObject({
    lease: duration('30s', '5s', '10m'),
    renew: duration('10s', '1s', '5m'),
    confirm: duration('2s', '200ms', '1m'),
    survey: duration('10s', '1s', '10m'),
    'internal-ring': duration('30s', '1s', '10m'),
    suspect: duration('30s', '1s', '1h'),
    intent: duration('5s', '100ms', '1m'),
    'wrap-up-extension': duration('1m', '1s', '1h'),
    'confirm-station': duration('15s', '3s', '1m'),
  })
  .refine((limits) => limits.renew * 2 <= limits.lease, {
    path: ['renew'],
    error: 'at most half of limits.lease, or one lost renewal gives the caller back to the dialplan',
    ...judging('lease', 'renew'),
  });

const RONA = z.strictObject({
  ladder: LADDER,
  'mass-miss': z.strictObject({ within: duration('10s', '0s', '5m'), agents: integer(3, 2, 1_000) }).prefault({}),
});
/** A feature code: `*` or `#` and at most seven more signs, or `off`. */
const code = (preset: string) => {
  const error = '"*" or "#" with 1 to 7 digits, "*" or "#" behind it, in quotes; or "off"';
  return z
    .string({ error })
    .regex(/^(?:[*#][0-9*#]{1,7}|off)$/, { error })
    .default(preset);
};

const FEATURE_CODES = z
  .strictObject({
    pickup: code('*8'),
    'sign-in': code('*61'),
    'sign-out': code('*62'),
    ready: code('*63'),
    'not-ready': code('*64'),
    'end-wrap-up': code('*65'),
  })
  .refine(
    (codes) => {
      const given = Object.values(codes).filter((one) => typeof one === 'string' && one !== 'off');
      return new Set(given).size === given.length;
    },
    { error: 'a code of its own for each feature', ...judging() },
  );

const QUEUES_APART = {
  path: ['queues'],
  error: 'a range that overlaps neither extensions.users nor extensions.groups',
};

const BACK_OFFS = `a rest for each of ${BACK_OFF_OUTCOMES.join(', ')}, such as {busy: 5s}`;

const GROUPS = z.strictObject({
  strategy: oneOf(STRATEGIES, 'longest-idle'),
  ring: duration('15s', '1s', '10m'),
  'unreachable-after': duration('5s', '500ms', '1m'),
  'max-wait': duration('2m', '1s', '24h'),
  'wrap-up': duration('10s', '0s', '24h'),
  'back-off': duration('10s', '0s', '1h'),
  'back-offs': z.partialRecord(z.enum(BACK_OFF_OUTCOMES), durationIn('0s', '1h'), { error: BACK_OFFS }).optional(),
  'max-ringing': integer(10, 1, 100),
  target: duration('20s', '0s', '1h'),
  priority: integer(5, 1, 10),
  'on-miss': oneOf(ON_MISS, 'next'),
  'refuse-when': oneOf(NOBODY_RULES, 'never'),
  'leave-when': oneOf(NOBODY_RULES, 'never'),
  overflow: destination('hang-up:congestion'),
});

/** `cordboard.yaml`, key for key. Each key is optional; a key that is not here is refused. Output: durations in ms. */
export const CONFIG_SCHEMA = z.strictObject({
  asterisk: ASTERISK.prefault({}),
  http: z.strictObject({ host: text('127.0.0.1', HOST, HOST_IN_WORDS), port: port(8780) }).prefault({}),
  socket: text('cordboard.sock', PATH, PATH_IN_WORDS),
  'time-zone': timeZone(),
  extensions: z
    .strictObject({
      users: extensionRange('1000-7999'),
      groups: extensionRange('8000-8999'),
      queues: extensionRange('9000-9999'),
    })
    // The queues first: what is said of them hides no rule about the others.
    .refine((ranges) => isApart(ranges.queues, ranges.users), { ...QUEUES_APART, ...judging('queues', 'users') })
    .refine((ranges) => isApart(ranges.queues, ranges.groups), { ...QUEUES_APART, ...judging('queues', 'groups') })
    .refine((ranges) => isApart(ranges.groups, ranges.users), {
      path: ['groups'],
      error: 'a range that does not overlap extensions.users',
      ...judging('groups', 'users'),
    })
    .prefault({}),
  numbering: z
    .strictObject({
      country: country(),
      'outside-prefix': text('', DIGITS, DIGITS_IN_WORDS),
      'area-prefix': text('', DIGITS, DIGITS_IN_WORDS),
    })
    .prefault({}),
  limits: LIMITS.prefault({}),
  'feature-codes': FEATURE_CODES.prefault({}),
  groups: GROUPS.prefault({}),
  queues: z.strictObject({ 'per-agent': integer(5, 1, 1_000), 'head-starts': headStarts() }).prefault({}),
  rona: RONA.prefault({}),
  sip: SIP.prefault({}),
  journal: z
    .strictObject({
      'keep-days': integer(14, 1, 3650),
      'keep-megabytes': integer(4_000, 50, 1_000_000),
      checkpoint: duration('1h', '1m', '24h'),
    })
    .prefault({}),
  audit: z.strictObject({ 'keep-days': integer(1_095, 1, 36_500) }).prefault({}),
  log: z.strictObject({ level: oneOf(LOG_LEVELS, 'info') }).prefault({}),
});

/** The file's content after the schema has read it. */
export type RawConfig = z.output<typeof CONFIG_SCHEMA>;
