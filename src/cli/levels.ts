import { SKILL_NAME } from '../core/needs.ts';
import { Failure } from './failure.ts';

/** `billing=3 es=7` */
export function levelsText(skills: Readonly<Record<string, number>>): string {
  return Object.entries(skills)
    .map(([name, level]) => `${name}=${level}`)
    .join(' ');
}

/** Skills as they are written, `es=7` each; a `Failure` says which one is none. Undefined stays so. */
export function levelsOf(texts: readonly string[] | undefined): Record<string, number> | undefined {
  return texts === undefined ? undefined : Object.fromEntries(texts.map(levelOf));
}

function levelOf(text: string): readonly [string, number] {
  const [, name = '', level = ''] = /^([^=]*)=([1-9]|10)$/.exec(text) ?? [];
  if (SKILL_NAME.test(name)) return [name, Number(level)];
  if (level !== '')
    throw new Failure('usage', `expected a skill's name of a-z, 0-9, dot, underscore and dash; got ${name}`, 2);
  throw new Failure('usage', `expected a skill with a level from 1 to 10, such as es=7; got ${text}`, 2);
}
