import * as z from 'zod';
import { nameSchema } from './names.ts';

const level = () => {
  const error = 'a level from 1 to 10';
  return z.number({ error }).int({ error }).min(1, { error }).max(10, { error });
};

/** What a new user can: levels by the skill's name. */
export const skillsSchema = () => z.record(nameSchema('the name of a skill'), level());

/** `PATCH /v1/users/:username/skills`: levels by name, null takes the skill away; what is not named stays. */
export const skillsPatchSchema = z.strictObject({
  skills: z.record(nameSchema('the name of a skill'), level().nullable()),
});
export type SkillsPatch = z.output<typeof skillsPatchSchema>['skills'];

/** `POST /v1/skills/import`: all of them in one transaction, or none. */
export const skillsImportSchema = z.strictObject({
  skills: z
    .array(
      z.strictObject({
        username: nameSchema('a username'),
        skill: nameSchema('the name of a skill'),
        level: level().nullable(),
      }),
    )
    .min(1)
    .max(100_000),
});
export type SkillsImport = z.output<typeof skillsImportSchema>['skills'];

/** Levels 1 to 10 by the skill's name. */
export type Skills = Readonly<Record<string, number>>;

/** The answer to a change of one user's skills. */
export type SkillsSaved = { readonly username: string; readonly skills: Skills };
export type SkillsImported = { readonly users: number; readonly changed: number };

/** A skill is what somebody has or some queue needs: there is no list to keep. */
export type SkillView = {
  readonly name: string;
  /** Who has it, the highest level first. */
  readonly users: readonly { readonly username: string; readonly level: number }[];
  /** The queues that name it in their needs. */
  readonly neededBy: readonly string[];
};
