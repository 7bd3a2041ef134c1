import type * as z from 'zod';
import { Refusal } from './refusal.ts';

/** Reads `input` by `schema`; a `Refusal` names the first field that is wrong, what was expected and what came. */
export function checked<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) {
    return result.data;
  }
  const messages = result.error.issues.map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return `${issue.keys.join(', ')}: expected no such field`;
    }
    const field = issue.path.join('.') || 'body';
    return `${field}: expected ${issue.message}; got ${shown(field, issue.path, input)}`;
  });
  const first = result.error.issues[0];
  const field = first?.code === 'unrecognized_keys' ? first.keys[0] : first?.path.join('.');
  throw new Refusal('invalid', messages.join('; '), field === '' ? undefined : field);
}

function shown(field: string, path: readonly PropertyKey[], input: unknown): string {
  if (/password/i.test(field)) {
    return 'another one';
  }
  let value = input;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
