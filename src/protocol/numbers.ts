import * as z from 'zod';
import { DESTINATION_FORMS, parseDestination } from '../directory/destination.ts';
import { nameSchema } from './names.ts';
import { pattern } from './outside-fields.ts';

export const ANSWER_POLICIES = ['on-agent', 'on-entry'] as const;
export const EARLY_SOUNDS = ['music', 'ringing'] as const;

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
const caller = () =>
  z.union([z.literal('withheld'), pattern('a caller')], {
    error: 'a caller: a number, the start of one with *, or withheld',
  });

const settings = {
  number: pattern('a number'),
  to: destination(),
  trunk: nameSchema('a trunk').nullable(),
  caller: caller().nullable(),
  answer: z.enum(ANSWER_POLICIES, { error: `one of ${ANSWER_POLICIES.join(', ')}` }),
  early: z.enum(EARLY_SOUNDS, { error: `one of ${EARLY_SOUNDS.join(', ')}` }),
};

/** `PATCH /v1/numbers/:name`: what is not named stays. */
export const numberPatchSchema = z.strictObject(settings).partial();
export type NumberPatch = z.output<typeof numberPatchSchema>;

/** `POST /v1/numbers`: an inbound route. It answers with the agent, and plays music until then, where nothing else is said. */
export const newNumberSchema = z.strictObject({
  name: nameSchema('a name'),
  ...z.strictObject(settings).partial().shape,
  number: settings.number,
  to: settings.to,
});
export type NewNumber = z.output<typeof newNumberSchema>;

/** An inbound route as people see it; `to` as `parseDestination` reads it. */
export type NumberView = {
  readonly name: string;
  readonly number: string;
  readonly trunk: string | null;
  readonly caller: string | null;
  readonly to: string;
  readonly answer: (typeof ANSWER_POLICIES)[number];
  readonly early: (typeof EARLY_SOUNDS)[number];
};
