import type { Command } from 'commander';
import type { SkillsImported, SkillsSaved, SkillView } from '../protocol/skills.ts';
import type { UserView } from '../protocol/users.ts';
import type { CliContext } from './context.ts';
import { readSkillsCsv } from './csv-tables.ts';
import { readCsvFile } from './file.ts';
import { levelsOf, levelsText } from './levels.ts';
import { listCommand } from './listing.ts';
import { orDash, table } from './output.ts';

/** `cordboard skill …` */
export function skillCommand(program: Command, context: CliContext): void {
  const skill = program.command('skill').description('what agents can, and what calls need');

  listCommand<SkillView>(
    skill,
    context,
    'every skill that somebody has or a queue needs: who, at which level, and which queues',
    'skills',
    skillTable,
  );

  skill
    .command('import <file.csv>')
    .description('set many: columns username, skill, level; an empty level takes the skill away; all or none')
    .action(async (file: string) => {
      const body = { skills: readSkillsCsv(readCsvFile(file)) };
      const answer = await context.client().postMany<SkillsImported>('/v1/skills/import', body);
      context.output().result(answer, ({ users, changed }) => `${changed} levels of ${users} users set`);
    });
}

/** `cordboard user skill …`: beside the other commands about users. */
export function userSkillCommand(user: Command, context: CliContext): void {
  const skill = user.command('skill').description('what a user can, in levels from 1 to 10');

  skill
    .command('set <username> <skill=level...>')
    .description('give skills, such as es=7 billing=3; those not named stay')
    .action((username: string, levels: readonly string[]) => patch(username, levelsOf(levels) ?? {}));

  skill
    .command('remove <username> <skill...>')
    .description('take skills away')
    .action(async (username: string, skills: readonly string[]) => {
      // Taking away what is not there is no failure; a name that was mistyped is to be seen all the same.
      const { user } = await context.client().get<{ user: UserView }>(`/v1/users/${encodeURIComponent(username)}`);
      const unknown = skills.filter((name) => user.skills[name] === undefined);
      const note = unknown.length === 0 ? '' : `, and had no ${unknown.join(', ')}`;
      await patch(username, Object.fromEntries(skills.map((name) => [name, null])), note);
    });

  async function patch(username: string, skills: Readonly<Record<string, number | null>>, note = ''): Promise<void> {
    const path = `/v1/users/${encodeURIComponent(username)}/skills`;
    const answer = await context.client().patch<SkillsSaved>(path, { skills });
    context.output().result(answer, (saved) => `${username} has ${levelsText(saved.skills) || 'no skill'}${note}`);
  }
}

function skillTable(skills: readonly SkillView[]): string {
  const rows = skills.map(({ name, users, neededBy }) => [
    name,
    String(users.length),
    orDash(shortened(users.map(({ username, level }) => `${username}=${level}`))),
    orDash(neededBy.join(', ')),
  ]);
  return table(['Skill', 'Users', 'Who', 'Needed by'], rows, 'No skills yet: cordboard user skill set');
}

/** The first few: `--json` has all of them. */
function shortened(names: readonly string[]): string {
  return names.length <= 8 ? names.join(' ') : `${names.slice(0, 8).join(' ')} … ${names.length - 8} more`;
}
