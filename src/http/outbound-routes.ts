import type { FastifyInstance } from 'fastify';
import { rightsView, setRights } from '../directory/rights.ts';
import { existingUser } from '../directory/users.ts';
import { callerIdSchema, type RightsView, rightsSchema } from '../protocol/outbound.ts';
import { bodyOf, pathPart, whoOf } from './request.ts';
import type { Services } from './services.ts';

/** `/v1/outbound`: who may dial what outside. */
export function outboundRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/outbound/:subject', (request): { rights: RightsView } => ({
    rights: rightsView(directory, pathPart(request, 'subject')),
  }));

  app.patch('/v1/outbound/:subject', (request): { rights: RightsView } => ({
    rights: setRights(directory, pathPart(request, 'subject'), bodyOf(rightsSchema, request), whoOf(request)),
  }));

  app.post('/v1/users/:username/caller-id', async (request): Promise<{ callerId: string | null }> => {
    const user = existingUser(directory, pathPart(request, 'username')).id;
    const { callerId } = bodyOf(callerIdSchema, request);
    await services.engine.ask({ do: 'choose-caller-id', user, callerId });
    return { callerId };
  });
}
