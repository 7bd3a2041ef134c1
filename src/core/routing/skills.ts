import { type Need, parseNeeds, printNeeds } from '../needs.ts';
import { compareIds } from '../ordered.ts';
import type { Relaxation } from '../queue-settings.ts';

/** Levels 1 to 10 by the skill's name. */
export type Skills = Readonly<Record<string, number>>;

/** Agents with the same skills share lanes. `key` is the same for the same skills, whatever their order. */
export type Profile = { readonly key: string; readonly skills: Skills };

export const noSkills: Profile = { key: '', skills: {} };

export function profileOf(skills: Skills): Profile {
  const names = Object.keys(skills).filter((name) => (skills[name] ?? 0) > 0);
  if (names.length === 0) return noSkills;
  return {
    key: names
      .sort(compareIds)
      .map((name) => `${name}=${skills[name]}`)
      .join(','),
    skills,
  };
}

/** The first required need that these skills do not meet; null when all are met. */
export function unmetNeed(skills: Skills, needs: readonly Need[]): Need | null {
  for (const need of needs) if (need.required && (skills[need.skill] ?? 0) < need.level) return need;
  return null;
}

/** How many of the preferred needs these skills do not meet: the fewer, the sooner. */
export function unmetWishes(skills: Skills, needs: readonly Need[]): number {
  let unmet = 0;
  for (const need of needs) if (!need.required && (skills[need.skill] ?? 0) < need.level) unmet += 1;
  return unmet;
}

/** The sum of the levels in what a call needs: what `most-skilled` goes by. */
export function skillScore(skills: Skills, needs: readonly Need[]): number {
  let score = 0;
  for (const { skill } of needs) score += skills[skill] ?? 0;
  return score;
}

/** A call's needs after so many relaxations, in their one written form: what lanes go by. */
export function needsAfter(needs: readonly Need[], relax: readonly Relaxation[], steps: number): string {
  if (needs.length === 0) return '';
  const now = relax.slice(0, steps).reduce((left, step) => left.map((need) => relaxed(need, step)), needs);
  return printNeeds([...now].sort((a, b) => compareIds(a.skill, b.skill)));
}

function relaxed(need: Need, { skill, lowerBy }: Relaxation): Need {
  if (skill !== null && skill !== need.skill) return need;
  return lowerBy === null ? { ...need, required: false } : { ...need, level: Math.max(1, need.level - lowerBy) };
}

/** Reads what `needsAfter` wrote. */
export function needsFrom(text: string): readonly Need[] {
  return text === '' ? [] : (parseNeeds(text) ?? []);
}
