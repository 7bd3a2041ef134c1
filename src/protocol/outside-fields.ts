import * as z from 'zod';

/** E.164 as it is kept: `+33170123456` (ITU-T E.164: at most 15 digits). */
export const e164 = (what = 'a number') => {
  const error = `${what} in E.164 such as +33170123456`;
  return z.string({ error }).regex(/^\+[1-9]\d{4,14}$/, { error });
};

/** The start of E.164 numbers, such as `+33` or `+3389`. */
export const prefix = () => {
  const error = 'the start of numbers in E.164, such as +33 or +3389';
  return z.string({ error }).regex(/^\+[1-9]\d{0,14}$/, { error });
};

/** A number, the start of one with a star, or, for every number, a star alone. */
export const pattern = (what: string) => {
  const error = `${what}: E.164 such as +33170123456, the start of one such as +3317012*, or *`;
  return z.string({ error }).regex(/^(\*|\+[1-9]\d{0,14}\*?|\d{2,8}\*?)$/, { error });
};

/** A whole number between two bounds. */
export const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.number({ error }).int({ error }).min(least, { error }).max(most, { error });
};

/** At most so many of something; 0 for as many as there are. */
export const limit = (most: number) => {
  const error = `a whole number from 1 to ${most}, or 0 for no limit`;
  return z.number({ error }).int({ error }).min(0, { error }).max(most, { error });
};

/** One line of text with nothing in it that could end a line, or a value, somewhere else. */
export const line = (most: number, what: string) => {
  const error = `${what}: 1 to ${most} characters, none of them a control character`;
  return z.string({ error }).regex(new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${most}}$`, 'u'), { error });
};
