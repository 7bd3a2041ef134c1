import type { FastifyInstance } from 'fastify';
import { importSkills, listSkills, setSkills } from '../directory/skills.ts';
import {
  type SkillsImported,
  type SkillsSaved,
  type SkillView,
  skillsImportSchema,
  skillsPatchSchema,
} from '../protocol/skills.ts';
import { bodyOf, pathPart, whoOf } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/skills`, and the skills of each user. */
export function skillRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/skills', (): { skills: readonly SkillView[] } => ({ skills: listSkills(directory) }));

  app.post('/v1/skills/import', (request): SkillsImported => {
    return importSkills(directory, bodyOf(skillsImportSchema, request).skills, whoOf(request));
  });

  app.patch('/v1/users/:username/skills', (request): SkillsSaved => {
    const username = pathPart(request, 'username');
    const { skills } = bodyOf(skillsPatchSchema, request);
    return { username, skills: setSkills(directory, username, skills, whoOf(request)) };
  });
}
