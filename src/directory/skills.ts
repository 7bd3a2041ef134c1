import type { UserId } from '../core/settings.ts';
import type { SkillsImport, SkillsPatch, SkillView } from '../protocol/skills.ts';
import { type Change, change, type DirectoryContext } from './context.ts';
import { Refusal } from './refusal.ts';
import { existingUser } from './users.ts';

/** So many skills a user can have: more are a slip of a script, and each is looked at with every offer. */
const MOST_SKILLS = 50;

/** Gives and takes skills of one user; null takes one away. Returns all that they have then. */
export function setSkills(
  context: DirectoryContext,
  user: UserId,
  patch: SkillsPatch,
  who: string,
): Readonly<Record<string, number>> {
  return change(context, who, (now) => put(context, now, user, new Map(Object.entries(patch))));
}

/** The same for many, in one transaction; a `Refusal` says which one was wrong. */
export function importSkills(context: DirectoryContext, rows: SkillsImport, who: string) {
  return change(context, who, (now) => {
    const patches = new Map<UserId, Map<string, number | null>>();
    for (const [i, { username, skill, level }] of rows.entries()) {
      const patch = patches.get(username) ?? new Map<string, number | null>();
      if (patch.size === 0 && context.store.users.find(username) === null) {
        throw new Refusal('unknown-user', `row ${i + 1}: there is no user ${username}`, `skills.${i}.username`);
      }
      patches.set(username, patch.set(skill, level));
    }
    for (const [user, patch] of patches) put(context, now, user, patch);
    return { users: patches.size, changed: rows.length };
  });
}

/** Every skill that somebody has or a queue needs, by name. */
export function listSkills({ store }: Pick<DirectoryContext, 'store'>): readonly SkillView[] {
  const skills = new Map<string, { users: { username: string; level: number }[]; neededBy: string[] }>();
  const of = (name: string) => {
    const known = skills.get(name) ?? { users: [], neededBy: [] };
    skills.set(name, known);
    return known;
  };
  for (const { user, skill, level } of store.skills.all()) of(skill).users.push({ username: user, level });
  for (const queue of store.queues.all()) for (const { skill } of queue.needs) of(skill).neededBy.push(queue.id);
  return [...skills].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => ({ name, ...each }));
}

function put(
  { store }: DirectoryContext,
  now: Change,
  user: UserId,
  patch: ReadonlyMap<string, number | null>,
): Readonly<Record<string, number>> {
  existingUser({ store }, user);
  const before = store.skills.ofUser(user);
  const known = Object.entries(before).filter(([skill]) => !patch.has(skill));
  const count = known.length + [...patch.values()].filter((level) => level !== null).length;
  if (count > MOST_SKILLS) {
    throw new Refusal(
      'invalid',
      `skills: expected at most ${MOST_SKILLS} a user; ${user} would have ${count}`,
      'skills',
    );
  }
  for (const [skill, level] of patch) {
    if (level === null) store.skills.drop(user, skill);
    else store.skills.put(user, skill, level);
  }
  const after = store.skills.ofUser(user);
  store.users.touch(user, now.revision);
  now.audit('user.skills', user, before, after);
  return after;
}
