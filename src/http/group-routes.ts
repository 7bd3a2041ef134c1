import type { FastifyInstance } from 'fastify';
import { addMembers, removeMembers, setMember } from '../directory/members.ts';
import { warningsOf } from '../directory/queue-warnings.ts';
import { addQueue, existingQueue, queueView, removeQueue, setQueue } from '../directory/queues.ts';
import { Refusal } from '../directory/refusal.ts';
import { type GroupChanged, groupPatchSchema, newGroupSchema } from '../protocol/groups.ts';
import {
  formerMembersSchema,
  type MembersChanged,
  memberPatchSchema,
  membersSchema,
  type QueueRemoved,
  type QueueView,
} from '../protocol/queues.ts';
import { removeQuery, setQuery } from './queue-routes.ts';
import { bodyOf, pathPart, queryOf, whoOf } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/groups`: a group is set as its own queue is. */
export function groupRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/groups', (): { groups: readonly QueueView[] } => ({
    groups: directory.store.queues
      .all()
      .filter((queue) => queue.kind === 'group')
      .map(queueView),
  }));

  app.post('/v1/groups', (request, reply): { group: QueueView; warnings: readonly string[] } => {
    const group = addQueue(directory, 'group', bodyOf(newGroupSchema, request), whoOf(request));
    reply.code(201);
    return { group: queueView(group), warnings: warningsOf(directory.store, group) };
  });

  app.get('/v1/groups/:name', (request): { group: QueueView } => ({
    group: queueView(existingQueue(directory, 'group', pathPart(request, 'name'))),
  }));

  app.patch('/v1/groups/:name', (request): GroupChanged => {
    const [name, patch] = [pathPart(request, 'name'), bodyOf(groupPatchSchema, request)];
    const { dryRun } = queryOf(setQuery, request);
    const before = queueView(existingQueue(directory, 'group', name));
    const group = setQueue(directory, 'group', name, patch, whoOf(request), dryRun);
    return { group: queueView(group), before, warnings: warningsOf(directory.store, group), dryRun };
  });

  app.delete('/v1/groups/:name', (request): QueueRemoved => {
    const name = pathPart(request, 'name');
    const { confirmed } = queryOf(removeQuery, request);
    existingQueue(directory, 'group', name);
    const waiting = services.live.calls().filter((call) => call.queue === name && call.phase === 'waiting').length;
    if (!confirmed && waiting > 0) {
      throw new Refusal(
        'costly',
        `This hits others: ${waiting} callers wait in ${name}, who go to its overflow. Confirm it (cordboard group remove ${name} --yes)`,
        'confirmed',
      );
    }
    const { membersFreed } = removeQueue(directory, 'group', name, whoOf(request));
    return { removed: name, membersFreed, waiting };
  });

  app.post('/v1/groups/:name/members', (request): MembersChanged => {
    const members = bodyOf(membersSchema, request);
    const { queue, ...rest } = addMembers(directory, 'group', pathPart(request, 'name'), members, whoOf(request));
    return { queue: queueView(queue), ...rest };
  });

  app.post('/v1/groups/:name/members/remove', (request): MembersChanged => {
    const { users } = bodyOf(formerMembersSchema, request);
    const { queue, ...rest } = removeMembers(directory, 'group', pathPart(request, 'name'), users, whoOf(request));
    return { queue: queueView(queue), ...rest };
  });

  app.patch('/v1/groups/:name/members/:username', (request): MembersChanged => {
    const patch = bodyOf(memberPatchSchema, request);
    const [name, user] = [pathPart(request, 'name'), pathPart(request, 'username')];
    const { queue, ...rest } = setMember(directory, 'group', name, user, patch, whoOf(request));
    return { queue: queueView(queue), ...rest };
  });
}
