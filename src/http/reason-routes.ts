import type { FastifyInstance } from 'fastify';
import { addReason, removeReason, setReason } from '../directory/reasons.ts';
import { newReasonSchema, type ReasonView, reasonPatchSchema } from '../protocol/reasons.ts';
import { bodyOf, pathPart, whoOf } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/reasons`: why an agent can be not ready. */
export function reasonRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/reasons', (): { reasons: readonly ReasonView[] } => ({ reasons: directory.store.reasons.all() }));

  app.post('/v1/reasons', (request, reply): { reason: ReasonView } => {
    const reason = addReason(directory, bodyOf(newReasonSchema, request), whoOf(request));
    reply.code(201);
    return { reason };
  });

  app.patch('/v1/reasons/:name', (request): { reason: ReasonView } => {
    const patch = bodyOf(reasonPatchSchema, request);
    return { reason: setReason(directory, pathPart(request, 'name'), patch, whoOf(request)) };
  });

  app.delete('/v1/reasons/:name', (request): { removed: string } => {
    const removed = pathPart(request, 'name');
    removeReason(directory, removed, whoOf(request));
    return { removed };
  });
}
