import * as z from 'zod';

/** A username or a group's name: it never changes, and stands in addresses and file names. */
export const nameSchema = (what: string) => {
  const error = `${what}: 1 to 64 of the characters a-z, 0-9, dot, underscore and dash`;
  return z.string({ error }).regex(/^[a-z0-9._-]{1,64}$/, { error });
};

/** A text of one line: no control character, and no half of one (which no file and no terminal can show). */
export const plainTextSchema = (most: number) => {
  const error = `a text of 1 to ${most} characters, none of them a control character`;
  return z.string({ error }).regex(new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${most}}$`, 'u'), { error });
};

/** An internal number. Whether it lies in the configured range is the directory's to say. */
export const extensionSchema = () => {
  const error = 'digits only, 2 to 8 of them';
  return z.string({ error }).regex(/^[0-9]{2,8}$/, { error });
};

/** A number of ms between two bounds. */
export const millisecondsSchema = (leastMs: number, mostMs: number) => {
  const error = `whole milliseconds from ${leastMs} to ${mostMs}`;
  return z.number({ error }).int({ error }).min(leastMs, { error }).max(mostMs, { error });
};
