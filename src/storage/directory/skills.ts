import type { UserId } from '../../core/settings.ts';
import type { DirectoryDb } from './database.ts';

type SkillRow = { readonly user: UserId; readonly skill: string; readonly level: number };

/** The rows of who can what: levels 1 to 10. */
export function skillRows(db: DirectoryDb) {
  const ofUser = db.prepare<[string], SkillRow>('SELECT user, skill, level FROM skills WHERE user = ? ORDER BY skill');
  const all = db.prepare<[], SkillRow>('SELECT user, skill, level FROM skills ORDER BY skill, level DESC, user');
  const put = db.prepare(
    'INSERT INTO skills (user, skill, level) VALUES (?, ?, ?) ON CONFLICT (user, skill) DO UPDATE SET level = excluded.level',
  );
  const drop = db.prepare('DELETE FROM skills WHERE user = ? AND skill = ?');
  return {
    /** Levels by the skill's name, in the order of the names. */
    ofUser: (user: UserId): Readonly<Record<string, number>> =>
      Object.fromEntries(ofUser.all(user).map(({ skill, level }) => [skill, level])),
    /** By skill, the highest level first. */
    all: (): readonly SkillRow[] => all.all(),
    put: (user: UserId, skill: string, level: number): void => void put.run(user, skill, level),
    drop: (user: UserId, skill: string): void => void drop.run(user, skill),
  };
}
