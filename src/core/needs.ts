/** What a call asks of an agent: a skill at this level (1 to 10) or above. Preferred ones only change the order. */
export type Need = { readonly skill: string; readonly level: number; readonly required: boolean };

/** What needs look like, for error messages and help. */
export const NEEDS_FORM = 'a list such as lang.es>=3,billing,~vip (~: preferred; no level: 1; levels 1 to 10)';

/** A call may need so many skills at most: more are a slip of the dialplan, and each one costs at every decision. */
export const MOST_NEEDS = 10;

/** A skill's name: `[a-z0-9._-]`, 1 to 64 characters. */
export const SKILL_NAME = /^[a-z0-9._-]{1,64}$/;

/**
 * Reads needs as people and dialplans write them: `item,item…` with each item `[~]skill[>=level]`. Blanks do not matter,
 * an empty text is no needs. Null when it is none, names a skill twice, or more than `MOST_NEEDS`.
 */
export function parseNeeds(text: string): readonly Need[] | null {
  if (text.trim() === '') return [];
  const needs: Need[] = [];
  for (const item of text.split(',')) {
    const need = parseNeed(item.trim());
    if (need === null || needs.length === MOST_NEEDS || needs.some(({ skill }) => skill === need.skill)) return null;
    needs.push(need);
  }
  return needs;
}

/** Writes needs the way `parseNeeds` reads them. */
export function printNeeds(needs: readonly Need[]): string {
  return needs
    .map(({ skill, level, required }) => `${required ? '' : '~'}${skill}${level === 1 ? '' : `>=${level}`}`)
    .join(',');
}

function parseNeed(item: string): Need | null {
  const [, mark, skill = '', level = '1'] = /^(~?)([a-z0-9._-]{1,64})(?:\s*>=\s*(\d{1,2}))?$/.exec(item) ?? [];
  const asked = Number(level);
  if (!SKILL_NAME.test(skill) || asked < 1 || asked > 10) return null;
  return { skill, level: asked, required: mark === '' };
}
