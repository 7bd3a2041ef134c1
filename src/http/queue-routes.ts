import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { addMembers, importMembers, removeMembers, setMember } from '../directory/members.ts';
import { warningsOf } from '../directory/queue-warnings.ts';
import { addQueue, existingQueue, queueView, removeQueue, setQueue } from '../directory/queues.ts';
import { Refusal } from '../directory/refusal.ts';
import {
  formerMembersSchema,
  type MembersChanged,
  type MembersImported,
  memberImportSchema,
  memberPatchSchema,
  membersSchema,
  newQueueSchema,
  type QueueChanged,
  type QueueRemoved,
  type QueueSaved,
  type QueueView,
  queuePatchSchema,
  type WaitingView,
} from '../protocol/queues.ts';
import { waitingViews } from '../reports/waiting.ts';
import { bodyOf, pathPart, queryOf, whoOf } from './request.ts';
import type { Services } from './services.ts';

export const removeQuery = z.object({
  confirmed: z.stringbool().default(false),
});
export const setQuery = z.object({
  dryRun: z.stringbool().default(false),
});
const waitingQuery = z.object({
  queue: z.string().optional(),
});

/** `/v1/queues`, the standalone ones; `/v1/members`; and `/v1/waiting`, which is about groups as well. */
export function queueRoutes(app: FastifyInstance, services: Services): void {
  const { directory, live } = services;

  app.get('/v1/queues', (): { queues: readonly QueueView[] } => ({
    queues: directory.store.queues
      .all()
      .filter((queue) => queue.kind === 'queue')
      .map(queueView),
  }));

  app.post('/v1/queues', (request, reply): QueueSaved => {
    const queue = addQueue(directory, 'queue', bodyOf(newQueueSchema, request), whoOf(request));
    reply.code(201);
    return { queue: queueView(queue), warnings: warningsOf(directory.store, queue) };
  });

  app.get('/v1/queues/:name', (request): { queue: QueueView } => ({
    queue: queueView(existingQueue(directory, 'queue', pathPart(request, 'name'))),
  }));

  app.patch('/v1/queues/:name', (request): QueueChanged => {
    const [name, patch] = [pathPart(request, 'name'), bodyOf(queuePatchSchema, request)];
    const { dryRun } = queryOf(setQuery, request);
    const before = queueView(existingQueue(directory, 'queue', name));
    const queue = setQueue(directory, 'queue', name, patch, whoOf(request), dryRun);
    return { queue: queueView(queue), before, warnings: warningsOf(directory.store, queue), dryRun };
  });

  app.delete('/v1/queues/:name', (request): QueueRemoved => {
    const name = pathPart(request, 'name');
    const { confirmed } = queryOf(removeQuery, request);
    const { members } = existingQueue(directory, 'queue', name);
    const waiting = live.calls().filter((call) => call.queue === name && call.phase === 'waiting').length;
    if (!confirmed && members.length + waiting > 0) {
      throw new Refusal(
        'costly',
        `This hits others: ${name} has ${members.length} members, whose penalties and weights go with it, and ${waiting} callers wait there, who go to its overflow. Confirm it (cordboard queue remove ${name} --yes)`,
        'confirmed',
      );
    }
    const { membersFreed } = removeQueue(directory, 'queue', name, whoOf(request));
    return { removed: name, membersFreed, waiting };
  });

  app.post('/v1/queues/:name/members', (request): MembersChanged => {
    const members = bodyOf(membersSchema, request);
    const { queue, ...rest } = addMembers(directory, 'queue', pathPart(request, 'name'), members, whoOf(request));
    return { queue: queueView(queue), ...rest };
  });

  app.post('/v1/queues/:name/members/remove', (request): MembersChanged => {
    const { users } = bodyOf(formerMembersSchema, request);
    const { queue, ...rest } = removeMembers(directory, 'queue', pathPart(request, 'name'), users, whoOf(request));
    return { queue: queueView(queue), ...rest };
  });

  app.patch('/v1/queues/:name/members/:username', (request): MembersChanged => {
    const patch = bodyOf(memberPatchSchema, request);
    const [name, user] = [pathPart(request, 'name'), pathPart(request, 'username')];
    const { queue, ...rest } = setMember(directory, 'queue', name, user, patch, whoOf(request));
    return { queue: queueView(queue), ...rest };
  });

  app.post('/v1/members/import', (request): MembersImported => {
    return importMembers(directory, bodyOf(memberImportSchema, request).members, whoOf(request));
  });

  app.get('/v1/waiting', (request): { waiting: readonly WaitingView[] } => {
    const { queue } = queryOf(waitingQuery, request);
    if (queue !== undefined) existingQueue(directory, null, queue);
    const all = waitingViews(live, services.now());
    return { waiting: queue === undefined ? all : all.filter((each) => each.queue === queue) };
  });
}
