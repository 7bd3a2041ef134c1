import type { FastifyInstance } from 'fastify';
import {
  addGroup,
  addMembers,
  existingGroup,
  groupView,
  removeGroup,
  removeMembers,
  setGroup,
} from '../directory/groups.ts';
import {
  type GroupRemoved,
  type GroupView,
  groupPatchSchema,
  type MembersChanged,
  membersSchema,
  newGroupSchema,
} from '../protocol/groups.ts';
import { bodyOf, pathPart, whoOf } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/groups` */
export function groupRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/groups', (): { groups: readonly GroupView[] } => ({
    groups: directory.store.groups.all().map(groupView),
  }));

  app.post('/v1/groups', (request, reply): { group: GroupView } => {
    const group = addGroup(directory, bodyOf(newGroupSchema, request), whoOf(request));
    reply.code(201);
    return { group: groupView(group) };
  });

  app.get('/v1/groups/:name', (request): { group: GroupView } => ({
    group: groupView(existingGroup(directory, pathPart(request, 'name'))),
  }));

  app.patch('/v1/groups/:name', (request): { group: GroupView } => ({
    group: groupView(setGroup(directory, pathPart(request, 'name'), bodyOf(groupPatchSchema, request), whoOf(request))),
  }));

  app.delete('/v1/groups/:name', (request): GroupRemoved => {
    const name = pathPart(request, 'name');
    const waiting = services.live.calls().filter((call) => call.queue === name && call.phase === 'waiting').length;
    const { membersFreed } = removeGroup(directory, name, whoOf(request));
    return { removed: name, membersFreed, waiting };
  });

  app.post('/v1/groups/:name/members', (request): MembersChanged => {
    const { users } = bodyOf(membersSchema, request);
    const { group, ...rest } = addMembers(directory, pathPart(request, 'name'), users, whoOf(request));
    return { group: groupView(group), ...rest };
  });

  app.post('/v1/groups/:name/members/remove', (request): MembersChanged => {
    const { users } = bodyOf(membersSchema, request);
    const { group, ...rest } = removeMembers(directory, pathPart(request, 'name'), users, whoOf(request));
    return { group: groupView(group), ...rest };
  });
}
