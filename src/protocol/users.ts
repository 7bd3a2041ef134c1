import * as z from 'zod';
import { extensionSchema, nameSchema } from './names.ts';
import { displayName, dryRun, phoneFields } from './phone-settings.ts';
import { furtherPhoneSchema, type PhoneView, type SipCredentials } from './phones.ts';
import { type Skills, skillsSchema } from './skills.ts';

/** Where the forwards (302) of a user's phones may lead: to nobody, to numbers of ours, or outside too, by the user's rights. */
export const FORWARD_POLICIES = ['refuse', 'internal', 'outside'] as const;
const forwards = () => z.enum(FORWARD_POLICIES, { error: `one of ${FORWARD_POLICIES.join(', ')}` });

/** `next` is the next free number of the range. */
const extension = () =>
  z.union([z.literal('next'), extensionSchema()], { error: 'digits only, 2 to 8 of them, or next' });

/** `POST /v1/users`: a user with no extension has no phone. */
export const newUserSchema = z.strictObject({
  // Where the rules say `system`, nobody's own rights are meant.
  username: nameSchema('a username').refine((name) => name !== 'system', {
    error: 'a username: any but system, which stands for the rules themselves (cordboard outbound)',
  }),
  name: displayName(),
  extension: extension().optional(),
  forwards: forwards().optional(),
  ...phoneFields,
  phones: z.array(furtherPhoneSchema).max(9, { error: 'at most 9 further phones' }).optional(),
  skills: skillsSchema().optional(),
  dryRun: dryRun(),
});
export type NewUser = z.output<typeof newUserSchema>;

/** `POST /v1/users/import`: all of them in one transaction, or none. */
export const importSchema = z.strictObject({ users: z.array(newUserSchema).min(1).max(10_000), dryRun: dryRun() });

/**
 * `PATCH /v1/users/:username`: what is not named stays; the fields of a phone are those of the first one. An extension can be
 * given to a user who has none, and never changes afterwards.
 */
export const userPatchSchema = z.strictObject({
  name: displayName().optional(),
  extension: extension().optional(),
  forwards: forwards().optional(),
  ...phoneFields,
  newPassword: z.boolean().optional(),
});
export type UserPatch = z.output<typeof userPatchSchema>;

export type UserView = {
  readonly username: string;
  readonly name: string;
  readonly extension: string | null;
  readonly forwards: (typeof FORWARD_POLICIES)[number];
  readonly group: string | null;
  /** The standalone queues that they are a member of. */
  readonly queues: readonly string[];
  /** Levels 1 to 10 by the skill's name. */
  readonly skills: Skills;
  readonly phones: readonly PhoneView[];
};

/**
 * The answer to adding or changing a user. `sip` is the first phone's, null where no password was made; `sips` has those of
 * all phones that got one. In a dry run there are none.
 */
export type UserSaved = {
  readonly user: UserView;
  readonly sip: SipCredentials | null;
  readonly sips: readonly SipCredentials[];
  readonly dryRun: boolean;
};
export type UserRemoved = {
  readonly removed: string;
  readonly leftGroup: string | null;
  readonly leftQueues: readonly string[];
};
