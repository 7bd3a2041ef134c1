import { z } from 'zod';
import { DESTINATION_FORMS, parseDestination } from '../directory/destination.ts';
import { extensionSchema, millisecondsSchema, nameSchema } from './names.ts';

export const STRATEGIES = ['ring-all', 'fewest-calls', 'linear'] as const;
export const ON_MISS = ['next', 'overflow'] as const;
export const WHEN_NOBODY = ['wait', 'overflow'] as const;

const destination = () => {
  const error = `a destination: ${DESTINATION_FORMS}`;
  return z.string({ error }).transform((text, context) => {
    const to = parseDestination(text);
    if (to === null) {
      context.issues.push({ code: 'custom', message: error, input: text });
      return z.NEVER;
    }
    return to;
  });
};

const MINUTE = 60_000;
const settings = {
  strategy: z.enum(STRATEGIES, { error: `one of ${STRATEGIES.join(', ')}` }),
  ringMs: millisecondsSchema(1_000, 10 * MINUTE),
  unreachableAfterMs: millisecondsSchema(500, MINUTE),
  maxWaitMs: millisecondsSchema(1_000, 1_440 * MINUTE),
  wrapUpMs: millisecondsSchema(0, 1_440 * MINUTE),
  backOffMs: millisecondsSchema(0, 60 * MINUTE),
  maxRinging: z.number().int().min(1).max(100),
  targetMs: millisecondsSchema(0, 60 * MINUTE),
  onMiss: z.enum(ON_MISS, { error: `one of ${ON_MISS.join(', ')}` }),
  whenNobody: z.enum(WHEN_NOBODY, { error: `one of ${WHEN_NOBODY.join(', ')}` }),
  overflow: destination(),
};

/** `PATCH /v1/groups/:name`: what is not named stays. */
export const groupPatchSchema = z.strictObject({ extension: extensionSchema(), ...settings }).partial();
export type GroupPatch = z.output<typeof groupPatchSchema>;

/** `POST /v1/groups`: what is not named is the configuration's `groups` section. */
export const newGroupSchema = z.strictObject({
  name: nameSchema('a group name'),
  extension: extensionSchema(),
  ...z.strictObject(settings).partial().shape,
});
export type NewGroup = z.output<typeof newGroupSchema>;

/** `POST /v1/groups/:name/members`, and `.../members/remove`: in the order given. */
export const membersSchema = z.strictObject({ users: z.array(nameSchema('a username')).min(1).max(10_000) });

/** A group as people see it. Times in ms; `overflow` as `parseDestination` reads it. */
export type GroupView = {
  readonly name: string;
  readonly extension: string;
  readonly strategy: (typeof STRATEGIES)[number];
  readonly onMiss: (typeof ON_MISS)[number];
  readonly whenNobody: (typeof WHEN_NOBODY)[number];
  readonly ringMs: number;
  readonly unreachableAfterMs: number;
  readonly maxWaitMs: number;
  readonly wrapUpMs: number;
  readonly backOffMs: number;
  readonly maxRinging: number;
  readonly targetMs: number;
  readonly overflow: string;
  readonly members: readonly string[];
};

export type GroupRemoved = { readonly removed: string; readonly membersFreed: number; readonly waiting: number };
/** `unchanged` were members already (or were none). */
export type MembersChanged = {
  readonly group: GroupView;
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
};
