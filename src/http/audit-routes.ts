import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { auditDetails, auditViews } from '../directory/audit.ts';
import { contextsPutBack, undo } from '../directory/undo.ts';
import type { AuditDetails, AuditUndone, AuditView } from '../protocol/audit.ts';
import { lookAhead } from './look-ahead.ts';
import { pathPart, queryOf, whoOf } from './request.ts';
import type { Services } from './services.ts';

const auditQuery = z.object({
  subject: z.string().optional(),
  who: z.string().optional(),
  action: z.string().optional(),
  since: z.coerce.number().int().min(0).optional(),
  until: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(50),
});

const undoQuery = z.object({
  dryRun: z.stringbool().default(false),
  confirmed: z.stringbool().default(false),
});

/** `/v1/audit`: who changed what in the directory, and when. */
export function auditRoutes(app: FastifyInstance, services: Services): void {
  const { directory } = services;

  app.get('/v1/audit', (request): { entries: readonly AuditView[] } => {
    const { limit, ...said } = queryOf(auditQuery, request);
    const { subject = null, who = null, action = null, since = null, until = null } = said;
    return { entries: auditViews(directory.store, { subject, who, action, since, until }, limit) };
  });

  app.get('/v1/audit/:id', (request): { entry: AuditDetails } => ({
    entry: auditDetails(directory.store, pathPart(request, 'id')),
  }));

  app.post('/v1/audit/:id/undo', async (request): Promise<AuditUndone> => {
    const id = pathPart(request, 'id');
    const options = queryOf(undoQuery, request);
    for (const each of contextsPutBack(directory, id)) await lookAhead(services, [{ context: each }]);
    const undone = undo(directory, id, whoOf(request), options);
    if (!options.dryRun) await services.settled();
    return undone;
  });
}
